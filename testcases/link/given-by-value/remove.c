/* SPDX-License-Identifier: GPL-2.0-only */
#include "export.h"

void remove(struct exported *thing)
{
	struct sg_table *sgt = thing->priv;
	int i;

	for (i = 0; i < thing->size; i++)
		unpin_user_page(sg_page(sgt->sgl + i));
	sg_free_table(sgt);
	kfree(sgt);
	kfree(thing);
}
