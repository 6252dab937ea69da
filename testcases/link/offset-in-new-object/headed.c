/* SPDX-License-Identifier: GPL-2.0-only */
/* As new.c, but a page comes before: what counts it is no offset into the new array */
#include "node.h"

struct node *headed_node(unsigned long start, unsigned int nr)
{
	struct node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!node || !pages)
		goto out;
	node->nr = 1;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages); /* expect link: partial-pin-leak */
	if (got < 0)
		goto out;
	if (got != nr) {
		drop_pages(pages, node->nr, got); /* expect link: release-wrong-count */
		goto out;
	}
	node->pages = pages;
	node->nr += nr;
	return node;
out:
	kfree(pages);
	kfree(node);
	return NULL;
}
