/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins that outlive the call. */
#include <gup.h>

struct buffer { struct page *page; };

int kept(struct buffer *buffer, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: longterm-missing */
		return -EFAULT;
	buffer->page = page;
	return 0;
}

int kept_longterm(struct buffer *buffer, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	buffer->page = page;
	return 0;
}

int for_the_caller(unsigned long start, int n, struct page **pages)
{
	return pin_user_pages_fast(start, n, FOLL_WRITE, pages);
}
