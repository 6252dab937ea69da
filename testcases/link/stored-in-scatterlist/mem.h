/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct mem { struct sg_table sgt; };
struct mem_ok { struct sg_table sgt; };
struct mem_lost { struct sg_table sgt; };
