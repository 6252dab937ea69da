/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether all pages came is compared as a length, and the loop goes by addresses: the same number, written twice. */
#include "range.h"

void map_page(struct page *page, unsigned long pfn);

static void range_map(unsigned long start, unsigned long end, struct page **pages)
{
	unsigned long pfn;
	int i;

	for (i = 0, pfn = start >> PAGE_SHIFT; pfn < (end >> PAGE_SHIFT); pfn++, i++)
		map_page(pages[i], pfn);
}

void range_use(unsigned long start, unsigned long end, struct page **pages)
{
	int i, ret = range_take(start, end, pages);

	if (ret == (end - start) >> PAGE_SHIFT)
		range_map(start, end, pages);
	for (i = 0; i < ret; i++)
		unpin_user_page(pages[i]);
}

/* Here one page is enough to use all. */
void range_use_some(unsigned long start, unsigned long end, struct page **pages)
{
	int i, ret = range_take(start, end, pages);

	for (i = 0; ret > 0 && i < (end - start) >> PAGE_SHIFT; i++)
		map_page(pages[i], i); /* expect link: ret-unchecked */
	for (i = 0; i < ret; i++)
		unpin_user_page(pages[i]);
}
