/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of an iterator that go into vectors one by one: by copy of a structure, by a call. */
#define KERNEL 612
#include <gup.h>

void bvec_set_page(struct bio_vec *bv, struct page *page, unsigned int len, unsigned int offset);

static unsigned int part(ssize_t bytes, size_t start)
{
	return bytes < PAGE_SIZE - start ? bytes : PAGE_SIZE - start;
}

/* The caller's vectors have them all. */
ssize_t fill(struct iov_iter *iter, size_t most, struct bio_vec *bvecs)
{
	size_t size = 0;
	int n = 0;

	while (size < most) {
		struct page *pages[16];
		ssize_t bytes;
		size_t start;
		int i = 0;

		bytes = iov_iter_get_pages2(iter, pages, most - size, 16, &start); /* verdict plugin: pass */
		if (bytes < 0)
			return size ? size : bytes;
		size += bytes;
		for (; bytes; i++, n++) {
			struct bio_vec bv = {
				.bv_page = pages[i],
				.bv_len = part(bytes, start),
				.bv_offset = start,
			};

			bvecs[n] = bv;
			bytes -= bv.bv_len;
			start = 0;
		}
	}
	return size;
}

/* Vectors of the function's own are gone with it. */
ssize_t fill_own(struct iov_iter *iter)
{
	struct bio_vec bvecs[1], bv;
	struct page *page;
	size_t start;
	ssize_t bytes = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &start); /* gap plugin: pin-leak, bytes are not counted on the way out */ /* verdict plugin: open */

	if (bytes <= 0)
		return bytes;
	bv.bv_page = page;
	bvecs[0] = bv;
	return bvecs[0].bv_page == page;
}

/* There are no more pages than were asked for: without a turn nothing is left. */
int into_vectors(struct iov_iter *iter, struct bio_vec *bvecs, struct page **list, int room)
{
	struct page **pages = list;
	size_t start;
	ssize_t bytes = iov_iter_extract_pages(iter, &pages, 65536, room, 0, &start); /* verdict plugin: pass */
	int i;

	if (bytes <= 0)
		return bytes;
	for (i = 0; i < room; i++) {
		bvec_set_page(&bvecs[i], pages[i], part(bytes, start), start);
		bytes -= part(bytes, start);
		start = 0;
	}
	return 0;
}
