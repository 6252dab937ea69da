/* SPDX-License-Identifier: GPL-2.0-only */
#include "buffer.h"

static void drop_one(struct page *page)
{
	put_page(page); /* expect link: pin-put-mismatch */
}

void drop_pinned(struct pinned *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
		drop_one(b->pages[i]);
}

void drop_got(struct got *b)
{
	release_pages(b->pages, b->nr);
}

void unpin_pinned(struct pinned *b)
{
	unpin_user_pages(b->pages, b->nr);
}
