/* SPDX-License-Identifier: GPL-2.0-only */
/* Every way out of a function that is not a leak: each is named for what it does. */
#include <gup.h>

struct user { struct page **pages; struct page *page; unsigned long nr; unsigned long pfn; };
struct bvec { struct page *bv_page; };
void hand_over(struct page **pages, int n);
int register_pages(struct user *user, struct page **pages, int n);

int stored_in_struct(struct user *user, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page);

	if (ret != 1)
		return -EFAULT;
	user->page = page;
	return 0;
}

struct page *returned(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return NULL;
	return page;
}

int array_kept(struct user *user, unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (ret <= 0) {
		kfree(pages);
		return -EFAULT;
	}
	user->pages = pages;
	user->nr = ret;
	return 0;
}

int callers_array(unsigned long start, int n, struct page **pages)
{
	return pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);
}

int count_through_pointer(unsigned long start, int n, struct page **pages, int *pinned)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (ret <= 0)
		return -EFAULT;
	*pinned = ret;
	return ret == n ? 0 : -EFAULT;
}

int passed_on(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (ret > 0)
		hand_over(pages, ret);
	return 0;
}

int moved_to_scatterlist(struct scatterlist *sg, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	return 0;
}

int aliased(unsigned long start)
{
	struct page *page, *alias;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	alias = page;
	unpin_user_page(alias);
	return 0;
}

int in_a_loop(unsigned long start, int n, struct page **pages)
{
	int i, ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (ret == n)
		return 0;
	for (i = 0; i < ret; i++)
		unpin_user_page(pages[i]);
	return -EFAULT;
}
