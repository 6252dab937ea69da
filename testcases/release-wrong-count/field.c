/* SPDX-License-Identifier: GPL-2.0-only */
/* The number stands in a field by which another function releases. */
#include <gup.h>

struct buffer { struct page **pages; unsigned long nr; };
struct careful { struct page **pages; unsigned long nr; };
struct undone { struct page **pages; unsigned long nr; };

int errno_stays(struct buffer *buffer, unsigned long start, int n)
{
	int ret;

	buffer->pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	if (!buffer->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, buffer->pages);
	buffer->nr = ret; /* expect plugin: release-wrong-count */
	return ret < 0 ? ret : 0;
}

void free_buffer(struct buffer *buffer)
{
	unpin_user_pages_dirty_lock(buffer->pages, buffer->nr, true);
	kfree(buffer->pages);
}

int clamped(struct careful *careful, unsigned long start, int n)
{
	int ret;

	careful->pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	if (!careful->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, careful->pages);
	careful->nr = ret;
	if (ret < 0) {
		careful->nr = 0;
		return ret;
	}
	return 0;
}

void free_careful(struct careful *careful)
{
	unpin_user_pages_dirty_lock(careful->pages, careful->nr, true);
	kfree(careful->pages);
}

int array_goes_too(struct undone *undone, unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, pages);
	undone->nr = ret;
	if (ret < 0) {
		kfree(pages);
		return ret;
	}
	undone->pages = pages;
	return 0;
}

void free_undone(struct undone *undone)
{
	unpin_user_pages_dirty_lock(undone->pages, undone->nr, true);
	kfree(undone->pages);
}
