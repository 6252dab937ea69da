/* SPDX-License-Identifier: GPL-2.0-only */
/* Two functions for other files: one pins into the caller's array, the other drops what is in it. */
#include <gup.h>

int user_memory_get(unsigned long start, int n, struct page **pages)
{
	int i, ret;

	for (i = 0; i < n; i += ret) {
		ret = pin_user_pages_fast(start + i * 4096, n - i, FOLL_WRITE, pages + i); /* expect plugin: longterm-missing */
		if (ret < 0) {
			unpin_user_pages(pages, i);
			return ret;
		}
	}
	return 0;
}

static void drop(struct page **list, int n)
{
	unpin_user_pages_dirty_lock(list, n, true);
}

void user_memory_put(struct page **pages, int n)
{
	drop(pages, n);
}
