/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_WRITE by the direction of a transfer. */
#include <gup.h>

int copy_to_pages(struct page **pages, int n, bool to_user);

/* Gets, too: nobody asks for FOLL_WRITE by direction who does not move data. */
int copy_unmarked(unsigned long start, int n, struct page **pages, bool to_user)
{
	int i, got = get_user_pages_fast(start, n, to_user ? FOLL_WRITE : 0, pages);

	if (got <= 0)
		return -EFAULT;
	copy_to_pages(pages, got, to_user);
	for (i = 0; i < got; i++)
		put_page(pages[i]); /* expect plugin: dirty-missing */
	return 0;
}

int copy_marked(unsigned long start, int n, struct page **pages, bool to_user)
{
	int i, got = get_user_pages_fast(start, n, to_user ? FOLL_WRITE : 0, pages); /* expect plugin: should-pin */

	if (got <= 0)
		return -EFAULT;
	copy_to_pages(pages, got, to_user);
	for (i = 0; i < got; i++) {
		if (to_user)
			set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	return 0;
}

/* A get that always asks for it may only want a copy of its own. */
int look(unsigned long start, int n, struct page **pages)
{
	int i, got = get_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	copy_to_pages(pages, got, false);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

/* What a helper undoes when it fails is nothing for who calls it and makes light of that. */
int map_for_device(struct page **pages, int n);

static int take(unsigned long start, int n, struct page **pages, bool to_user)
{
	int ret, got = get_user_pages_fast(start, n, to_user ? FOLL_WRITE : 0, pages);

	if (got <= 0)
		return -EFAULT;
	ret = map_for_device(pages, got);
	if (ret) {
		release_pages(pages, got);
		return ret;
	}
	return got;
}

int try_to_take(unsigned long start, int n, struct page **pages, bool to_user)
{
	take(start, n, pages, to_user);
	return 0;
}

/* Said in parts, the same as look(). */
int look_in_parts(unsigned long start, int n, struct page **pages, bool split)
{
	unsigned int flags = FOLL_GET;
	int i, got;

	if (split)
		flags |= FOLL_SPLIT_PMD;
	flags |= FOLL_WRITE;
	got = get_user_pages_unlocked(start, n, pages, flags);
	if (got <= 0)
		return -EFAULT;
	copy_to_pages(pages, got, false);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

int copy_in_parts(unsigned long start, int n, struct page **pages, bool to_user)
{
	unsigned int flags = FOLL_GET;
	int i, got;

	if (to_user)
		flags |= FOLL_WRITE;
	got = get_user_pages_fast(start, n, flags, pages);
	if (got <= 0)
		return -EFAULT;
	copy_to_pages(pages, got, to_user);
	for (i = 0; i < got; i++)
		put_page(pages[i]); /* expect plugin: dirty-missing */
	return 0;
}
