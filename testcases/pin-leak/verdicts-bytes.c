/* SPDX-License-Identifier: GPL-2.0-only */
/* What is proven of calls that return bytes: in loops, for an owner, for one page. */
#define KERNEL 612
#include <gup.h>

int queue_page(struct page *page, size_t offset, size_t len);

static void put_all(struct page **pages, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		put_page(pages[i]);
}

/* A new array in each turn; what went wrong inside is told apart after the release. */
ssize_t turn_by_turn(struct iov_iter *iter, size_t most)
{
	ssize_t result = -EINVAL;
	size_t done = 0;

	while (iov_iter_count(iter)) {
		struct page **pages;
		size_t bytes, offset;
		unsigned int n, i;

		result = iov_iter_get_pages_alloc2(iter, &pages, most, &offset); /* verdict plugin: pass */
		if (result < 0)
			break;
		bytes = result;
		n = (result + offset + PAGE_SIZE - 1) / PAGE_SIZE;
		for (i = 0; i < n; i++) {
			unsigned int len = bytes < PAGE_SIZE - offset ? bytes : PAGE_SIZE - offset;
			int err = queue_page(pages[i], offset, len);

			if (err) {
				result = err;
				break;
			}
			offset = 0;
			bytes -= len;
			done += len;
		}
		put_all(pages, n);
		kfree(pages);
		if (result < 0)
			break;
	}
	return done ? done : result;
}

/* The last page stays behind when the bytes do not begin at a page: no proof. */
ssize_t turn_by_turn_short(struct iov_iter *iter, size_t most)
{
	ssize_t result = -EINVAL;

	while (iov_iter_count(iter)) {
		struct page **pages;
		size_t offset;
		unsigned int n, i;

		result = iov_iter_get_pages_alloc2(iter, &pages, most, &offset); /* verdict plugin: open */
		if (result < 0)
			break;
		n = (result + PAGE_SIZE - 1) / PAGE_SIZE;
		for (i = 0; i < n; i++)
			put_page(pages[i]);
		kfree(pages);
	}
	return result;
}

/* However many there are, the request has them all. */
struct request { struct page *pages[64]; unsigned int nr, from; };

int fill_request(struct request *rq, struct iov_iter *iter, size_t wanted)
{
	size_t got = 0;

	while (got < wanted && rq->nr < 64) {
		size_t offset;
		ssize_t ret = iov_iter_get_pages2(iter, &rq->pages[rq->nr], wanted - got, /* verdict plugin: pass */
						  64 - rq->nr, &offset);

		if (ret < 0)
			break;
		got += ret;
		rq->from = offset;
		rq->nr += (ret + offset + PAGE_SIZE - 1) / PAGE_SIZE;
	}
	return 0;
}

/* One page at most is asked for, and put. */
struct page *next_page(struct iov_iter *iter, size_t *offset)
{
	struct page *page;
	ssize_t len = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, offset); /* verdict plugin: pass */

	if (len <= 0)
		return NULL;
	put_page(page);
	return page;
}

/* Of two, one may stay. */
int next_two_pages(struct iov_iter *iter, size_t *offset)
{
	struct page *pages[2];
	ssize_t len = iov_iter_get_pages2(iter, pages, 2 * PAGE_SIZE, 2, offset); /* verdict plugin: open */

	if (len <= 0)
		return -EFAULT;
	put_page(pages[0]);
	return 0;
}

/* As much as there is: ~0UL is a large number of bytes, and no negative one. */
int as_much_as_there_is(struct iov_iter *iter)
{
	struct page *pages[16];
	size_t offset;

	if (iov_iter_get_pages2(iter, pages, ~0UL, 16, &offset) <= 0) /* expect plugin: pin-leak */
		return -EFAULT;
	return 0;
}

int as_much_as_there_is_put(struct iov_iter *iter)
{
	struct page *pages[16];
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, ~0UL, 16, &offset); /* verdict plugin: pass */

	if (bytes <= 0)
		return -EFAULT;
	put_all(pages, (bytes + offset + PAGE_SIZE - 1) / PAGE_SIZE);
	return 0;
}
