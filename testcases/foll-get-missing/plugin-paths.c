/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_GET is set on one path and not on the other. */
#include <gup.h>

long sometimes(unsigned long start, struct page **pages, bool get)
{
	unsigned int flags = FOLL_WRITE;

	if (get)
		flags |= FOLL_GET;
	return get_user_pages(start, 1, flags, pages, NULL); /* expect plugin: foll-get-missing */
}

long always(unsigned long start, struct page **pages, bool write)
{
	unsigned int flags = FOLL_GET;

	if (write)
		flags |= FOLL_WRITE;
	return get_user_pages(start, 1, flags, pages, NULL);
}

int fast_adds_it(unsigned long start, struct page **pages)
{
	return get_user_pages_fast(start, 1, FOLL_WRITE, pages);
}
