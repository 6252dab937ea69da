/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways in which -errno, 0 or a short count is taken for success. */
#include <gup.h>

int ignored(unsigned long start, struct page **pages)
{
	pin_user_pages_fast(start, 8, FOLL_WRITE, pages); /* expect plugin: ret-unchecked */
	return 0;
}

int zero_is_success(unsigned long start)
{
	struct page *page;
	int ret = get_user_pages_fast(start, 1, 0, &page);

	if (ret >= 0) {
		set_page_dirty(page); /* expect plugin: ret-unchecked */
		put_page(page);
	}
	return ret;
}

int unsigned_compare(unsigned long start, unsigned int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: partial-pin-leak */

	if (ret < n)
		return -EFAULT;
	set_page_dirty(pages[0]); /* expect plugin: ret-unchecked */
	return 0;
}

long added_up(unsigned long start, unsigned long n, struct page **pages)
{
	unsigned long done = 0, nr;

	while (done < n) {
		nr = pin_user_pages(start, n - done, FOLL_WRITE, pages + done, NULL);
		if (nr <= 0)
			break;
		done += nr; /* expect plugin: ret-unchecked */
	}
	return done;
}

int checked(unsigned long start)
{
	struct page *page;
	int ret = get_user_pages_fast(start, 1, 0, &page);

	if (ret > 0) {
		set_page_dirty(page);
		put_page(page);
	}
	return ret;
}

int signed_compare(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret < n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	set_page_dirty(pages[0]);
	return 0;
}

/* The result is in the page: NULL before, and NULL when nothing came. */
struct page *page_tells(unsigned long start)
{
	struct page *page = NULL;

	pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	return page;
}

void looks_at_page(unsigned long start)
{
	struct page *page = NULL;

	pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	if (page)
		unpin_user_page(page);
}

void looks_at_nothing(unsigned long start)
{
	struct page *page = NULL;

	pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	unpin_user_page(page); /* expect plugin: ret-unchecked */
}

struct page *page_tells_nothing(unsigned long start)
{
	struct page *page;

	pin_user_pages_fast(start, 1, FOLL_WRITE, &page); /* expect plugin: ret-unchecked */
	return page;
}
