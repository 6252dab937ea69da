/* SPDX-License-Identifier: GPL-2.0-only */
/* The wrong label of a goto ladder. */
#include <gup.h>

struct thing { struct page *page; int id; };
int get_id(struct thing *thing);
int start_io(int id);

int wrong_label(struct thing *thing, unsigned long start)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(start, 1, FOLL_WRITE, &page); /* expect plugin: pin-leak */
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = start_io(thing->id);
	if (ret)
		goto out;
	put_page(page);
	return 0;
out:
	return ret;
}

int right_label(struct thing *thing, unsigned long start)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(start, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = start_io(thing->id);
	if (ret)
		goto out_put;
	ret = 0;
out_put:
	put_page(page);
	return ret;
}
