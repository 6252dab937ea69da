/* SPDX-License-Identifier: GPL-2.0-only */
/* A variable whose address goes down two functions has what the last of them put there. */
#include <gup.h>

int want_array(struct page ***pages);

static long fill(unsigned long start, struct page ***pages)
{
	if (!want_array(pages))
		return -ENOMEM;
	return pin_user_pages_fast(start, 1, 0, *pages);
}

long pin_and_put(unsigned long start)
{
	struct page **pages = NULL;
	long got = fill(start, &pages);

	if (got == 1)
		put_page(pages[0]); /* expect plugin: pin-put-mismatch */
	return got;
}

long pin_and_unpin(unsigned long start)
{
	struct page **pages = NULL;
	long got = fill(start, &pages);

	if (got == 1)
		unpin_user_page(pages[0]);
	return got;
}
