/* SPDX-License-Identifier: GPL-2.0-only */
/* One call for each CASE of pin_user_pages.rst: `case:` in the line says which */
#include <gup.h>

struct bio;
struct mmu_interval_notifier { unsigned long invalidate_seq; };
struct region { struct page **pages; int nr; };
struct mirror { struct mmu_interval_notifier notifier; };

int bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int offset);
unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *notifier);
void look_into(struct page **pages, int nr);

/* One request: pinned, read by the device, unpinned */
int direct(struct device *dev, unsigned long addr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages); /* case: 1 */

	if (got <= 0)
		return -EFAULT;
	dma_map_pages(dev, pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

int by_bio(struct bio *bio, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) /* case: 1 */
		return -EFAULT;
	bio_add_page(bio, page, PAGE_SIZE, 0);
	return 0;
}

/* As long as user space likes */
int longterm(struct region *r, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages); /* case: 2 */

	if (got < 0)
		return got;
	r->nr = got;
	return 0;
}

void longterm_end(struct region *r)
{
	unpin_user_pages_dirty_lock(r->pages, r->nr, true);
}

/* The range is watched */
int watched(struct mirror *m, unsigned long addr, struct page **pages)
{
	int got;

	mmu_interval_read_begin(&m->notifier);
	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages); /* expect plugin: case3-notifier */ /* case: 3 */
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

/* Which page is it? */
unsigned long which(unsigned long addr)
{
	struct page *page;
	unsigned long flags;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1) /* case: 4 */
		return 0;
	flags = page->flags;
	put_page(page);
	return flags;
}

/* The CPU writes into the page */
int poke(unsigned long addr, unsigned char value)
{
	struct page *page;
	unsigned char *to;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) /* case: 5 */
		return -EFAULT;
	to = kmap_local_page(page);
	to[0] = value;
	kunmap_local(to);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

/* What happens to the pages is not to be seen here */
int hidden(unsigned long addr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages); /* case: unknown */

	if (got <= 0)
		return -EFAULT;
	look_into(pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}
