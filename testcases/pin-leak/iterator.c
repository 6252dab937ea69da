/* SPDX-License-Identifier: GPL-2.0-only */
/* iov_iter_extract_pages() pins for iterators of user space only: nothing is known where nobody unpins. */
#define KERNEL 612
#include <gup.h>

int splice(struct iov_iter *iter, int (*send)(unsigned long))
{
	struct page *page, **pages = &page;
	size_t offset;
	ssize_t got = iov_iter_extract_pages(iter, &pages, 4096, 1, 0, &offset);

	if (got <= 0)
		return -EIO;
	return send(page_to_pfn(page));
}
