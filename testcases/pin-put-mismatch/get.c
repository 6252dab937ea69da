/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages held by a get and unpinned */
#define KERNEL 601
#include <gup.h>

int unpin_loop(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]); /* expect cocci: pin-put-mismatch */
	return got;
}

int unpin_array(unsigned long addr, int nr, struct page **pages)
{
	long got = get_user_pages(addr, nr, FOLL_GET | FOLL_WRITE, pages, NULL);

	if (got > 0)
		unpin_user_pages(pages, got); /* expect cocci: pin-put-mismatch */
	return 0;
}

int unpin_dirty(unsigned long addr, int nr, struct page **pages)
{
	long got = get_user_pages_unlocked(addr, nr, pages, FOLL_GET | FOLL_WRITE);

	if (got > 0)
		unpin_user_pages_dirty_lock(pages, got, true); /* expect cocci: pin-put-mismatch (no patch) */
	return 0;
}

int unpin_not_dirty(unsigned long addr, int nr, struct page **pages)
{
	long got = get_user_pages_unlocked(addr, nr, pages, FOLL_GET);

	if (got > 0)
		unpin_user_pages_dirty_lock(pages, got, false); /* expect cocci: pin-put-mismatch */
	return 0;
}

int unpin_iter(struct iov_iter *iter, struct page **pages, size_t size)
{
	size_t start;
	ssize_t got = iov_iter_get_pages2(iter, pages, size, 16, &start);

	if (got > 0)
		unpin_user_page(pages[0]); /* expect cocci: pin-put-mismatch */
	return 0;
}

int put_array(unsigned long addr, int nr, struct page **pages)
{
	long got = get_user_pages(addr, nr, FOLL_GET | FOLL_WRITE, pages, NULL);

	if (got > 0)
		release_pages(pages, got);
	return 0;
}

/* patch
-		unpin_user_page(pages[i]);
+		put_page(pages[i]);
-		unpin_user_pages(pages, got);
+		release_pages(pages, got);
-		unpin_user_pages_dirty_lock(pages, got, false);
+		release_pages(pages, got);
-		unpin_user_page(pages[0]);
+		put_page(pages[0]);
*/
