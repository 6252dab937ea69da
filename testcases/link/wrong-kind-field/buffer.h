/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct pinned { struct page **pages; int nr; };
struct got { struct page **pages; int nr; };
