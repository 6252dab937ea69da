/* SPDX-License-Identifier: GPL-2.0-only */
/* A page given away by its number: whoever took the number has the page, unless it answers with -errno. */
#include <gup.h>

extern struct page *mem_map;
int monitor_frame(unsigned long pfn);
int frame_is_known(unsigned long pfn);

int refused(unsigned long start)
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, FOLL_LONGTERM, &page) != 1) /* expect plugin: pin-leak */
		return -EFAULT;
	ret = monitor_frame(page - mem_map);
	if (ret < 0)
		return ret;
	return 0;
}

int refused_and_released(unsigned long start)
{
	struct page *page;
	int ret;

	if (pin_user_pages_fast(start, 1, FOLL_LONGTERM, &page) != 1) /* verdict plugin: open */
		return -EFAULT;
	ret = monitor_frame(page - mem_map);
	if (ret < 0)
		unpin_user_page(page);
	return ret;
}

/* A question about the number says nothing of who has the page. */
int only_asked(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_LONGTERM, &page) != 1) /* verdict plugin: open */
		return -EFAULT;
	if (!frame_is_known(page - mem_map))
		return -EINVAL;
	return 0;
}
