/* SPDX-License-Identifier: GPL-2.0-only */
/* 5.2 to 5.5 had no pin: put_user_page*() is the documented end of a get for DMA */
#define KERNEL 504
#include <gup.h>

int old_way(unsigned long addr, int nr, struct page **pages)
{
	int got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got > 0)
		put_user_pages_dirty_lock(pages, got, true);
	return 0;
}

int old_single(unsigned long addr)
{
	struct page *page;

	if (get_user_pages(addr, 1, FOLL_GET | FOLL_WRITE, &page, NULL) != 1)
		return -EFAULT;
	put_user_page(page);
	return 0;
}
