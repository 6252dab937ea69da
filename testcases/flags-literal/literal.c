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

int both(unsigned long start, struct page **pages, int write, int user)
{
	return pin_user_pages_fast(start, 1, write && user, pages); /* expect plugin: flags-literal */
}

int numbers(unsigned long start, struct page **pages, int write)
{
	return pin_user_pages_fast(start, 1, write ? 1 : 0, pages); /* expect plugin: flags-literal */
}

int held(unsigned long start, struct page **pages, int direction)
{
	int write = direction == 2;

	return pin_user_pages_fast(start, 1, write, pages); /* expect plugin: flags-literal */
}

int mixed(unsigned long start, struct page **pages, int write)
{
	return pin_user_pages_fast(start, 1, FOLL_FORCE | !!write, pages); /* expect plugin: flags-literal */
}

static int helper(unsigned long start, struct page **pages, int write)
{
	return pin_user_pages_fast(start, 1, write, pages); /* expect plugin: flags-literal */
}

int through_helper(unsigned long start, struct page **pages, int direction)
{
	return helper(start, pages, direction == 2);
}

/* The silent twins. */
int collected(unsigned long start, struct page **pages, int write, int force)
{
	unsigned int flags = 0;

	if (write)
		flags |= FOLL_WRITE;
	if (force)
		flags = flags | FOLL_FORCE;
	return pin_user_pages_fast(start, 1, flags, pages);
}

int product(unsigned long start, struct page **pages, bool write)
{
	return pin_user_pages_fast(start, 1, write * FOLL_WRITE, pages);
}

static int flags_helper(unsigned long start, struct page **pages, unsigned int flags)
{
	return pin_user_pages_fast(start, 1, flags, pages);
}

int through_flags_helper(unsigned long start, struct page **pages, bool write)
{
	return flags_helper(start, pages, write ? FOLL_WRITE | FOLL_FORCE : 0);
}
