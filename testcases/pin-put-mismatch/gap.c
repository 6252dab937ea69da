/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true and not seen: order of statements is not looked at */
#define KERNEL 601
#include <gup.h>

int twice(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	put_page(pages[0]); /* gap cocci: pin-put-mismatch, the array is filled in two ways */
	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	release_pages(pages, got);
	return 0;
}

int by_number(unsigned long addr)
{
	struct page *page;
	unsigned long pfn;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	pfn = page_to_pfn(page);
	put_page(pfn_to_page(pfn)); /* gap cocci: pin-put-mismatch, a page number is no place */
	return 0;
}
