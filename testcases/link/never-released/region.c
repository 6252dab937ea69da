/* SPDX-License-Identifier: GPL-2.0-only */
/* The error path releases; nothing does when all went well */
#include "region.h"

int region_pin(struct region *r, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages); /* expect link: pin-leak */

	if (got < 0)
		return got;
	if (got < r->nr) {
		unpin_user_pages(r->pages, got);
		return -EFAULT;
	}
	return 0;
}

int region_pin_ok(struct region_ok *r, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);

	if (got < 0)
		return got;
	if (got < r->nr) {
		unpin_user_pages(r->pages, got);
		return -EFAULT;
	}
	return 0;
}
