/* SPDX-License-Identifier: GPL-2.0-only */
/* How many are released depends on a flag of the object that has the pages: whose, and set by whom. */
#include <gup.h>

#define SINGLE 1

struct region { struct page **pages; long nr; unsigned int flags; };

int map(struct region *r);

static void empty(struct region *r)
{
	long nr = r->flags & SINGLE ? 1 : r->nr;

	unpin_user_pages(r->pages, nr);
	kfree(r->pages);
}

static int take(struct region *r, unsigned long start, long nr)
{
	long ret;

	r->pages = kcalloc(nr, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, nr, FOLL_LONGTERM, r->pages);
	if (ret == nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(r->pages, ret);
	kfree(r->pages);
	return -EFAULT;
}

/* Whoever made it left the flag clear, or not. */
int create(struct region *r, unsigned long start, long nr)
{
	int ret = take(r, start, nr);

	if (ret)
		return ret;
	r->nr = nr;
	ret = map(r);
	if (ret)
		empty(r);
	return ret;
}

static int take_single(struct region *r, unsigned long start, long nr)
{
	long ret;

	r->pages = kcalloc(nr, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, nr, FOLL_LONGTERM, r->pages); /* expect plugin: pin-leak */
	if (ret == nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(r->pages, ret);
	kfree(r->pages);
	return -EFAULT;
}

int create_single(struct region *r, unsigned long start, long nr, int error)
{
	int ret = take_single(r, start, nr);

	if (ret)
		return ret;
	r->nr = nr;
	r->flags = SINGLE;
	if (error) {
		empty(r);
		return -EINVAL;
	}
	return 0;
}
