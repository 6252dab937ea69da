/* SPDX-License-Identifier: GPL-2.0-only */
/* Of several fields in a file, and several releases of one, each is marked for itself. */
#include <gup.h>

struct image { struct page **pages; int nr; };
struct sound { struct page **pages; int nr; };

int image_pin(struct image *image, unsigned long start, int n)
{
	int pinned = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, image->pages);

	if (pinned < 0)
		return pinned;
	image->nr = pinned;
	return 0;
}

int sound_pin(struct sound *sound, unsigned long start, int n)
{
	int pinned = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, sound->pages);

	if (pinned < 0)
		return pinned;
	sound->nr = pinned;
	return 0;
}

void image_free(struct image *image)
{
	unpin_user_pages_dirty_lock(image->pages, image->nr, true);
}

/* That images are marked says nothing about sounds. */
void sound_free(struct sound *sound)
{
	unpin_user_pages(sound->pages, sound->nr); /* expect plugin: dirty-missing */
}

/* Nor does a release that marks what it drops, elsewhere, about what this one drops. */
void image_abandon(struct image *image)
{
	unpin_user_pages_dirty_lock(image->pages, image->nr, false); /* expect plugin: dirty-missing */
}

/* Who knows both ways has decided. */
void image_close(struct image *image, bool written)
{
	if (written)
		unpin_user_pages_dirty_lock(image->pages, image->nr, true);
	else
		unpin_user_pages(image->pages, image->nr);
}

/* One page at a time in a field, marked when the device is done, dropped later. */
struct frame { struct page *pages[4]; int nr; };

int frame_add(struct frame *frame, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	frame->pages[frame->nr++] = page;
	return 0;
}

void frame_done(struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr; i++)
		set_page_dirty(frame->pages[i]);
}

void frame_free(struct frame *frame)
{
	unpin_user_pages(frame->pages, frame->nr);
}

/* The same, and nobody marks it. */
struct strip { struct page *pages[4]; int nr; };

int strip_add(struct strip *strip, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	strip->pages[strip->nr++] = page;
	return 0;
}

void strip_free(struct strip *strip)
{
	unpin_user_pages(strip->pages, strip->nr); /* expect plugin: dirty-missing */
}
