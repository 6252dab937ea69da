/* SPDX-License-Identifier: GPL-2.0-only */
/* 6.12: TOUCH and REMOTE are internal flags. */
#define KERNEL 612
#include <gup.h>

long internal(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_TOUCH, pages); /* expect plugin: flags-conflict */
}

long fine(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE, pages);
}
