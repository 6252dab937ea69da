/* SPDX-License-Identifier: GPL-2.0-only */
/* A bool or a number where gup_flags belongs. */
#include <gup.h>

int from_bool(unsigned long start, struct page **pages, bool write)
{
	return pin_user_pages_fast(start, 1, write, pages); /* expect plugin: flags-literal */
}

int from_number(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, 1, pages); /* expect plugin: flags-literal */
}

int no_flags(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, 0, pages);
}

int chosen(unsigned long start, struct page **pages, bool write)
{
	return pin_user_pages_fast(start, 1, write ? FOLL_WRITE : 0, pages);
}
