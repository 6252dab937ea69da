/* SPDX-License-Identifier: GPL-2.0-only */
/* The release goes by a count that still says what was asked for */
#include "buf.h"

int buf_pin(struct buf *buf, unsigned long addr, int nr)
{
	int got;

	buf->nr = nr;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, buf->pages);
	if (got < 0)
		return got;
	if (got < nr) {
		buf_release(buf); /* expect link: release-wrong-count */
		return -EFAULT;
	}
	return 0;
}

int buf_pin_ok(struct buf *buf, unsigned long addr, int nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, buf->pages);
	if (got < 0)
		return got;
	buf->nr = got;
	if (got < nr) {
		buf_release(buf);
		return -EFAULT;
	}
	return 0;
}
