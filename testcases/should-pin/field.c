/* SPDX-License-Identifier: GPL-2.0-only */
/* Got in one function, given to a device in another. */
#include <gup.h>

struct object { struct page **pages; int nr; };
struct pinned { struct page **pages; int nr; };

int take(struct object *obj, unsigned long start, int n)
{
	int ret = get_user_pages_fast(start, n, FOLL_WRITE, obj->pages); /* expect plugin: should-pin */

	if (ret < 0)
		return ret;
	obj->nr = ret;
	return 0;
}

int map(struct object *obj, struct scatterlist *sg)
{
	struct page **pages = obj->pages;
	int i;

	for (i = 0; i < obj->nr; i++)
		sg_set_page(&sg[i], pages[i], 4096, 0);
	return 0;
}

int take_pinned(struct pinned *obj, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, obj->pages);

	if (ret < 0)
		return ret;
	obj->nr = ret;
	return 0;
}

int map_pinned(struct pinned *obj, struct scatterlist *sg)
{
	int i;

	for (i = 0; i < obj->nr; i++)
		sg_set_page(&sg[i], obj->pages[i], 4096, 0);
	return 0;
}
