/* SPDX-License-Identifier: GPL-2.0-only */
/* Filled by one file, dropped by another, and no call leads from one to the other */
#include "buffer.h"

int fill_pinned(struct pinned *b, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);

	if (got < 0)
		return got;
	b->nr = got;
	return 0;
}

int fill_got(struct got *b, unsigned long addr)
{
	struct page **pages = b->pages;
	int got = get_user_pages_fast(addr, b->nr, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	b->nr = got;
	return 0;
}
