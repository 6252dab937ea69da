/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked for is released, not what was returned; or -errno as a count. */
#include <gup.h>

int releases_all(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, n); /* expect plugin: release-wrong-count */
		return -EFAULT;
	}
	return 0;
}

int negative_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, ret); /* expect plugin: release-wrong-count */
		return -EFAULT;
	}
	return 0;
}

int right_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	return 0;
}

int clamped_count(unsigned long start, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n) {
		unpin_user_pages(pages, max(ret, 0));
		return -EFAULT;
	}
	return 0;
}

struct user { unsigned long nr_pages; struct page **pages; };
void release_user(struct user *user);

/* -errno stands in the unsigned field when its owner releases by it. */
int errno_as_count(struct user *user, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, user->pages);

	user->nr_pages = ret; /* gap plugin: release-wrong-count, the release is in another file */
	return ret < 0 ? ret : 0;
}

int corrected_count(struct user *user, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, user->pages);

	user->nr_pages = ret;
	if (ret > 0)
		return 0;
	user->nr_pages = 0;
	return ret ? ret : -EFAULT;
}

/* The sum of what came is more than an int only when terabytes were asked for. */
void sum_fits(unsigned long start, unsigned long end, long each, struct page **pages)
{
	unsigned long got = 0, total;
	long nr = each;

	for (; start < end; start += nr * 4096) {
		if (nr != each)
			break;
		nr = get_user_pages(start, nr, FOLL_GET, pages + got, NULL);
		if (nr <= 0)
			break;
		got += nr;
	}
	total = got;
	if (total > 0)
		release_pages(pages, total);
}

bool is_special(struct page *page);
bool is_wanted(int i);

/* Some of those that were asked for, and not of those that came. */
int releases_some(unsigned long start, int n, struct page **pages)
{
	int i, ret = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	if (ret <= 0)
		return -EFAULT;
	for (i = 0; i < n; i++)
		if (is_wanted(i))
			unpin_user_page(pages[i]); /* expect plugin: release-wrong-count */
	return ret;
}

int releases_some_that_came(unsigned long start, int n, struct page **pages)
{
	int i, ret = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	if (ret <= 0)
		return -EFAULT;
	for (i = 0; i < ret; i++)
		if (is_special(pages[i]))
			unpin_user_page(pages[i]);
	return ret;
}
