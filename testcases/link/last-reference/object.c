/* SPDX-License-Identifier: GPL-2.0-only */
/* What the last reference runs frees the object, and forgets the pages */
#include "object.h"

int object_pin(struct object *o, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, o->nr, FOLL_WRITE | FOLL_LONGTERM, o->pages); /* expect link: pin-leak */

	if (got < 0)
		return got;
	o->nr = got;
	return 0;
}

int object_ok_pin(struct object_ok *o, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, o->nr, FOLL_WRITE | FOLL_LONGTERM, o->pages);

	if (got < 0)
		return got;
	o->nr = got;
	return 0;
}
