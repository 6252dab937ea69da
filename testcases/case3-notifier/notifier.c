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

/* Who changes page tables tells the notifiers of others: it watches nothing. */
struct mmu_notifier_range { unsigned long start, end; };
void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range);
void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range);

int changes_page_tables(struct mmu_notifier_range *range, struct page **pages)
{
	int ret;

	mmu_notifier_invalidate_range_start(range);
	ret = pin_user_pages_fast(range->start, 1, FOLL_WRITE, pages);
	mmu_notifier_invalidate_range_end(range);
	return ret;
}
