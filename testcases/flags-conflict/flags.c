/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags that mm/gup.c refuses. */
#include <gup.h>

long pin_with_get(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE | FOLL_GET, pages, NULL); /* expect plugin: flags-conflict */
}

long get_with_pin(unsigned long start, struct page **pages)
{
	unsigned int flags = FOLL_GET;

	flags |= FOLL_PIN;
	return get_user_pages(start, 1, flags, pages, NULL); /* expect plugin: flags-conflict */
}

long fine(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE | FOLL_LONGTERM, pages, NULL);
}

long from_the_caller(unsigned long start, struct page **pages, unsigned int flags)
{
	return pin_user_pages(start, 1, flags, pages, NULL);
}
