/* SPDX-License-Identifier: GPL-2.0-only */
/* Plain references, on pages that another file maps for a device */
#include "frame.h"

int frame_take(struct frame *frame, unsigned long addr)
{
	return get_user_pages_fast(addr, frame->nr, FOLL_WRITE, frame->pages); /* expect link: should-pin */
}

void frame_drop(struct frame *frame)
{
	release_pages(frame->pages, frame->nr);
}

int frame_ok_take(struct frame_ok *frame, unsigned long addr)
{
	return pin_user_pages_fast(addr, frame->nr, FOLL_WRITE | FOLL_LONGTERM, frame->pages);
}

void frame_ok_drop(struct frame_ok *frame)
{
	unpin_user_pages(frame->pages, frame->nr);
}

int frame_seen_take(struct frame_seen *frame, unsigned long addr)
{
	return get_user_pages_fast(addr, frame->nr, FOLL_WRITE, frame->pages);
}

void frame_seen_drop(struct frame_seen *frame)
{
	release_pages(frame->pages, frame->nr);
}
