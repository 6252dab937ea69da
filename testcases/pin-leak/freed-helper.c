/* SPDX-License-Identifier: GPL-2.0-only */
/* A helper frees the array that it is given: with the pages in it, or behind their release. */
#include <gup.h>

int use(struct page **pages, int n);
void account(long n);

static struct page **take(unsigned long start, int n)
{
	struct page **pages = kcalloc(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return NULL;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: pin-leak */
	if (ret == n)
		return pages;
	if (ret > 0)
		unpin_user_pages(pages, ret);
	kfree(pages);
	return NULL;
}

static void forget(struct page **pages, int n)
{
	kfree(pages);
	account(-n);
}

int forgets(unsigned long start, int n)
{
	struct page **pages = take(start, n);

	if (!pages)
		return -ENOMEM;
	forget(pages, n);
	return 0;
}

static struct page **take_well(unsigned long start, int n)
{
	struct page **pages = kcalloc(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return NULL;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret == n)
		return pages;
	if (ret > 0)
		unpin_user_pages(pages, ret);
	kfree(pages);
	return NULL;
}

static void drop(struct page **pages, int n)
{
	unpin_user_pages_dirty_lock(pages, n, true);
	kfree(pages);
	account(-n);
}

int drops(unsigned long start, int n)
{
	struct page **pages = take_well(start, n);

	if (!pages)
		return -ENOMEM;
	drop(pages, n);
	return 0;
}
