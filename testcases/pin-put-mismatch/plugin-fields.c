/* SPDX-License-Identifier: GPL-2.0-only */
/* The array of a structure: filled in one function, released in another. */
#include <gup.h>

struct buffer { struct page **pages; int nr; };
struct other { struct page **pages; int nr; };

int fill(struct buffer *buffer, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, buffer->pages);

	if (ret < 0)
		return ret;
	buffer->nr = ret;
	return 0;
}

void wrong(struct buffer *buffer)
{
	release_pages(buffer->pages, buffer->nr); /* expect plugin: pin-put-mismatch */
}

void right(struct buffer *buffer)
{
	unpin_user_pages_dirty_lock(buffer->pages, buffer->nr, true);
}

void another_structure(struct other *other)
{
	release_pages(other->pages, other->nr);
}
