/* SPDX-License-Identifier: GPL-2.0-only */
#include "buffer.h"

void unpin_got(struct got *b)
{
	unpin_user_pages(b->pages, b->nr); /* expect link: pin-put-mismatch */
}
