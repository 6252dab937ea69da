/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose page a static function is given, is not known in it: it may be any of the file's. */
#include <gup.h>

struct dropped { struct page **pages; int nr; int state; };

static void drop(struct page *page)
{
	unpin_user_page(page);
}

int take_dropped(struct dropped *thing, unsigned long start)
{
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, thing->pages);

	return ret == 1 ? 0 : -EFAULT;
}

void free_dropped(struct dropped *thing)
{
	drop(thing->pages[0]);
	kvfree(thing->pages);
}
