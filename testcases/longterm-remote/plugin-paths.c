/* SPDX-License-Identifier: GPL-2.0-only */
/* The flag arrives by a variable, on one path only. */
#include <gup.h>

long by_variable(struct mm_struct *mm, unsigned long start, struct page **pages, bool keep)
{
	unsigned int flags = FOLL_WRITE;

	if (keep)
		flags |= FOLL_LONGTERM;
	return pin_user_pages_remote(mm, start, 1, flags, pages, NULL, NULL); /* expect plugin: longterm-remote */
}

long without(struct mm_struct *mm, unsigned long start, struct page **pages)
{
	return pin_user_pages_remote(mm, start, 1, FOLL_WRITE, pages, NULL, NULL);
}
