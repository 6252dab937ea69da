/* SPDX-License-Identifier: GPL-2.0-only */
/* An error path after the pin forgets to release; the other one does not. */
#include <gup.h>

int map_pages(struct page **pages, int n);

int leaks(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: pin-leak */
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kfree(pages);
		return -EFAULT;
	}
	ret = map_pages(pages, n);
	if (ret) {
		kfree(pages);
		return ret;
	}
	unpin_user_pages_dirty_lock(pages, n, true);
	kfree(pages);
	return 0;
}

int balanced(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kfree(pages);
		return -EFAULT;
	}
	ret = map_pages(pages, n);
	unpin_user_pages_dirty_lock(pages, n, true);
	kfree(pages);
	return ret;
}
