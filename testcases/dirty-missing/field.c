/* SPDX-License-Identifier: GPL-2.0-only */
/* Taken for a transfer in one function, released by another: the direction says whether to mark. */
#include <gup.h>

struct transfer {
	struct page **pages;
	int nr_pages;
	bool from_device;
};

int transfer_start(struct transfer *t, unsigned long start, int nr_pages)
{
	unsigned int flags = FOLL_FORCE | FOLL_LONGTERM;
	int pinned;

	if (t->from_device)
		flags |= FOLL_WRITE;
	t->pages = kmalloc_array(nr_pages, sizeof(*t->pages), GFP_KERNEL);
	if (!t->pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(start, nr_pages, flags, t->pages);
	if (pinned != nr_pages) {
		if (pinned > 0)
			unpin_user_pages(t->pages, pinned);
		kfree(t->pages);
		t->pages = NULL;
		return pinned < 0 ? pinned : -EFAULT;
	}
	t->nr_pages = pinned;
	return 0;
}

void transfer_free(struct transfer *t)
{
	unpin_user_pages(t->pages, t->nr_pages); /* expect plugin: dirty-missing */
	kfree(t->pages);
	t->pages = NULL;
}

/* FOLL_WRITE together with FOLL_FORCE breaks copy-on-write for pages that are only read. */
struct source {
	struct page **pages;
	int nr_pages;
};

int source_start(struct source *t, unsigned long start, int nr_pages)
{
	int pinned;

	t->pages = kmalloc_array(nr_pages, sizeof(*t->pages), GFP_KERNEL);
	if (!t->pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(start, nr_pages, FOLL_FORCE | FOLL_WRITE | FOLL_LONGTERM,
				     t->pages);
	if (pinned != nr_pages) {
		if (pinned > 0)
			unpin_user_pages(t->pages, pinned);
		kfree(t->pages);
		t->pages = NULL;
		return pinned < 0 ? pinned : -EFAULT;
	}
	t->nr_pages = pinned;
	return 0;
}

void source_free(struct source *t)
{
	unpin_user_pages(t->pages, t->nr_pages);
	kfree(t->pages);
	t->pages = NULL;
}
