/* SPDX-License-Identifier: GPL-2.0-only */
/* Folios and iterators of 6.12 */
#define KERNEL 612
#include <gup.h>

bool iov_iter_extract_will_pin(const struct iov_iter *iter);

int put_folios(struct file *memfd, struct folio **folios, unsigned int nr)
{
	pgoff_t offset;
	long i, got;

	got = memfd_pin_folios(memfd, 0, 4095, folios, nr, &offset);
	for (i = 0; i < got; i++)
		folio_put(folios[i]); /* expect cocci: pin-put-mismatch */
	return 0;
}

int unpin_all(struct file *memfd, struct folio **folios, unsigned int nr)
{
	pgoff_t offset;
	long got = memfd_pin_folios(memfd, 0, 4095, folios, nr, &offset);

	if (got > 0)
		unpin_folios(folios, got);
	return 0;
}

int put_extracted(struct iov_iter *iter, struct page **pages, size_t size)
{
	size_t offset;
	ssize_t got = iov_iter_extract_pages(iter, &pages, size, 1, 0, &offset);

	if (got > 0)
		put_page(pages[0]); /* expect cocci: pin-put-mismatch */
	return 0;
}

int asked_first(struct iov_iter *iter, struct page **pages, size_t size)
{
	size_t offset;
	ssize_t got = iov_iter_extract_pages(iter, &pages, size, 1, 0, &offset);

	if (got > 0 && iov_iter_extract_will_pin(iter))
		unpin_user_page(pages[0]);
	else if (got > 0)
		put_page(pages[0]);
	return 0;
}

int put_remote(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_remote(mm, addr, 1, FOLL_GET | FOLL_WRITE, &page, NULL) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}

/* patch
-		folio_put(folios[i]);
+		unpin_folio(folios[i]);
-		put_page(pages[0]);
+		unpin_user_page(pages[0]);
*/
