/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages go into a scatterlist, of which another file lets go */
#include "mem.h"

int mem_pin(struct mem *mem, unsigned long addr, int nr, struct page **pages)
{
	struct scatterlist *sg = mem->sgt.sgl;
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++, sg = sg_next(sg))
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	mem->sgt.nents = got;
	return 0;
}

int mem_ok_pin(struct mem_ok *mem, unsigned long addr, int nr, struct page **pages)
{
	struct scatterlist *sg = mem->sgt.sgl;
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++, sg = sg_next(sg))
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	mem->sgt.nents = got;
	return 0;
}

int mem_lost_pin(struct mem_lost *mem, unsigned long addr, int nr, struct page **pages)
{
	struct scatterlist *sg = mem->sgt.sgl;
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages); /* expect link: pin-leak */

	if (got < 0)
		return got;
	for (i = 0; i < got; i++, sg = sg_next(sg))
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	mem->sgt.nents = got;
	return 0;
}
