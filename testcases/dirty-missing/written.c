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
