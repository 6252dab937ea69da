/* SPDX-License-Identifier: GPL-2.0-only */
/* Only the page frame numbers are kept */
#include "table.h"

int table_pin(struct table *table, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	table->pfns[table->nr++] = page_to_pfn(page);
	return 0;
}

int table_ok_pin(struct table_ok *table, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	table->pfns[table->nr++] = page_to_pfn(page);
	return 0;
}

int table_lost_pin(struct table_lost *table, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* expect link: pin-leak */
		return -EFAULT;
	table->pfns[table->nr++] = page_to_pfn(page);
	return 0;
}
