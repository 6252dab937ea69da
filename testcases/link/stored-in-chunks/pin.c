/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinned chunk by chunk; the chunks hang on a list that another file empties */
#include "umem.h"

int umem_pin(struct umem *umem, unsigned long addr)
{
	struct chunk *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);

	if (!chunk)
		return -ENOMEM;
	chunk->nr = pin_user_pages_fast(addr, 64, FOLL_WRITE | FOLL_LONGTERM, chunk->pages);
	if (chunk->nr <= 0) {
		kfree(chunk);
		return -EFAULT;
	}
	list_add_tail(&chunk->list, &umem->chunks);
	return 0;
}

int umem_ok_pin(struct umem_ok *umem, unsigned long addr)
{
	struct chunk_ok *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);

	if (!chunk)
		return -ENOMEM;
	chunk->nr = pin_user_pages_fast(addr, 64, FOLL_WRITE | FOLL_LONGTERM, chunk->pages);
	if (chunk->nr <= 0) {
		kfree(chunk);
		return -EFAULT;
	}
	list_add_tail(&chunk->list, &umem->chunks);
	return 0;
}

int umem_lost_pin(struct umem_lost *umem, unsigned long addr)
{
	struct chunk_lost *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);

	if (!chunk)
		return -ENOMEM;
	chunk->nr = pin_user_pages_fast(addr, 64, FOLL_WRITE | FOLL_LONGTERM, chunk->pages); /* expect link: pin-leak */
	if (chunk->nr <= 0) {
		kfree(chunk);
		return -EFAULT;
	}
	list_add_tail(&chunk->list, &umem->chunks);
	return 0;
}
