/* SPDX-License-Identifier: GPL-2.0-only */
/* NULL takes the place of a page in the caller's array: released before, or lost. */
#include <gup.h>

long loses(unsigned long start, int n, struct page **pages)
{
	long i, got = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages); /* expect plugin: pin-leak */

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		if (PageTail(pages[i]))
			pages[i] = NULL;
	return got;
}

long drops(unsigned long start, int n, struct page **pages)
{
	long i, got = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		if (PageTail(pages[i])) {
			unpin_user_page(pages[i]);
			pages[i] = NULL;
		}
	return got;
}
