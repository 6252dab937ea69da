/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_LONGTERM comes from a caller in the same file, or is not seen at all. */
#define KERNEL 510
#include <gup.h>

static long pin_page(struct mm_struct *mm, unsigned long addr, unsigned int gup_flags, struct page **page)
{
	return pin_user_pages_remote(mm, addr, 1, FOLL_WRITE | gup_flags, page, NULL, NULL); /* expect cocci: longterm-remote (no patch) */
}

static long pin_short(struct mm_struct *mm, unsigned long addr, unsigned int gup_flags, struct page **page)
{
	return pin_user_pages_remote(mm, addr, 1, gup_flags, page, NULL, NULL);
}

static void keep_it(unsigned int *gup_flags)
{
	*gup_flags |= FOLL_LONGTERM;
}

long keep(struct mm_struct *mm, unsigned long addr, struct page **page)
{
	return pin_page(mm, addr, FOLL_LONGTERM, page);
}

long use(struct mm_struct *mm, unsigned long addr, struct page **page)
{
	return pin_page(mm, addr, 0, page) + pin_short(mm, addr, FOLL_WRITE, page);
}

long by_pointer(struct mm_struct *mm, unsigned long addr, struct page **page)
{
	unsigned int gup_flags = 0;

	keep_it(&gup_flags);
	return pin_user_pages_remote(mm, addr, 1, gup_flags, page, NULL, NULL); /* expect cocci: longterm-remote (no patch) */
}

long from_anywhere(struct mm_struct *mm, unsigned long addr, unsigned int gup_flags, struct page **page)
{
	return pin_user_pages_remote(mm, addr, 1, gup_flags, page, NULL, NULL);
}
