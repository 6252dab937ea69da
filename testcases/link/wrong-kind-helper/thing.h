/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct thing { struct page **pages; int nr; };

void thing_put_pages(struct thing *thing, int nr);
void thing_unpin_pages(struct thing *thing, int nr);
