/* SPDX-License-Identifier: GPL-2.0-only */
/* As in pair.c, with FOLL_LONGTERM; by the caller's flags; and what only a static function drops. */
#include <gup.h>

int user_memory_get(unsigned long start, int n, struct page **pages)
{
	return pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);
}

int user_memory_get_for(unsigned long start, int n, unsigned int flags, struct page **pages)
{
	return pin_user_pages_fast(start, n, flags, pages);
}

void user_memory_put(struct page **pages, int n)
{
	unpin_user_pages_dirty_lock(pages, n, true);
}
