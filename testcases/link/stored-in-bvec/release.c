/* SPDX-License-Identifier: GPL-2.0-only */
#include "io.h"

void io_release(struct io *io)
{
	struct bio_vec *bv = io->bvec;
	int i;

	for (i = 0; i < io->nr; i++)
		put_page(bv[i].bv_page); /* expect link: pin-put-mismatch */
}

void io_ok_release(struct io_ok *io)
{
	struct bio_vec *bv = io->bvec;
	int i;

	for (i = 0; i < io->nr; i++)
		unpin_user_page(bv[i].bv_page);
}

void io_lost_release(struct io_lost *io)
{
	kfree(io->bvec);
}
