/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages stay in an object, and nothing says how many of them there are: fewer than were asked for, perhaps. */
#include <gup.h>

struct window { int nr; struct page **pages; unsigned long flags; };

int only_errors(struct window *w, unsigned long start)
{
	int ret = pin_user_pages_fast(start, w->nr, FOLL_LONGTERM, w->pages); /* expect plugin: ret-unchecked */

	if (ret < 0)
		return ret;
	w->flags = 1;
	return 0;
}

int all_of_them(struct window *w, unsigned long start)
{
	int ret = pin_user_pages_fast(start, w->nr, FOLL_LONGTERM, w->pages);

	if (ret == w->nr) {
		w->flags = 1;
		return 0;
	}
	if (ret > 0)
		unpin_user_pages(w->pages, ret);
	return -EFAULT;
}

int says_how_many(struct window *w, unsigned long start)
{
	int ret = pin_user_pages_fast(start, w->nr, FOLL_LONGTERM, w->pages);

	if (ret < 0)
		return ret;
	w->nr = ret;
	return 0;
}

int caller_knows(struct window *w, unsigned long start, int *got)
{
	int ret = pin_user_pages_fast(start, w->nr, FOLL_LONGTERM, w->pages);

	if (ret < 0)
		return ret;
	*got = ret;
	return 0;
}

int one_by_one(struct window *w, unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	for (int i = 0; i < ret; i++)
		w->pages[i] = pages[i];
	return ret < 0 ? ret : 0;
}

int only_one(struct window *w, unsigned long start)
{
	int ret = pin_user_pages_fast(start, 1, FOLL_LONGTERM, w->pages);

	return ret < 0 ? ret : 0;
}
