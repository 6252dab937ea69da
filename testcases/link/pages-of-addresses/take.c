/* SPDX-License-Identifier: GPL-2.0-only */
#include "range.h"

int range_take(unsigned long start, unsigned long end, struct page **pages)
{
	unsigned long nr = (end - start) >> PAGE_SHIFT;

	return pin_user_pages(start, nr, 0, pages);
}
