/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinned to be written to, handed to who writes, and dropped. */
#include <gup.h>

int fill(struct page **pages, int n);

int unmarked(unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	fill(pages, ret);
	unpin_user_pages(pages, ret); /* expect plugin: dirty-missing */
	return 0;
}

int marked(unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	fill(pages, ret);
	unpin_user_pages_dirty_lock(pages, ret, true);
	return 0;
}

/* FOLL_FORCE: copy-on-write is to be broken, also for who only reads. */
int only_read(unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_FORCE, pages);

	if (ret < 0)
		return ret;
	fill(pages, ret);
	unpin_user_pages(pages, ret);
	return 0;
}

/* Nobody was given the pages. */
int for_nothing(unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret > 0)
		unpin_user_pages(pages, ret);
	return 0;
}

/* What is dropped at once, whatever it was pinned for, is the exception: the caller has the rest. */
unsigned long page_to_pfn(struct page *page);
bool is_zero_pfn(unsigned long pfn);

int all_but_zero_pages(unsigned long start, struct page **pages, int n, bool write)
{
	unsigned int flags = FOLL_LONGTERM;
	int i, ret;

	if (write)
		flags |= FOLL_WRITE;
	ret = pin_user_pages_fast(start, n, flags | FOLL_LONGTERM, pages);
	for (i = 0; i < ret; i++)
		if (is_zero_pfn(page_to_pfn(pages[i])))
			unpin_user_page(pages[i]);
	return ret;
}
