/* SPDX-License-Identifier: GPL-2.0-only */
/* As literal.c, done right; and prefaults, which take no pages at all. */
#define KERNEL 601
#include <gup.h>

long get(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 4, FOLL_GET, pages, NULL);
}

long get_and_write(unsigned long addr, struct page **pages)
{
	return get_user_pages_unlocked(addr, 4, pages, FOLL_WRITE | FOLL_GET);
}

long choice(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, FOLL_GET | (write ? FOLL_WRITE : 0), pages, NULL);
}

long both_arms(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, write ? FOLL_GET | FOLL_WRITE : FOLL_GET, pages, NULL);
}

long fast(unsigned long addr, struct page **pages)
{
	/* adds FOLL_GET itself; only the entry policy lists it */
	return get_user_pages_fast(addr, 1, FOLL_WRITE, pages);
}

long pin(unsigned long addr, struct page **pages)
{
	return pin_user_pages(addr, 1, FOLL_WRITE, pages, NULL);
}

long prefault(struct mm_struct *mm, unsigned long addr, int *locked)
{
	return get_user_pages_remote(mm, addr, 1, FOLL_WRITE, NULL, NULL, locked);
}

long prefault_here(unsigned long addr)
{
	return get_user_pages(addr, 1, FOLL_WRITE, (struct page **)NULL, NULL);
}

long pages_or_not(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, pages ? FOLL_GET : 0, pages, NULL);
}

const char *only_text(void)
{
	return "get_user_pages(addr, 1, 0, pages, NULL)";
}
