/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags are what the callers of a wrapper pass; it is no caller itself. */
#include <gup.h>

struct window { struct page **pages; int nr; };
struct buffer { struct page **pages; int nr; };

static int get(unsigned long start, int n, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast(start, n, flags, pages);
}

int fill_window(struct window *w, unsigned long start, int n)
{
	int got = get(start, n, FOLL_WRITE, w->pages);

	w->nr = got < 0 ? 0 : got;
	return got;
}

/* Always asked for: a get may want a copy of its own. */
void drop_window(struct window *w)
{
	int i;

	for (i = 0; i < w->nr; i++)
		put_page(w->pages[i]);
}

static int get_for(unsigned long start, int n, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast(start, n, flags, pages);
}

int fill_buffer(struct buffer *b, unsigned long start, int n)
{
	int got = get_for(start, n, FOLL_WRITE, b->pages);

	b->nr = got < 0 ? 0 : got;
	return got;
}

int fill_buffer_to_read(struct buffer *b, unsigned long start, int n)
{
	int got = get_for(start, n, 0, b->pages);

	b->nr = got < 0 ? 0 : got;
	return got;
}

/* One caller asks for it and one does not: that is the direction of a transfer. */
void drop_buffer(struct buffer *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
		put_page(b->pages[i]); /* expect plugin: dirty-missing */
}
