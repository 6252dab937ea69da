/* SPDX-License-Identifier: GPL-2.0-only */
/* put_page() drops any reference: also one that a function of another file let go of. */
#include <gup.h>

void unmap(struct page *page);

int mapping_and_own(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	unmap(page);
	put_page(page);
	put_page(page);
	return 0;
}

int own_twice(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	put_page(page); /* expect plugin: double-release */
	return 0;
}
