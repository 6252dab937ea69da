/* SPDX-License-Identifier: GPL-2.0-only */
/* How many pages some bytes are is not solved; that -errno is none, is. */
#include <gup.h>

int unsigned_bytes(struct iov_iter *iter, struct page **pages, struct scatterlist *sg)
{
	size_t offset, bytes = iov_iter_get_pages2(iter, pages, 1 << 20, 64, &offset);

	if (bytes <= 0)
		return -EFAULT;
	sg_set_page(sg, pages[0], 1, offset); /* expect plugin: ret-unchecked */
	return 1;
}

int signed_bytes(struct iov_iter *iter, struct page **pages, struct scatterlist *sg)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, 1 << 20, 64, &offset);

	if (bytes <= 0)
		return -EFAULT;
	sg_set_page(sg, pages[0], 1, offset);
	return 1;
}
