/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

int range_take(unsigned long start, unsigned long end, struct page **pages);
