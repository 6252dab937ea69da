/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked for is released, not what was returned; or -errno as a count. */
#include <gup.h>

int releases_all(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, n); /* expect plugin: release-wrong-count */
		return -EFAULT;
	}
	return 0;
}

int negative_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, ret); /* expect plugin: release-wrong-count */
		return -EFAULT;
	}
	return 0;
}

int right_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	return 0;
}

int clamped_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, max(ret, 0));
		return -EFAULT;
	}
	return 0;
}
