/* SPDX-License-Identifier: GPL-2.0-only */
/* A structure on the stack says what to make a thing from: that thing has the pages, by another name */
#include "export.h"

struct exported *take(unsigned long addr, int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	struct export_info info = { .size = nr };
	struct exported *thing;
	struct sg_table *sgt;
	int i, ret, got;

	if (!pages)
		return ERR_PTR(-ENOMEM);
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got < 0) {
		ret = got;
		goto free;
	}
	if (got != nr) {
		ret = -EFAULT;
		goto unpin;
	}
	sgt = kmalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt) {
		ret = -ENOMEM;
		goto unpin;
	}
	ret = sg_alloc_table_from_pages(sgt, pages, nr, 0, nr * PAGE_SIZE, GFP_KERNEL);
	if (ret)
		goto free_sgt;
	info.priv = sgt;
	thing = export(&info);
	if (IS_ERR(thing)) {
		ret = PTR_ERR(thing);
		goto free_table;
	}
	kfree(pages);
	return thing;
free_table:
	sg_free_table(sgt);
free_sgt:
	kfree(sgt);
unpin:
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
free:
	kfree(pages);
	return ERR_PTR(ret);
}
