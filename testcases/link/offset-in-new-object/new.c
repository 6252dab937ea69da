/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes first is counted in an object: a new one has nothing, one with a header page has it */
#include "node.h"

static int fill(struct node *node, unsigned long start, unsigned int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	if (got != nr) {
		drop_pages(pages, node->nr, got);
		kfree(pages);
		return -EFAULT;
	}
	node->pages = pages;
	node->nr = nr;
	return 0;
}

struct node *new_node(unsigned long start, unsigned int nr)
{
	struct node *node = kzalloc(sizeof(*node), GFP_KERNEL);

	if (!node)
		return NULL;
	if (fill(node, start, nr)) {
		kfree(node);
		return NULL;
	}
	return node;
}
