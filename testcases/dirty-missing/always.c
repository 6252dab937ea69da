/* SPDX-License-Identifier: GPL-2.0-only */
/* Always pinned with FOLL_WRITE, kept, and released by another function as if nobody had written. */
#include <gup.h>

struct region { struct page **pages; int nr; };
struct doorbell { struct scatterlist mem; };
struct source { struct page **pages; int nr; };

int dma_map_sg(struct device *dev, struct scatterlist *sg, int n, int direction);
#define DMA_TO_DEVICE 1

int fill(struct region *region, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, region->pages);

	if (ret < 0)
		return ret;
	region->nr = ret;
	return 0;
}

void drop(struct region *region)
{
	unpin_user_pages(region->pages, region->nr); /* expect plugin: dirty-missing */
}

/* The device only reads what is there. */
int ring(struct device *dev, struct doorbell *db, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&db->mem, page, 4096, 0);
	return dma_map_sg(dev, &db->mem, 1, DMA_TO_DEVICE);
}

void silence(struct doorbell *db)
{
	unpin_user_page(sg_page(&db->mem));
}

/* FOLL_FORCE with FOLL_WRITE: a copy of its own is wanted, which is then read. */
int copy(struct source *source, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_FORCE | FOLL_LONGTERM, source->pages);

	if (ret < 0)
		return ret;
	source->nr = ret;
	return 0;
}

void drop_source(struct source *source)
{
	unpin_user_pages(source->pages, source->nr);
}
