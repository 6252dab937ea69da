/* SPDX-License-Identifier: GPL-2.0-only */
#include "buf.h"

void buf_release(struct buf *buf)
{
	unpin_user_pages(buf->pages, buf->nr);
}
