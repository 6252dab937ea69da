/* SPDX-License-Identifier: GPL-2.0-only */
/* The helper that drops the pages stands in another file */
#include "thing.h"

int thing_pin(struct thing *thing, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, thing->nr, FOLL_WRITE, thing->pages);

	if (got < 0)
		return got;
	if (got < thing->nr) {
		thing_put_pages(thing, got);
		return -EFAULT;
	}
	return 0;
}

int thing_pin_ok(struct thing *thing, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, thing->nr, FOLL_WRITE, thing->pages);

	if (got < 0)
		return got;
	if (got < thing->nr) {
		thing_unpin_pages(thing, got);
		return -EFAULT;
	}
	return 0;
}
