/* SPDX-License-Identifier: GPL-2.0-only */
/* The assert stands; one entry point adds FOLL_GET for its callers, another does not. */
#define KERNEL 612
#include <gup.h>

long walk(unsigned long start, unsigned long nr, struct page **pages, unsigned int flags);

static long walk_locked(unsigned long start, unsigned long nr, struct page **pages, unsigned int flags)
{
	if (pages && WARN_ON_ONCE(!(flags & (FOLL_GET | FOLL_PIN)))) /* assert stands */
		return -EINVAL;
	return walk(start, nr, pages, flags);
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	if (pages && !(gup_flags & FOLL_PIN))
		gup_flags |= FOLL_GET;
	return walk_locked(start, nr_pages, pages, gup_flags);
}

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	return walk_locked(start, nr_pages, pages, gup_flags);
}
