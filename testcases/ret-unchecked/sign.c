/* SPDX-License-Identifier: GPL-2.0-only */
/* -errno in an unsigned variable: a comparison in order takes it for a very large number. */
#include <gup.h>

struct frames { int nr; struct page *pages[16]; };

int any_is_good(struct frames *frames, unsigned long start, int n)
{
	unsigned int got = pin_user_pages_fast(start, n, FOLL_LONGTERM, frames->pages);

	frames->nr = got;
	if (got > 0) /* expect plugin: ret-unchecked */
		return got;
	frames->nr = 0;
	return -EFAULT;
}

int any_is_good_signed(struct frames *frames, unsigned long start, int n)
{
	int got = pin_user_pages_fast(start, n, FOLL_LONGTERM, frames->pages);

	frames->nr = got;
	if (got > 0)
		return got;
	frames->nr = 0;
	return got ? got : -EFAULT;
}

/* Neither an order nor a sign: only the whole number passes. */
int all_or_none(struct frames *frames, unsigned long start, int n)
{
	unsigned int got = pin_user_pages_fast(start, n, FOLL_LONGTERM, frames->pages);

	if (got != n) {
		if ((int)got > 0)
			unpin_user_pages(frames->pages, got);
		return -EFAULT;
	}
	return 0;
}

/* The sign is asked for first, or behind it. */
int asked_first(struct frames *frames, unsigned long start, unsigned int n)
{
	int got = pin_user_pages_fast(start, n, FOLL_LONGTERM, frames->pages);

	if (got < 0)
		return got;
	if (got < n) {
		unpin_user_pages(frames->pages, got);
		return -EFAULT;
	}
	return 0;
}

int asked_behind(struct frames *frames, unsigned long start, unsigned int n)
{
	int got = pin_user_pages_fast(start, n, FOLL_LONGTERM, frames->pages);

	if (got < n && got > 0) {
		unpin_user_pages(frames->pages, got);
		return -EFAULT;
	}
	return got > 0 ? 0 : -EFAULT;
}

/* As IS_ERR_VALUE() does it: an error is among the largest. */
long last_numbers(struct frames *frames, unsigned long start)
{
	unsigned long got = get_user_pages_fast(start, 1, 0, frames->pages);

	if (got >= (unsigned long)-4095 || !got)
		return -EFAULT;
	put_page(frames->pages[0]);
	return 0;
}
