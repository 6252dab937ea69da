/* SPDX-License-Identifier: GPL-2.0-only */
/* As certain.c, without the claim; and longterm pins of the own process. */
#define KERNEL 601
#include <gup.h>

long short_pin(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, 1, flags | FOLL_WRITE, pages, NULL, NULL);
}

long own(unsigned long addr, struct page **pages)
{
	return pin_user_pages(addr, 1, FOLL_LONGTERM, pages, NULL);
}

long masked(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, 1, flags & ~FOLL_LONGTERM, pages, NULL, NULL);
}

/* get_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL, NULL) in a comment is nothing */
