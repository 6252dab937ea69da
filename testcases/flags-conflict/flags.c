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

/* Redundant, but nothing in 6.1 refuses it. */
long pin_with_pin(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_PIN, pages, NULL);
}

/* The fast variants take a few flags only. */
int fast_knows_few(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_HWPOISON, pages); /* expect plugin: flags-conflict */
}

/* What they set themselves, they take as well. */
int fast_knows_get(unsigned long start, struct page **pages)
{
	return get_user_pages_fast(start, 1, FOLL_WRITE | FOLL_GET, pages);
}

int slow_knows_more(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE | FOLL_HWPOISON, pages, NULL);
}

long unlocked(unsigned long start, struct page **pages)
{
	return pin_user_pages_unlocked(start, 1, pages, FOLL_LONGTERM); /* expect plugin: flags-conflict */
}

long one_path_only(unsigned long start, struct page **pages, bool get)
{
	unsigned int flags = FOLL_WRITE;

	if (get)
		flags |= FOLL_GET;
	return pin_user_pages(start, 1, flags, pages, NULL); /* expect plugin: flags-conflict */
}

long masked(unsigned long start, struct page **pages, unsigned int flags)
{
	return pin_user_pages(start, 1, (flags | FOLL_GET) & ~FOLL_GET, pages, NULL);
}

long fine(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE | FOLL_LONGTERM, pages, NULL);
}

long from_the_caller(unsigned long start, struct page **pages, unsigned int flags)
{
	return pin_user_pages(start, 1, flags, pages, NULL);
}
