/* SPDX-License-Identifier: GPL-2.0-only */
/* A page is marked, mapped or taken again when its reference is gone. */
#include <gup.h>

int marked_late(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	set_page_dirty_lock(page); /* expect plugin: double-release */
	return 0;
}

int marked_in_time(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	set_page_dirty_lock(page);
	unpin_user_page(page);
	return 0;
}

/* The second pin fills the variable again. */
int pinned_again(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	if (pin_user_pages_fast(start + PAGE_SIZE, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	set_page_dirty_lock(page);
	unpin_user_page(page);
	return 0;
}

/* Another reference was taken in between. */
int has_another(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	get_page(page);
	unpin_user_page(page);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}
