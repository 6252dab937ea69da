/* SPDX-License-Identifier: GPL-2.0-only */
#include "frame.h"

int frame_send(struct device *dev, struct frame *frame)
{
	return dma_map_pages(dev, frame->pages, frame->nr);
}

int frame_ok_send(struct device *dev, struct frame_ok *frame)
{
	return dma_map_pages(dev, frame->pages, frame->nr);
}

/* Only looks at struct page */
int frame_seen_send(struct frame_seen *frame)
{
	mark_page_accessed(frame->pages[0]);
	return 0;
}

/* Keeps this file among those that are looked at */
void one_page(struct page *page)
{
	unpin_user_page(page);
}
