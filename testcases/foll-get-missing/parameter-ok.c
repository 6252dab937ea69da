/* SPDX-License-Identifier: GPL-2.0-only */
/* As parameter.c, where all callers are seen and state FOLL_GET or FOLL_PIN. */
#define KERNEL 601
#include <gup.h>

static long deep(unsigned long addr, struct page **pages, unsigned int flags)
{
	flags |= FOLL_FORCE;
	return get_user_pages(addr, 1, flags, pages, NULL);
}

static long between(unsigned long addr, struct page **pages, unsigned int more)
{
	return deep(addr, pages, more | FOLL_WRITE);
}

long calls_both(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = 0;

	gup_flags |= FOLL_GET;
	return deep(addr, pages, FOLL_GET) + between(addr, pages, gup_flags);
}

static long turns(unsigned long addr, struct page **pages, unsigned int flags, int n)
{
	if (n)
		return turns(addr, pages, flags, n - 1);
	return get_user_pages(addr, 1, flags, pages, NULL);
}

long calls_turns(unsigned long addr, struct page **pages)
{
	return turns(addr, pages, FOLL_GET, 3);
}

long __get_user_pages_locked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			     struct page **pages, struct vm_area_struct **vmas, int *locked,
			     unsigned int flags);

/* an entry point of mm/gup.c hands on what its callers are asked for */
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	int locked = 1;

	return __get_user_pages_locked(current->mm, start, nr_pages, pages, NULL, &locked,
				       gup_flags | FOLL_TOUCH);
}

long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	gup_flags |= FOLL_PIN;
	return get_user_pages_unlocked(start, nr_pages, pages, gup_flags);
}
