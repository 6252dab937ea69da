/* SPDX-License-Identifier: GPL-2.0-only */
#include "buf.h"

int send(struct device *dev, unsigned long addr, struct page **pages)
{
	int got = take_pages(addr, 8, pages);

	if (got <= 0)
		return -EFAULT;
	dma_map_pages(dev, pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

int keep(unsigned long addr, struct page **pages)
{
	return take_some(addr, 8, FOLL_WRITE | FOLL_LONGTERM, pages);
}

int buf_send(struct device *dev, struct buf *buf)
{
	return dma_map_pages(dev, buf->pages, buf->nr);
}

void buf_end(struct buf *buf)
{
	release_pages(buf->pages, buf->nr);
}
