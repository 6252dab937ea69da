/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct region { struct page **pages; int nr; };
struct region_ok { struct page **pages; int nr; };
