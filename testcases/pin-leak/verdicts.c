/* SPDX-License-Identifier: GPL-2.0-only */
/* What is proven, and of what nothing can be said: batches, bytes, callers, lists. */
#include <gup.h>

void list_add_tail(struct list_head *entry, struct list_head *head);
int map_pages(struct page **pages, int n);
int copy_from(struct page *page);

/* Batches are pinned until all are there; an error releases all that were. */
int batches(unsigned long start, size_t nr, struct page **pages)
{
	size_t got;
	int ret;

	for (got = 0; got < nr; got += ret) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, pages + got); /* verdict plugin: pass */
		if (ret < 0)
			goto undo;
	}
	return 0;
undo:
	unpin_user_pages(pages, got);
	return ret;
}

/* The number of pages that the bytes cover, from the offset in the first one. */
int bytes(struct iov_iter *iter)
{
	struct page *pages[16];
	size_t offset;
	long len = iov_iter_get_pages2(iter, pages, 16 * PAGE_SIZE, 16, &offset); /* verdict plugin: pass */
	int n, i;

	if (len <= 0)
		return -EFAULT;
	n = (len + offset + PAGE_SIZE - 1) / PAGE_SIZE;
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return 0;
}

/* One too few when the bytes do not begin at a page: no proof. */
int bytes_without_offset(struct iov_iter *iter)
{
	struct page *pages[16];
	size_t offset;
	long len = iov_iter_get_pages2(iter, pages, 16 * PAGE_SIZE, 16, &offset); /* verdict plugin: open */
	int n, i;

	if (len <= 0)
		return -EFAULT;
	n = (len + PAGE_SIZE - 1) / PAGE_SIZE;
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return 0;
}

/* What the helper leaves behind on an error, its only caller releases. */
static int pin_all(unsigned long start, int n, struct page **pages, int *pinned)
{
	int ret = pin_user_pages_fast(start, n, 0, pages); /* verdict plugin: pass */

	if (ret < 0)
		return ret;
	*pinned = ret;
	return ret == n ? 0 : -EFAULT;
}

int caller_releases(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int pinned = 0, ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_all(start, n, pages, &pinned);
	if (!ret)
		ret = map_pages(pages, n);
	if (pinned > 0)
		unpin_user_pages(pages, pinned);
	kfree(pages);
	return ret;
}

/* On a list that others know, the region keeps its pages. */
struct kept { struct page **pages; struct list_head list; int n; };

int put_on_list(struct list_head *regions, unsigned long start, int n)
{
	struct kept *kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	int ret;

	if (!kept)
		return -ENOMEM;
	kept->pages = kmalloc_array(n, sizeof(*kept->pages), GFP_KERNEL);
	if (!kept->pages) {
		kfree(kept);
		return -ENOMEM;
	}
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, kept->pages); /* verdict plugin: pass */
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(kept->pages, ret);
		kfree(kept->pages);
		kfree(kept);
		return -EFAULT;
	}
	kept->n = n;
	list_add_tail(&kept->list, regions);
	return 0;
}
