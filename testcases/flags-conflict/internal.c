/* SPDX-License-Identifier: GPL-2.0-only */
/* 6.12: what mm/internal.h declares is not for callers. */
#define KERNEL 612
#include <gup.h>

long internal(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_TOUCH, pages); /* expect plugin: flags-conflict */
}

int populate(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_MADV_POPULATE, pages); /* expect plugin: flags-conflict */
}

long pin_with_pin(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_PIN, pages); /* expect plugin: flags-conflict */
}

long device(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_LONGTERM | FOLL_PCI_P2PDMA, pages); /* expect plugin: flags-conflict */
}

long unlocked(unsigned long start, struct page **pages)
{
	return pin_user_pages_unlocked(start, 1, pages, FOLL_LONGTERM);
}

long fine(unsigned long start, struct page **pages)
{
	return pin_user_pages(start, 1, FOLL_WRITE, pages);
}
