/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins that outlive the call. */
#include <gup.h>

struct buffer { struct page *page; };

int kept(struct buffer *buffer, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: longterm-missing */
		return -EFAULT;
	buffer->page = page;
	return 0;
}

int kept_longterm(struct buffer *buffer, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	buffer->page = page;
	return 0;
}

int for_the_caller(unsigned long start, int n, struct page **pages)
{
	return pin_user_pages_fast(start, n, FOLL_WRITE, pages);
}

/* The flags were chosen elsewhere: nobody here can say that FOLL_LONGTERM is not among them. */
struct chosen {
	struct page **pages;
	unsigned int gup_flags;
};

int flags_of_another(struct chosen *c, unsigned long start, int nr_pages)
{
	int pinned = pin_user_pages_fast(start, nr_pages, c->gup_flags, c->pages);

	return pinned;
}

/* What hangs off the stack of a caller is gone when that returns. */
struct batch { struct page *pages[8]; int nr; };

static int add(struct batch *batch, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	batch->pages[batch->nr++] = page;
	return 0;
}

int one_request(unsigned long start, int (*run)(struct batch *))
{
	struct batch batch = { .nr = 0 };
	int i, ret = add(&batch, start);

	if (!ret)
		ret = run(&batch);
	for (i = 0; i < batch.nr; i++)
		unpin_user_pages_dirty_lock(&batch.pages[i], 1, true);
	return ret;
}

/* The caller's own list, made on its behalf. */
int for_the_callers_list(unsigned long start, int n, struct page ***pages)
{
	struct page **list = kmalloc_array(n, sizeof(*list), GFP_KERNEL);
	int ret;

	if (!list)
		return -ENOMEM;
	*pages = list;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, list);
	return ret;
}
