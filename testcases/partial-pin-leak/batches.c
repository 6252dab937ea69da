/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinning in rounds: a round that fails forgets the rounds before it. */
#include <gup.h>

int rounds_forgotten(unsigned long start, unsigned long n, struct page **pages)
{
	unsigned long got = 0;
	long ret;

	while (got < n) {
		ret = pin_user_pages(start + got * PAGE_SIZE, n - got, FOLL_WRITE, pages + got, NULL); /* expect plugin: partial-pin-leak */
		if (ret <= 0)
			return -EFAULT;
		got += ret;
	}
	return 0;
}

int rounds_released(unsigned long start, unsigned long n, struct page **pages)
{
	unsigned long got = 0;
	long ret;

	while (got < n) {
		ret = pin_user_pages(start + got * PAGE_SIZE, n - got, FOLL_WRITE, pages + got, NULL);
		if (ret <= 0) {
			unpin_user_pages(pages, got);
			return -EFAULT;
		}
		got += ret;
	}
	return 0;
}
