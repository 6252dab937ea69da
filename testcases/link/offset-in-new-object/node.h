/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

struct node { struct page **pages; unsigned int nr; };

void drop_pages(struct page **pages, unsigned int first, unsigned int nr);
