/* SPDX-License-Identifier: GPL-2.0-only */
/* Since 6.2 release_pages() takes a union of pages and folios. */
#define KERNEL 612
#include <gup.h>

int put(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret > 0)
		release_pages(pages, ret); /* expect plugin: pin-put-mismatch */
	return ret < 0 ? ret : 0;
}

int put_got(unsigned long start, int n, struct page **pages)
{
	int ret = get_user_pages_fast(start, n, 0, pages);

	if (ret > 0)
		release_pages(pages, ret);
	return ret < 0 ? ret : 0;
}
