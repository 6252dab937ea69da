/* SPDX-License-Identifier: GPL-2.0-only */
/* The release stands in a helper of the same file; one path forgets to call it. */
#include <gup.h>

struct region { struct page **pages; int nr; };
int use_region(struct region *region);

static void drop(struct page **pages, int n)
{
	unpin_user_pages(pages, n);
	kfree(pages);
}

static int take(unsigned long start, int n, struct page **pages)
{
	return pin_user_pages_fast(start, n, FOLL_WRITE, pages); /* expect plugin: pin-leak */
}

int through_helpers(unsigned long start, int n)
{
	struct page **pages = kcalloc(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = take(start, n, pages);
	if (ret <= 0) {
		kfree(pages);
		return -EFAULT;
	}
	drop(pages, ret);
	return 0;
}

int forgets_helper(unsigned long start, int n)
{
	struct page **pages = kcalloc(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = take(start, n, pages);
	kfree(pages);
	return ret < 0 ? ret : 0;
}
