/* SPDX-License-Identifier: GPL-2.0-only */
#include "umem.h"

void umem_release(struct umem *umem)
{
	while (umem->chunks.next != &umem->chunks) {
		struct chunk *chunk = (struct chunk *)umem->chunks.next;

		umem->chunks.next = chunk->list.next;
		release_pages(chunk->pages, chunk->nr); /* expect link: pin-put-mismatch */
		kfree(chunk);
	}
}

void umem_ok_release(struct umem_ok *umem)
{
	while (umem->chunks.next != &umem->chunks) {
		struct chunk_ok *chunk = (struct chunk_ok *)umem->chunks.next;

		umem->chunks.next = chunk->list.next;
		unpin_user_pages(chunk->pages, chunk->nr);
		kfree(chunk);
	}
}

void umem_lost_release(struct umem_lost *umem)
{
	while (umem->chunks.next != &umem->chunks) {
		struct chunk_lost *chunk = (struct chunk_lost *)umem->chunks.next;

		umem->chunks.next = chunk->list.next;
		kfree(chunk);
	}
}
