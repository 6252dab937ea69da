/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

long wrapped(unsigned long start, unsigned int flags, struct page **pages);
long wrapped_well(unsigned long start, unsigned int flags, struct page **pages);

long direct(unsigned long start, struct page **pages, bool write)
{
	unsigned int flags = FOLL_FORCE;
	long got;

	if (write)
		flags |= FOLL_WRITE;
	got = get_user_pages(start, 1, flags, pages); /* assert: trips */
	got += get_user_pages(start, 1, flags | FOLL_GET, pages); /* assert: satisfied */
	got += get_user_pages(start, 1, flags, NULL); /* assert: satisfied */
	got += get_user_pages_fast(start, 1, flags, pages); /* assert: satisfied */
	got += pin_user_pages(start, 1, flags, pages); /* assert: satisfied */
	got += wrapped_well(start, flags | FOLL_GET, pages);
	got += wrapped(start, FOLL_GET, pages);
	return got;
}

static void want_get(struct page **pages, unsigned int *flags)
{
	pages[0] = NULL;
	*flags |= FOLL_GET;
}

long by_address(unsigned long start, struct page **pages)
{
	unsigned int flags = 0;

	want_get(pages, &flags);
	return get_user_pages(start, 1, flags, pages) + /* assert: satisfied */
	       wrapped(start, 0, pages);
}
