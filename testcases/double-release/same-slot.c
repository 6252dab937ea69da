/* SPDX-License-Identifier: GPL-2.0-only */
/* One array is filled twice: the page of the first call and that of the second are two. */
#include <gup.h>

int fits(struct page *vector, struct page *summary);

int both(unsigned long start, unsigned long other)
{
	struct page *pages[1], *vector, *summary;
	int ret = -EFAULT;

	if (pin_user_pages_fast(start, 1, 0, pages) < 1)
		return -EFAULT;
	vector = pages[0];
	if (pin_user_pages_fast(other, 1, 0, pages) < 1)
		goto unpin;
	summary = pages[0];
	ret = fits(vector, summary);
	unpin_user_page(summary);
unpin:
	unpin_user_page(vector);
	return ret;
}

int one_twice(unsigned long start, unsigned long other)
{
	struct page *pages[1], *vector, *summary;

	if (pin_user_pages_fast(start, 1, 0, pages) < 1)
		return -EFAULT;
	vector = pages[0];
	if (pin_user_pages_fast(other, 1, 0, pages) < 1)
		goto unpin;
	summary = pages[0];
	unpin_user_page(summary);
	unpin_user_page(summary); /* expect plugin: double-release */
unpin:
	unpin_user_page(vector);
	return 0;
}

int only_the_second(unsigned long start, unsigned long other)
{
	struct page *pages[1], *summary;

	if (pin_user_pages_fast(start, 1, 0, pages) < 1) /* expect plugin: pin-leak */
		return -EFAULT;
	if (pin_user_pages_fast(other, 1, 0, pages) < 1)
		return -EFAULT;
	summary = pages[0];
	unpin_user_page(summary);
	return 0;
}
