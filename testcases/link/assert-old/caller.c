/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 510
#include <gup.h>

int caller(unsigned long start, struct page **pages)
{
	if (get_user_pages_fast(start, 1, FOLL_WRITE, pages) != 1) /* assert: trips */
		return -EFAULT;
	return get_user_pages(start, 1, FOLL_GET, pages, NULL); /* assert: satisfied */
}
