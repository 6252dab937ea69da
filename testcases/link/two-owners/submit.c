/* SPDX-License-Identifier: GPL-2.0-only */
#include "job.h"

int job_submit(struct page **pages, int nr)
{
	int ret = hardware(pages, nr);

	if (ret)
		unpin_user_pages(pages, nr);
	return ret;
}

int job_submit_ok(struct page **pages, int nr)
{
	return hardware(pages, nr);
}
