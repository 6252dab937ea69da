/* SPDX-License-Identifier: GPL-2.0-only */
/* Both the caller and the function that it calls believe to own the pages when that fails */
#include "job.h"

int job_run(unsigned long addr, int nr, struct page **pages)
{
	int ret, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	ret = job_submit(pages, got);
	unpin_user_pages(pages, got); /* expect link: double-release */
	return ret;
}

int job_run_ok(unsigned long addr, int nr, struct page **pages)
{
	int ret, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	ret = job_submit_ok(pages, got);
	unpin_user_pages(pages, got);
	return ret;
}
