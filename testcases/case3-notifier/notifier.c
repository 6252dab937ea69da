/* SPDX-License-Identifier: GPL-2.0-only */
/* The range is watched by an MMU notifier: does it have to be pinned at all? */
#include <gup.h>

struct mmu_interval_notifier { int seq; };
unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *notifier);

int watched(struct mmu_interval_notifier *notifier, unsigned long start, struct page **pages)
{
	notifier->seq = mmu_interval_read_begin(notifier);
	return pin_user_pages_fast(start, 1, FOLL_WRITE, pages); /* expect plugin: case3-notifier */
}

int not_watched(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE, pages);
}
