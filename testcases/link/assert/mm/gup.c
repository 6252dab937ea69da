/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A gup.c that is nobody's: other names, the gate and the forcing of FOLL_GET in other
 * places than in any kernel. `assert` marks the line that has to be found.
 */
#define KERNEL 612
#include <gup.h>

long walk(unsigned long start, unsigned long nr, struct page **pages, unsigned int flags);

static long walk_locked(unsigned long start, unsigned long nr, struct page **pages, unsigned int how)
{
	if (pages && !(how & FOLL_PIN))
		how |= FOLL_GET; /* assert point */
	return walk(start, nr, pages, how);
}

static bool gate(struct page **pages, unsigned int *flags_p, unsigned int to_set)
{
	unsigned int flags = *flags_p;

	if (flags & FOLL_PIN)
		return false;
	if (!pages && (to_set & FOLL_PIN))
		return false;
	/* A question that leaves a path on which FOLL_GET is not set: of an unknown value that tells nothing. */
	if (!pages && (flags & (FOLL_GET | FOLL_PIN)))
		return false;
	if ((flags & (FOLL_GET | FOLL_PIN)) == (FOLL_GET | FOLL_PIN))
		return false;
	flags |= to_set;
	*flags_p = flags;
	return true;
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	if (!gate(pages, &gup_flags, FOLL_TOUCH))
		return -EINVAL;
	return walk_locked(start, nr_pages, pages, gup_flags);
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	if (!gate(pages, &gup_flags, FOLL_GET))
		return -EINVAL;
	return walk_locked(start, nr_pages, pages, gup_flags);
}

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	if (!gate(pages, &gup_flags, FOLL_PIN))
		return 0;
	return walk_locked(start, nr_pages, pages, gup_flags);
}
