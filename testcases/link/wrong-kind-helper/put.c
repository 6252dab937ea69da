/* SPDX-License-Identifier: GPL-2.0-only */
#include "thing.h"

void thing_put_pages(struct thing *thing, int nr)
{
	release_pages(thing->pages, nr); /* expect link: pin-put-mismatch */
}

void thing_unpin_pages(struct thing *thing, int nr)
{
	unpin_user_pages(thing->pages, nr);
}
