/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages go into a container that sits in a structure; another function takes them out and drops them. */
#include <gup.h>

int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages, unsigned int n_pages,
			      unsigned int offset, unsigned long size, gfp_t gfp);
struct scatterlist *sg_next(struct scatterlist *sg);

struct chunk { struct scatterlist list[8]; int nr; };
struct marked_chunk { struct scatterlist list[8]; int nr; };

int chunk_pin(struct chunk *chunk, unsigned long start, struct page **pages, bool write)
{
	unsigned int flags = FOLL_LONGTERM;
	int i, ret;

	if (write)
		flags |= FOLL_WRITE;
	ret = pin_user_pages_fast(start, 8, flags, pages);
	if (ret < 0)
		return ret;
	for (i = 0; i < ret; i++)
		sg_set_page(&chunk->list[i], pages[i], PAGE_SIZE, 0);
	chunk->nr = ret;
	return 0;
}

void chunk_free(struct chunk *chunk)
{
	struct page *page;
	int i;

	for (i = 0; i < chunk->nr; i++) {
		page = sg_page(&chunk->list[i]);
		unpin_user_pages_dirty_lock(&page, 1, false); /* expect plugin: dirty-missing */
	}
}

int marked_chunk_pin(struct marked_chunk *chunk, unsigned long start, struct page **pages, bool write)
{
	unsigned int flags = FOLL_LONGTERM;
	int i, ret;

	if (write)
		flags |= FOLL_WRITE;
	ret = pin_user_pages_fast(start, 8, flags, pages);
	if (ret < 0)
		return ret;
	for (i = 0; i < ret; i++)
		sg_set_page(&chunk->list[i], pages[i], PAGE_SIZE, 0);
	chunk->nr = ret;
	return 0;
}

void marked_chunk_free(struct marked_chunk *chunk, bool dirty)
{
	struct page *page;
	int i;

	for (i = 0; i < chunk->nr; i++) {
		page = sg_page(&chunk->list[i]);
		unpin_user_pages_dirty_lock(&page, 1, dirty);
	}
}

/* A table, walked entry by entry; who takes the pages also calls who drops them, on an error. */
struct region { struct sg_table table; int nr; };

static void region_release(struct region *region)
{
	struct scatterlist *sg;
	int i;

	for (sg = region->table.sgl, i = 0; i < region->nr; i++, sg = sg_next(sg))
		unpin_user_page_range_dirty_lock(sg_page(sg), sg->length >> PAGE_SHIFT, false); /* expect plugin: dirty-missing */
}

int region_register(struct region *region, struct page **pages, int n);

int region_pin(struct region *region, unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	if (sg_alloc_table_from_pages(&region->table, pages, n, 0, n * PAGE_SIZE, GFP_KERNEL)) {
		unpin_user_pages(pages, n);
		return -ENOMEM;
	}
	region->nr = n;
	ret = region_register(region, pages, n);
	if (ret)
		region_release(region);
	return ret;
}

void region_free(struct region *region)
{
	region_release(region);
}
