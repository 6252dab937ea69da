/* SPDX-License-Identifier: GPL-2.0-only */
/* A helper returns the page, its callers release it by another helper. */
#include <gup.h>

static struct page *pinned_page(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return NULL;
	return page;
}

static void drop(struct page *page)
{
	put_page(page); /* expect plugin: pin-put-mismatch */
}

int wrong(unsigned long start)
{
	struct page *page = pinned_page(start);

	if (!page)
		return -EFAULT;
	drop(page);
	return 0;
}

static struct page *got_page(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return NULL;
	return page;
}

int right(unsigned long start)
{
	struct page *page = got_page(start);

	if (!page)
		return -EFAULT;
	put_page(page);
	return 0;
}
