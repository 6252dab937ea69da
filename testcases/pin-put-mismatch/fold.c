/* SPDX-License-Identifier: GPL-2.0-only */
/* Loops that mark pages dirty and put them become one call, when nothing else depends on the counter */
#define KERNEL 601
#include <gup.h>

int always(unsigned long addr, int nr, struct page **pages)
{
	int got;
	int i;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
	}
	return 0;
}

int when_written(unsigned long addr, int nr, struct page **pages, bool write)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, write ? FOLL_WRITE : 0, pages);
	for (i = 0; i < got; i++)
		kunmap(kmap(pages[i]));
	for (i = 0; i < got; i++) {
		if (write)
			set_page_dirty(pages[i]);
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
	}
	return 0;
}

int by_page(unsigned long addr, int nr, struct page **pages, bool *written)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++) {
		if (written[i])
			set_page_dirty_lock(pages[i]);
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
	}
	return 0;
}

int counter_is_read(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]); /* expect cocci: pin-put-mismatch */
	return i;
}

int right_kind(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}

/* patch
-	int i;
-	for (i = 0; i < got; i++) {
-		set_page_dirty_lock(pages[i]);
-		put_page(pages[i]);
-	}
+	unpin_user_pages_dirty_lock(pages, got, true);
-	for (i = 0; i < got; i++) {
-		if (write)
-			set_page_dirty(pages[i]);
-		put_page(pages[i]);
-	}
+	unpin_user_pages_dirty_lock(pages, got, write);
-		put_page(pages[i]);
+		unpin_user_page(pages[i]);
-		put_page(pages[i]);
+		unpin_user_page(pages[i]);
*/
