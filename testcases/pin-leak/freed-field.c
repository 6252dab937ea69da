/* SPDX-License-Identifier: GPL-2.0-only */
/* The array in a field is freed by another function, with the pages in it. */
#include <gup.h>

struct forgotten { struct page **pages; int nr; int state; };
struct released { struct page **pages; int nr; int state; };
struct given { struct page **pages; int nr; int state; };
struct flagged { struct page **pages; int nr; int state; };

int give(struct given *given);

int take_forgotten(struct forgotten *thing, unsigned long start)
{
	int ret = pin_user_pages_fast(start, thing->nr, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	if (ret == thing->nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(thing->pages, ret);
	return -EFAULT;
}

void free_forgotten(struct forgotten *thing)
{
	thing->state = 0;
	kvfree(thing->pages); /* expect plugin: pin-leak */
}

int take_released(struct released *thing, unsigned long start)
{
	int ret = pin_user_pages_fast(start, thing->nr, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	if (ret == thing->nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(thing->pages, ret);
	return -EFAULT;
}

static void stop(struct released *thing)
{
	struct page **pages = thing->pages;

	unpin_user_pages_dirty_lock(pages, thing->nr, true);
}

void free_released(struct released *thing)
{
	if (thing->state)
		stop(thing);
	kvfree(thing->pages);
}

int take_given(struct given *thing, unsigned long start)
{
	int ret = pin_user_pages_fast(start, thing->nr, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	if (ret == thing->nr)
		return give(thing);
	if (ret > 0)
		unpin_user_pages(thing->pages, ret);
	return -EFAULT;
}

void free_given(struct given *thing)
{
	kvfree(thing->pages);
}

/* Who sets a flag of a page drops nothing. */
int take_flagged(struct flagged *thing, unsigned long start)
{
	int i, ret = pin_user_pages_fast(start, thing->nr, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	if (ret == thing->nr)
		return 0;
	for (i = 0; i < ret; i++) {
		SetPageError(thing->pages[i]);
		unpin_user_page(thing->pages[i]);
	}
	return -EFAULT;
}

void free_flagged(struct flagged *thing)
{
	kvfree(thing->pages); /* expect plugin: pin-leak */
}

/* What looks at a page stands in this file, and releases nothing. */
struct checked { struct page **pages; int nr; int state; };

static int check(struct page *page)
{
	return PageTail(page) ? -EINVAL : 0;
}

int take_checked(struct checked *thing, unsigned long start)
{
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	if (ret != 1)
		return -EFAULT;
	ret = check(thing->pages[0]);
	if (ret)
		unpin_user_page(thing->pages[0]);
	return ret;
}

void free_checked(struct checked *thing)
{
	kvfree(thing->pages); /* expect plugin: pin-leak */
}
