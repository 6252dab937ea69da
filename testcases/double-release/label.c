/* SPDX-License-Identifier: GPL-2.0-only */
/* The branch releases and then jumps to the label that releases again. */
#include <gup.h>

int check(struct page *page);

int twice(unsigned long start)
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	ret = check(page);
	if (ret)
		unpin_user_page(page);
	unpin_user_page(page); /* expect plugin: double-release */
	return ret;
}

int once(unsigned long start)
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	ret = check(page);
	if (ret) {
		unpin_user_page(page);
		return ret;
	}
	unpin_user_page(page);
	return 0;
}

int two_references(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	put_page(page);
	put_page(page);
	return 0;
}

int two_rounds(unsigned long start)
{
	struct page *page;
	int i;

	for (i = 0; i < 2; i++) {
		if (pin_user_pages_fast(start + i, 1, FOLL_WRITE, &page) != 1)
			return -EFAULT;
		unpin_user_page(page);
	}
	return 0;
}
