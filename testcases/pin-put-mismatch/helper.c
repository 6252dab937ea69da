/* SPDX-License-Identifier: GPL-2.0-only */
/* The release stands in a function of its own */
#define KERNEL 601
#include <gup.h>

static void drop(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
}

int pin_and_drop(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got > 0)
		drop(pages, got);
	return 0;
}

static int grab(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}

int grab_and_put(unsigned long addr, int nr, struct page **vec)
{
	int got = grab(addr, nr, vec);

	if (got > 0)
		release_pages(vec, got); /* expect cocci: pin-put-mismatch */
	return 0;
}

int grab_and_unpin(unsigned long addr, int nr, struct page **vec)
{
	int got = grab(addr, nr, vec);

	if (got > 0)
		unpin_user_pages(vec, got);
	return 0;
}

/* patch
-	int i;
-
-	for (i = 0; i < nr; i++)
-		put_page(pages[i]);
+	unpin_user_pages(pages, nr);
-		release_pages(vec, got);
+		unpin_user_pages(vec, got);
*/
