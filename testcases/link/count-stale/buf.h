/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct buf { struct page **pages; int nr; };

void buf_release(struct buf *buf);
