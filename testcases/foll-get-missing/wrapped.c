/* SPDX-License-Identifier: GPL-2.0-only */
/* What a static wrapper passes on is what its callers gave it. */
#include <gup.h>

struct operations { long (*take)(unsigned long start, unsigned int flags, struct page **pages); };

static long touch(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages, NULL);
}

long fault_in(unsigned long start)
{
	return touch(start, FOLL_WRITE, NULL);
}

static long good(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages, NULL);
}

long read_one(unsigned long start, struct page **pages)
{
	return good(start, FOLL_GET, pages);
}

long write_one(unsigned long start, struct page **pages)
{
	return good(start, FOLL_GET | FOLL_WRITE, pages);
}

static long bad(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages, NULL); /* expect plugin: foll-get-missing */
}

long with_it(unsigned long start, struct page **pages)
{
	return bad(start, FOLL_GET, pages);
}

long without_it(unsigned long start, struct page **pages)
{
	return bad(start, FOLL_WRITE, pages);
}

/* Nobody in this file says what comes in here. */
static long by_pointer(unsigned long start, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, 1, flags, pages, NULL); /* expect plugin: foll-get-missing */
}

const struct operations operations = { .take = by_pointer };
