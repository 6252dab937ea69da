/* SPDX-License-Identifier: GPL-2.0-only */
/* The data was reached through a mapping; FOLL_WRITE says that it may have been written. */
#include <gup.h>

int not_dirtied(unsigned long start, const void *data)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	memcpy(kmap_local_page(page), data, 16);
	unpin_user_page(page); /* expect plugin: dirty-missing */
	return 0;
}

int dirtied(unsigned long start, const void *data)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	memcpy(kmap_local_page(page), data, 16);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

int dirtied_by_hand(unsigned long start, const void *data)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: should-pin */
		return -EFAULT;
	memcpy(kmap_local_page(page), data, 16);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}

int only_read(unsigned long start, void *data)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	memcpy(data, kmap_local_page(page), 16);
	unpin_user_page(page);
	return 0;
}

int only_counted(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

/* The direction of a transfer decides on FOLL_WRITE: a pin that has it is written to. */
int by_direction(unsigned long start, bool write, int (*transfer)(struct page *))
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, write ? FOLL_WRITE : 0, &page) != 1)
		return -EFAULT;
	ret = transfer(page);
	unpin_user_page(page); /* expect plugin: dirty-missing */
	return ret;
}

int not_needed(unsigned long start, bool write, int (*needed)(void))
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, write ? FOLL_WRITE : 0, &page) != 1)
		return -EFAULT;
	ret = needed();
	unpin_user_page(page);
	return ret;
}

int by_direction_dirtied(unsigned long start, bool write, int (*transfer)(void))
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, write ? FOLL_WRITE : 0, &page) != 1)
		return -EFAULT;
	ret = transfer();
	unpin_user_pages_dirty_lock(&page, 1, write);
	return ret;
}

/* A short call, given back at once: nobody wrote anything. */
int falls_back(unsigned long start, bool write, int n, struct page **pages, int (*copy)(void))
{
	int ret = pin_user_pages_fast(start, n, write ? FOLL_WRITE : 0, pages);

	if (ret < n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return copy();
	}
	unpin_user_pages_dirty_lock(pages, ret, write);
	return 0;
}
