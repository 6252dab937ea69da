/* SPDX-License-Identifier: GPL-2.0-only */
/* One page, pinned and put by each of the functions that drop a reference */
#define KERNEL 601
#include <gup.h>

int put_one(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

int folio_one(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	folio_put(page_folio(page)); /* expect cocci: pin-put-mismatch */
	return 0;
}

int folio_later(unsigned long addr)
{
	struct page *page;
	struct folio *folio;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	folio_put(folio); /* expect cocci: pin-put-mismatch */
	return 0;
}

int free_one(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_unlocked(addr, 1, &page, FOLL_WRITE) != 1)
		return -EFAULT;
	__free_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

int refs_one(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	folio_put_refs(page_folio(page), 1); /* expect cocci: pin-put-mismatch (no patch) */
	return 0;
}

int unpin_one(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

int other_page(unsigned long addr)
{
	struct page *page, *spare = alloc_page(GFP_KERNEL);

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) == 1)
		unpin_user_page(page);
	put_page(spare);
	return 0;
}

/* patch
-	put_page(page);
+	unpin_user_page(page);
-	folio_put(page_folio(page));
+	unpin_user_page(page);
-	folio_put(folio);
+	unpin_user_page(&folio->page);
-	__free_page(page);
+	unpin_user_page(page);
*/
