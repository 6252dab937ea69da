/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins into the caller's array; nothing here drops them for others, so that nothing says how long they stay. */
#include <gup.h>

static void drop(struct page **pages, int n)
{
	unpin_user_pages(pages, n);
}

int user_memory_get(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret > 0 && ret < n) {
		drop(pages, ret);
		return -EFAULT;
	}
	return ret;
}
