/* SPDX-License-Identifier: GPL-2.0-only */
/* Each page in a bio_vec of its own; others have bio_vecs, too */
#include "io.h"

int io_pin(struct io *io, unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		io->bvec[i].bv_page = pages[i];
	io->nr = got;
	return 0;
}

int io_ok_pin(struct io_ok *io, unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		io->bvec[i].bv_page = pages[i];
	io->nr = got;
	return 0;
}

int io_lost_pin(struct io_lost *io, unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages); /* expect link: pin-leak */

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		io->bvec[i].bv_page = pages[i];
	io->nr = got;
	return 0;
}
