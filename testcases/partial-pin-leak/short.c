/* SPDX-License-Identifier: GPL-2.0-only */
/* ret pages are held, the caller sees a failure and drops them. */
#include <gup.h>

int short_is_dropped(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: partial-pin-leak */
	if (ret != n) {
		kfree(pages);
		return -EFAULT;
	}
	unpin_user_pages(pages, n);
	kfree(pages);
	return 0;
}

int short_is_released(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		while (ret > 0)
			unpin_user_page(pages[--ret]);
		kfree(pages);
		return -EFAULT;
	}
	unpin_user_pages(pages, n);
	kfree(pages);
	return 0;
}

int single_page_cannot_be_short(unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, 0, &page);

	if (ret != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
