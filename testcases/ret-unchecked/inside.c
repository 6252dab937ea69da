/* SPDX-License-Identifier: GPL-2.0-only */
/* mm/gup.c itself knows more of __get_user_pages() than its result: a dropped lock excludes errors. */
#include <gup.h>

long __get_user_pages(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		      struct page **pages, int *locked);

static long fill(struct mm_struct *mm, unsigned long start, struct page **pages, unsigned int flags, int *locked)
{
	long ret = __get_user_pages(mm, start, 1, flags, pages, locked);

	if (*locked)
		return ret;
	start += ret << PAGE_SHIFT;
	return __get_user_pages(mm, start, 1, flags, pages + ret, locked);
}

long outside(unsigned long start, struct page **pages)
{
	long ret = pin_user_pages_fast(start, 2, FOLL_WRITE, pages);

	start += ret << PAGE_SHIFT; /* expect plugin: ret-unchecked */
	return start == 5 ? fill(NULL, start, pages, 0, NULL) : ret;
}
