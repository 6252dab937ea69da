/* SPDX-License-Identifier: GPL-2.0-only */
/* Cleanup attributes, as __free(), no_free_ptr() and guard() of 6.12 make them. */
#define KERNEL 612
#include <gup.h>

struct mutex;
void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

#define __cleanup(f) __attribute__((__cleanup__(f)))
#define DEFINE_FREE(name, type, free) \
	static inline void __free_##name(void *p) { type _T = *(type *)p; free; }
#define __free(name) __cleanup(__free_##name)
#define no_free_ptr(p) ({ __typeof__(p) __p = (p); (p) = NULL; __p; })

DEFINE_FREE(kfree, void *, if (_T) kfree(_T))
DEFINE_FREE(unpin_page, struct page *, if (_T) unpin_user_page(_T))

static inline void drop_lock(struct mutex **lock) { mutex_unlock(*lock); }
#define guard(lock) struct mutex *scope __cleanup(drop_lock) = (mutex_lock(lock), lock)

int use(struct page *page);

/* The array is freed on each way out, the pages in it are not. */
int array_is_freed_pages_are_not(unsigned long start, int n)
{
	struct page **pages __free(kfree) = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: pin-leak */
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	if (use(pages[0]))
		return -EIO;
	unpin_user_pages_dirty_lock(pages, n, true);
	return 0;
}

int both_are_released(unsigned long start, int n)
{
	struct page **pages __free(kfree) = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = use(pages[0]);
	unpin_user_pages_dirty_lock(pages, n, true);
	return ret;
}

/* The cleanup of the page itself releases it on each way out. */
int the_cleanup_releases(unsigned long start)
{
	struct page *page __free(unpin_page) = NULL;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	if (use(page))
		return -EIO;
	return 0;
}

/* Taken out of the variable, it is ours again: forgotten on one way. */
int taken_out_and_lost(unsigned long start)
{
	struct page *page __free(unpin_page) = NULL, *mine;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1) /* expect plugin: pin-leak */
		return -EFAULT;
	mine = no_free_ptr(page);
	if (use(mine))
		return -EIO;
	unpin_user_page(mine);
	return 0;
}

int taken_out_and_released(unsigned long start)
{
	struct page *page __free(unpin_page) = NULL, *mine;
	int ret;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	mine = no_free_ptr(page);
	ret = use(mine);
	unpin_user_page(mine);
	return ret;
}

/* A guard holds a lock, no page. */
int under_a_guard(struct mutex *lock, unsigned long start)
{
	guard(lock);
	struct page *pages[4];
	int ret = pin_user_pages_fast(start, 4, 0, pages); /* expect plugin: pin-leak */

	if (ret < 0)
		return ret;
	if (ret == 4 && use(pages[0]))
		return -EIO;
	unpin_user_pages(pages, ret);
	return 0;
}

int under_a_guard_balanced(struct mutex *lock, unsigned long start)
{
	guard(lock);
	struct page *pages[4];
	int ret = pin_user_pages_fast(start, 4, 0, pages);

	if (ret > 0)
		unpin_user_pages(pages, ret);
	return ret == 4 ? 0 : -EFAULT;
}

/* A scope that ends inside the function, left by goto, break and its closing brace. */
int scopes(unsigned long start, int n)
{
	for (int i = 0; i < n; i++) {
		struct page *page __free(unpin_page) = NULL;

		if (pin_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &page) != 1)
			goto fail;
		if (use(page))
			break;
	}
	return 0;
fail:
	return -EFAULT;
}
