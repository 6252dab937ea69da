/* SPDX-License-Identifier: GPL-2.0-only */
/* Two releases whose ranges overlap drop the pages that both have twice. */
#include <gup.h>

int overlapping(unsigned long start, struct page **pages)
{
	int ret = pin_user_pages_fast(start, 8, FOLL_WRITE, pages);

	if (ret != 8) {
		if (ret >= 2) {
			unpin_user_pages(pages, 2);
			unpin_user_pages(pages, ret); /* expect plugin: double-release */
		} else if (ret > 0) {
			unpin_user_pages(pages, ret);
		}
		return -EFAULT;
	}
	return 0;
}

int side_by_side(unsigned long start, struct page **pages)
{
	int ret = pin_user_pages_fast(start, 8, FOLL_WRITE, pages);

	if (ret != 8) {
		if (ret >= 2) {
			unpin_user_pages(pages, 2);
			unpin_user_pages(pages + 2, ret - 2);
		} else if (ret > 0) {
			unpin_user_pages(pages, ret);
		}
		return -EFAULT;
	}
	return 0;
}
