/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with the pages, other files say */
#include "buf.h"

int take_pages(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); /* case: 1 */
}

int take_some(unsigned long addr, int nr, unsigned int gup_flags, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, gup_flags, pages); /* case: 2 */
}

int buf_fill(struct buf *buf, unsigned long addr)
{
	return get_user_pages_fast(addr, buf->nr, FOLL_WRITE, buf->pages); /* expect link: should-pin */ /* case: 2 */
}

int nobody_calls(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); /* case: unknown */
}
