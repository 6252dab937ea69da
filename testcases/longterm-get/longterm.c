/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_LONGTERM belongs to pins. */
#include <gup.h>

long get_longterm(unsigned long start, struct page **pages)
{
	return get_user_pages(start, 1, FOLL_GET | FOLL_LONGTERM, pages, NULL); /* expect plugin: longterm-get */
}

long pin_longterm(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_LONGTERM, pages, NULL);
}
