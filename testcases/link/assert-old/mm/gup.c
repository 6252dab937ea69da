/* SPDX-License-Identifier: GPL-2.0-only */
/* As before there were pins: pages alone decides */
#define KERNEL 510
#include <gup.h>

long walk(unsigned long start, unsigned long nr, struct page **pages, unsigned int flags);

static long walk_locked(unsigned long start, unsigned long nr, struct page **pages, unsigned int flags)
{
	if (pages)
		flags |= FOLL_GET; /* assert point */
	return walk(start, nr, pages, flags);
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages, struct vm_area_struct **vmas)
{
	return walk_locked(start, nr_pages, pages, gup_flags);
}

/* No request of FOLL_GET: it is only passed on */
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	return walk_locked(start, nr_pages, pages, gup_flags);
}
