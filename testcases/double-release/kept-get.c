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

/* Who was given the iterator has looked at the pages; who was given a page may have taken another reference. */
struct walk { struct page *pages[4]; unsigned long at; };

void copy(struct walk *w);
void isolate(struct page *page);

int copy_and_put_twice(unsigned long start)
{
	struct walk w = { .at = start };

	if (get_user_pages_fast(start, 1, 0, w.pages) != 1)
		return -EFAULT;
	copy(&w);
	put_page(w.pages[0]);
	put_page(w.pages[0]); /* expect plugin: double-release */
	return 0;
}

int isolate_and_put_twice(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	isolate(page);
	put_page(page);
	put_page(page);
	return 0;
}
