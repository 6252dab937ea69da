/* SPDX-License-Identifier: GPL-2.0-only */
/* Another name for the same pages */
#define KERNEL 601
#include <gup.h>

struct holder { struct page **pages; int nr; };

int by_element(unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	for (i = 0; i < got; i++) {
		struct page *page = pages[i];

		put_page(page); /* expect cocci: pin-put-mismatch */
	}
	return 0;
}

int by_array(struct holder *h, unsigned long addr)
{
	struct page **pages = h->pages;
	int got = pin_user_pages_fast(addr, h->nr, FOLL_WRITE, pages);

	if (got > 0)
		release_pages(h->pages, got); /* expect cocci: pin-put-mismatch */
	return 0;
}

int by_window(struct holder *h, unsigned long addr, int done)
{
	struct page **window = h->pages + done;
	int got = pin_user_pages_fast(addr, h->nr, FOLL_WRITE, window);

	if (got > 0)
		unpin_user_pages(h->pages + done, got);
	return 0;
}

int by_element_ok(unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	for (i = 0; i < got; i++) {
		struct page *page = pages[i];

		unpin_user_page(page);
	}
	return 0;
}

/* patch
-		put_page(page);
+		unpin_user_page(page);
-		release_pages(h->pages, got);
+		unpin_user_pages(h->pages, got);
*/
