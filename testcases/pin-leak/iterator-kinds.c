/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose pages an iterator is of: made here, by a helper, or asked for. */
#define KERNEL 612
#include <gup.h>

struct iov_iter { bool user_backed; };
struct kvec { void *iov_base; size_t iov_len; };

void iov_iter_kvec(struct iov_iter *i, unsigned int dir, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count);
void iov_iter_ubuf(struct iov_iter *i, unsigned int dir, void *buf, size_t count);
bool iov_iter_is_kvec(const struct iov_iter *i);
int send_page(unsigned long pfn);

int of_kernel(struct kvec *kvec)
{
	struct page *page, **pages = &page;
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, 0, kvec, 1, 4096);
	if (iov_iter_extract_pages(&iter, &pages, 4096, 1, 0, &offset) <= 0) /* verdict plugin: pass */
		return -EIO;
	return send_page(page_to_pfn(page));
}

int of_user(void *buf)
{
	struct page *page, **pages = &page;
	struct iov_iter iter;
	size_t offset;

	iov_iter_ubuf(&iter, 0, buf, 4096);
	if (iov_iter_extract_pages(&iter, &pages, 4096, 1, 0, &offset) <= 0) /* gap plugin: pin-leak, bytes are not counted on the way out */ /* verdict plugin: open */
		return -EIO;
	return offset ? -EINVAL : 0;
}

/* Made anew: what it was before does not count. */
int of_kernel_then_user(struct kvec *kvec, void *buf)
{
	struct page *page, **pages = &page;
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, 0, kvec, 1, 4096);
	iov_iter_ubuf(&iter, 0, buf, 4096);
	if (iov_iter_extract_pages(&iter, &pages, 4096, 1, 0, &offset) <= 0) /* gap plugin: pin-leak, bytes are not counted on the way out */ /* verdict plugin: open */
		return -EIO;
	return offset ? -EINVAL : 0;
}

static void load(struct iov_iter *iter, struct kvec *kvec, unsigned int n)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		size += kvec[i].iov_len;
	iov_iter_kvec(iter, 0, kvec, n, size);
}

/* A helper makes it; turn by turn, with things in between that do not matter. */
int of_helper(struct kvec *kvec, unsigned int n, int *seen)
{
	struct page *list[8], **pages = list;
	struct iov_iter iter;
	size_t offset, left;

	load(&iter, kvec, n);
	do {
		ssize_t len = iov_iter_extract_pages(&iter, &pages, 4096, 8, 0, &offset); /* verdict plugin: pass */
		int i;

		if (len <= 0)
			break;
		for (i = 0; i < 8; i++) {
			if (seen[i] > 3)
				goto out;
			while (seen[i] < 2)
				seen[i]++;
		}
		left = iov_iter_count(&iter);
	} while (left);
out:
	return seen[0];
}

/* Kernel memory is not pinned, and nothing else is left. */
int asks(struct iov_iter *iter, struct page **list)
{
	struct page **pages = list;
	size_t offset;

	if (iov_iter_extract_pages(iter, &pages, 4096, 1, 0, &offset) <= 0) /* verdict plugin: pass */
		return -EIO;
	if (!iov_iter_is_kvec(iter))
		unpin_user_page(pages[0]);
	return 0;
}

int asks_wrong(struct iov_iter *iter)
{
	struct page *list[1], **pages = list;
	size_t offset;

	if (iov_iter_extract_pages(iter, &pages, 4096, 1, 0, &offset) <= 0) /* verdict plugin: open */
		return -EIO;
	if (iov_iter_is_kvec(iter))
		unpin_user_page(pages[0]);
	return 0;
}
