/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

long one(unsigned long start, struct page **pages, unsigned int flags)
{
	return get_user_pages(start, 1, FOLL_WRITE, pages) + /* assert: satisfied */
	       get_user_pages(start, 1, flags, pages) + /* assert: satisfied */
	       get_user_pages_unlocked(start, 1, pages, FOLL_WRITE) + /* assert: trips */
	       get_user_pages_unlocked(start, 1, pages, FOLL_WRITE | FOLL_GET); /* assert: satisfied */
}
