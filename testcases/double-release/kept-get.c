/* SPDX-License-Identifier: GPL-2.0-only */
/* put_page() drops references of all sorts; those that a field of this file keeps are got here. */
#include <gup.h>

struct region { struct page **pages; int nr; };
struct cache { struct page **pages; int nr; };

int fill(struct region *r, unsigned long start, int n)
{
	int ret = get_user_pages_fast(start, n, 0, r->pages);

	r->nr = ret < 0 ? 0 : ret;
	return ret;
}

void empty(struct region *r)
{
	int i;

	for (i = 0; i < r->nr; i++) {
		put_page(r->pages[i]);
		put_page(r->pages[i]); /* expect plugin: double-release */
	}
}

void empty_once(struct region *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	for (i = 0; i < r->nr; i++)
		r->pages[i] = NULL;
}

/* Whose these are is not known: one may be of a lookup. */
void trim(struct cache *c)
{
	put_page(c->pages[0]);
	put_page(c->pages[0]);
}
