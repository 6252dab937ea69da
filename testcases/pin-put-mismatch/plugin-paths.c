/* SPDX-License-Identifier: GPL-2.0-only */
/* The wrong release, through an alias, a helper and a loop. */
#include <gup.h>

static void drop(struct page *page)
{
	put_page(page); /* expect plugin: pin-put-mismatch */
}

int by_helper(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	drop(page);
	return 0;
}

int by_loop(unsigned long start, int n, struct page **pages)
{
	int i, ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	for (i = 0; i < ret; i++)
		put_page(pages[i]); /* expect plugin: pin-put-mismatch */
	return 0;
}

int got_and_unpinned(unsigned long start)
{
	struct page *page, *alias;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	alias = page;
	unpin_user_page(alias); /* expect plugin: pin-put-mismatch */
	return 0;
}

int right(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	get_page(page);
	put_page(page);
	unpin_user_page(page);
	return 0;
}
