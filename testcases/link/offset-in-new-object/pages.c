/* SPDX-License-Identifier: GPL-2.0-only */
#include "node.h"

void drop_pages(struct page **pages, unsigned int first, unsigned int nr)
{
	unpin_user_pages(pages + first, nr);
}
