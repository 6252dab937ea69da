/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages in fields: for a device that writes, and of an array that was put into the field before it was filled. */
#include <gup.h>

#define DMA_BIDIRECTIONAL 0
#define DMA_TO_DEVICE 1

int dma_map_sgtable(struct device *dev, struct sg_table *sgt, int direction, unsigned long attrs);
int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages, int n, int offset, unsigned long size, gfp_t flags);

/* FOLL_FORCE breaks copy-on-write for who only reads; but this device may write. */
struct canvas { struct page **pages; int nr; struct sg_table *sgt; };

int canvas_map(struct canvas *canvas, struct device *dev, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_FORCE | FOLL_WRITE | FOLL_LONGTERM, canvas->pages);

	if (ret < 0)
		return ret;
	canvas->nr = ret;
	sg_alloc_table_from_pages(canvas->sgt, canvas->pages, ret, 0, 4096, 0);
	return dma_map_sgtable(dev, canvas->sgt, DMA_BIDIRECTIONAL, 0);
}

void canvas_free(struct canvas *canvas)
{
	unpin_user_pages(canvas->pages, canvas->nr); /* expect plugin: dirty-missing */
}

struct print { struct page **pages; int nr; struct sg_table *sgt; };

int print_map(struct print *print, struct device *dev, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_FORCE | FOLL_WRITE | FOLL_LONGTERM, print->pages);

	if (ret < 0)
		return ret;
	print->nr = ret;
	sg_alloc_table_from_pages(print->sgt, print->pages, ret, 0, 4096, 0);
	return dma_map_sgtable(dev, print->sgt, DMA_TO_DEVICE, 0);
}

void print_free(struct print *print)
{
	unpin_user_pages(print->pages, print->nr);
}

/* The field is set before the pages come, through a variable. */
struct chunk { struct page **list; int nr; };
struct notes { struct page **list; int nr; };

int chunk_fill(struct chunk *chunk, unsigned long start, int n)
{
	struct page **list = kcalloc(n, sizeof(*list), 0);
	int ret;

	if (!list)
		return -ENOMEM;
	chunk->list = list;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, list);
	chunk->nr = ret > 0 ? ret : 0;
	return ret;
}

void chunk_drop(struct chunk *chunk)
{
	unpin_user_pages(chunk->list, chunk->nr); /* expect plugin: dirty-missing */
}

int notes_fill(struct notes *notes, unsigned long start, int n)
{
	struct page **list = kcalloc(n, sizeof(*list), 0);
	int ret;

	if (!list)
		return -ENOMEM;
	notes->list = list;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, list);
	notes->nr = ret > 0 ? ret : 0;
	return ret;
}

void notes_drop(struct notes *notes)
{
	unpin_user_pages_dirty_lock(notes->list, notes->nr, true);
}
