/* SPDX-License-Identifier: GPL-2.0-only */
/* A helper releases what it is told to: the count is wrong where it is called. */
#include <gup.h>

static void drop(struct page **pages, int n)
{
	unpin_user_pages(pages, n);
}

int told_too_many(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret > 0 && ret < n) {
		drop(pages, n); /* expect plugin: release-wrong-count */
		return -EFAULT;
	}
	return ret;
}

int told_right(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret > 0 && ret < n) {
		drop(pages, ret);
		return -EFAULT;
	}
	return ret;
}
