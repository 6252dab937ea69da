/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct buf { struct page **pages; int nr; };

int take_pages(unsigned long addr, int nr, struct page **pages);
int take_some(unsigned long addr, int nr, unsigned int gup_flags, struct page **pages);
