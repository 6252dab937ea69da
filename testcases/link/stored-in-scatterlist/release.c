/* SPDX-License-Identifier: GPL-2.0-only */
#include "mem.h"

void mem_release(struct mem *mem)
{
	struct scatterlist *sg;
	unsigned int i;

	for (i = 0, sg = mem->sgt.sgl; i < mem->sgt.nents; i++, sg = sg_next(sg))
		put_page(sg_page(sg)); /* expect link: pin-put-mismatch */
}

void mem_ok_release(struct mem_ok *mem)
{
	struct scatterlist *sg;
	unsigned int i;

	for (i = 0, sg = mem->sgt.sgl; i < mem->sgt.nents; i++, sg = sg_next(sg))
		unpin_user_page(sg_page(sg));
}

void mem_lost_release(struct mem_lost *mem)
{
	kfree(mem->sgt.sgl);
}
