/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct frame { struct page **pages; int nr; };
struct frame_ok { struct page **pages; int nr; };
struct frame_seen { struct page **pages; int nr; };
