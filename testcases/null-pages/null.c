/* SPDX-License-Identifier: GPL-2.0-only */
/* A pin without a page array. */
#include <gup.h>

long pin_nothing(struct mm_struct *mm, unsigned long start)
{
	return pin_user_pages_remote(mm, start, 1, FOLL_WRITE, NULL, NULL, NULL); /* expect plugin: null-pages */
}

long prefault(struct mm_struct *mm, unsigned long start)
{
	return get_user_pages_remote(mm, start, 1, FOLL_WRITE, NULL, NULL, NULL);
}
