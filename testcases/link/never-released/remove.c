/* SPDX-License-Identifier: GPL-2.0-only */
#include "region.h"

void region_remove(struct region *r)
{
	kfree(r->pages);
	kfree(r);
}

void region_remove_ok(struct region_ok *r)
{
	unpin_user_pages_dirty_lock(r->pages, r->nr, true);
	kfree(r->pages);
	kfree(r);
}
