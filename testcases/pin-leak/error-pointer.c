/* SPDX-License-Identifier: GPL-2.0-only */
/* A page that came back is no error pointer. */
#include <gup.h>

static struct page *pin_one(unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, 0, &page);

	return ret == 1 ? page : ERR_PTR(ret < 0 ? ret : -EFAULT);
}

int use(struct page *page);

int one_after_another(unsigned long first, unsigned long second)
{
	struct page *a, *b;
	int ret;

	a = pin_one(first);
	if (IS_ERR(a))
		return PTR_ERR(a);
	b = pin_one(second);
	if (IS_ERR(b)) {
		unpin_user_page(a);
		return PTR_ERR(b);
	}
	ret = use(a);
	unpin_user_page(b);
	unpin_user_page(a);
	return ret;
}

static struct page *pin_other(unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, 0, &page); /* expect plugin: pin-leak */

	return ret == 1 ? page : ERR_PTR(-EFAULT);
}

int forgets_the_first(unsigned long first, unsigned long second)
{
	struct page *a = pin_other(first), *b;

	if (IS_ERR(a))
		return PTR_ERR(a);
	b = pin_other(second);
	if (IS_ERR(b))
		return PTR_ERR(b);
	unpin_user_page(b);
	unpin_user_page(a);
	return 0;
}
