/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that go to a device. */
#include <gup.h>

int got(struct device *dev, unsigned long start)
{
	struct page *page;
	int ret;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: should-pin */
		return -EFAULT;
	ret = dma_map_pages(dev, &page, 1);
	set_page_dirty_lock(page);
	put_page(page);
	return ret;
}

int pinned(struct device *dev, unsigned long start)
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	ret = dma_map_pages(dev, &page, 1);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return ret;
}
