/* SPDX-License-Identifier: GPL-2.0-only */
/* As field.c, but marked for the direction that writes; an error path has nothing to mark. */
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
	unpin_user_pages_dirty_lock(t->pages, t->nr_pages, t->from_device);
	kfree(t->pages);
	t->pages = NULL;
}
