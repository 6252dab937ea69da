/* SPDX-License-Identifier: GPL-2.0-only */
/* Released by hand, and once more by the variable's cleanup. */
#define KERNEL 612
#include <gup.h>

static inline void unpin_it(struct page **page)
{
	if (*page)
		unpin_user_page(*page);
}

int use(struct page *page);

int twice(unsigned long start)
{
	__attribute__((cleanup(unpin_it))) struct page *page = NULL;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	if (use(page)) {
		unpin_user_page(page);
		return -EIO; /* expect plugin: double-release */
	}
	return 0;
}

int once(unsigned long start)
{
	__attribute__((cleanup(unpin_it))) struct page *page = NULL;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	if (use(page)) {
		unpin_user_page(page);
		page = NULL;
		return -EIO;
	}
	return 0;
}
