/* SPDX-License-Identifier: GPL-2.0-only */
/* An array, over loops and by one call; each way out has a silent twin */
#define KERNEL 601
#include <gup.h>

int put_loop(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
	return got;
}

int put_downwards(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	while (got-- > 0)
		put_page(pages[got]); /* expect cocci: pin-put-mismatch */
	return 0;
}

int release_short(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got > 0 && got < nr) {
		release_pages(pages, got); /* expect cocci: pin-put-mismatch */
		return -EFAULT;
	}
	return got;
}

int by_offset(unsigned long addr, int nr, struct page **pages)
{
	int done = 0, got;

	while (done < nr) {
		got = pin_user_pages(addr, nr - done, FOLL_WRITE, pages + done, NULL);
		if (got <= 0)
			break;
		done += got;
	}
	release_pages(&pages[0], done); /* expect cocci: pin-put-mismatch */
	return 0;
}

int unpin_loop(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
	return got;
}

int two_arrays(unsigned long addr, int nr, struct page **pinned, struct page **held)
{
	pin_user_pages_fast(addr, nr, FOLL_WRITE, pinned);
	get_user_pages_fast(addr, nr, 0, held);
	release_pages(held, nr);
	unpin_user_pages(pinned, nr);
	return 0;
}

/* patch
-	int i, got;
+	int got;
-	for (i = 0; i < got; i++)
-		put_page(pages[i]);
+	unpin_user_pages(pages, got);
-		put_page(pages[got]);
+		unpin_user_page(pages[got]);
-		release_pages(pages, got);
+		unpin_user_pages(pages, got);
-	release_pages(&pages[0], done);
+	unpin_user_pages(&pages[0], done);
*/
