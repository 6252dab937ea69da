/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct chunk { struct list_head list; int nr; struct page *pages[64]; };
struct umem { struct list_head chunks; };
struct chunk_ok { struct list_head list; int nr; struct page *pages[64]; };
struct umem_ok { struct list_head chunks; };
struct chunk_lost { struct list_head list; int nr; struct page *pages[64]; };
struct umem_lost { struct list_head chunks; };
