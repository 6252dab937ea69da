/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data is copied into the pages when the caller says so; flags and the dirty
 * mark have to follow the same condition. How the path ends does not matter.
 */
#include <gup.h>

#define PER_TURN 16

static int copy_pages(struct page **pages, size_t len, struct iov_iter *iter, int write)
{
	while (len && iov_iter_count(iter)) {
		struct page *page = *pages++;
		size_t copy = len < PAGE_SIZE ? len : PAGE_SIZE;
		size_t copied;

		if (write)
			copied = copy_page_from_iter(page, 0, copy, iter);
		else
			copied = copy_page_to_iter(page, 0, copy, iter);
		len -= copied;
		if (copied < copy && iov_iter_count(iter))
			return -EFAULT;
	}
	return 0;
}

int forgotten(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
	      struct iov_iter *iter, int write)
{
	struct page *pages[PER_TURN];
	unsigned int flags = 0;
	long rc = 0;

	if (write)
		flags |= FOLL_WRITE;
	while (!rc && nr_pages && iov_iter_count(iter)) {
		long pinned = min(nr_pages, (unsigned long)PER_TURN);

		pinned = pin_user_pages_remote(mm, start, pinned, flags, pages, NULL, NULL);
		if (pinned <= 0)
			return -EFAULT;
		rc = copy_pages(pages, pinned * PAGE_SIZE, iter, write);
		nr_pages -= pinned;
		start += pinned * PAGE_SIZE;
		unpin_user_pages(pages, pinned); /* expect plugin: dirty-missing */
	}
	return rc;
}

int marked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
	   struct iov_iter *iter, int write)
{
	struct page *pages[PER_TURN];
	unsigned int flags = 0;
	long rc = 0;

	if (write)
		flags |= FOLL_WRITE;
	while (!rc && nr_pages && iov_iter_count(iter)) {
		long pinned = min(nr_pages, (unsigned long)PER_TURN);

		pinned = pin_user_pages_remote(mm, start, pinned, flags, pages, NULL, NULL);
		if (pinned <= 0)
			return -EFAULT;
		rc = copy_pages(pages, pinned * PAGE_SIZE, iter, write);
		nr_pages -= pinned;
		start += pinned * PAGE_SIZE;
		unpin_user_pages_dirty_lock(pages, pinned, write);
	}
	return rc;
}
