/* SPDX-License-Identifier: GPL-2.0-only */
/* What another function or file took is released twice. */
#include <gup.h>

struct thing { struct page **pages; int nr; struct page *page; struct thing *next; };

void refill(struct thing *thing);
void say(int nr);
bool is_written(struct thing *thing);
struct page *sg_page(struct scatterlist *sg);
struct scatterlist *sg_next(struct scatterlist *sg);

static void drop(struct thing *thing)
{
	unpin_user_pages(thing->pages, thing->nr);
}

void array_twice(struct thing *thing)
{
	unpin_user_pages_dirty_lock(thing->pages, thing->nr, true);
	say(thing->nr);
	drop(thing); /* expect plugin: double-release */
}

void array_filled_again(struct thing *thing)
{
	unpin_user_pages_dirty_lock(thing->pages, thing->nr, true);
	refill(thing);
	drop(thing);
}

void other_array(struct thing *thing)
{
	drop(thing);
	thing->pages = thing->next->pages;
	drop(thing);
}

void page_twice(struct thing *thing)
{
	unpin_user_page(thing->page);
	if (thing->nr)
		unpin_user_page(thing->page); /* expect plugin: double-release */
}

void either(struct thing *thing)
{
	if (is_written(thing))
		unpin_user_pages_dirty_lock(thing->pages, thing->nr, true);
	else
		unpin_user_pages(thing->pages, thing->nr);
}

void nothing_left(struct thing *thing)
{
	drop(thing);
	thing->nr = 0;
	drop(thing);
}

void each_twice(struct scatterlist *sg)
{
	for (; sg; sg = sg_next(sg)) {
		unpin_user_page(sg_page(sg));
		unpin_user_page(sg_page(sg)); /* expect plugin: double-release */
	}
}

void each_once(struct scatterlist *sg, struct thing *thing)
{
	for (; sg; sg = sg_next(sg)) {
		if (is_written(thing))
			unpin_user_page(sg_page(sg));
		else
			unpin_user_pages_dirty_lock(&(struct page *){ sg_page(sg) }, 1, true);
	}
	unpin_user_page(thing->page);
}
