/* SPDX-License-Identifier: GPL-2.0-only */
/* The series of 2019: pin_*() and put_user_page() side by side, so the get is put */
#define KERNEL 504
#include <gup.h>

int pinned_put(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got > 0)
		put_user_pages(pages, got);
	return 0;
}

int got_unpinned(unsigned long addr)
{
	struct page *page;

	if (get_user_pages(addr, 1, FOLL_GET | FOLL_WRITE, &page, NULL) != 1)
		return -EFAULT;
	put_user_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

int pinned_and_put(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages(addr, 1, FOLL_WRITE, &page, NULL) != 1)
		return -EFAULT;
	put_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

/* patch
-	put_user_page(page);
+	put_page(page);
-	put_page(page);
+	unpin_user_page(page);
*/
