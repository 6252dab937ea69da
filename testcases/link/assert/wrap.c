/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

/* One caller states FOLL_GET, another does not: see callers.c */
long wrapped(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags | FOLL_WRITE, pages); /* assert: trips */
}

/* All callers state it */
long wrapped_well(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages); /* assert: satisfied */
}

/* Nobody here calls it */
long unknown(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages); /* assert: may trip */
}
