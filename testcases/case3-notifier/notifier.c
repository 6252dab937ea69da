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

/* KVM counts the invalidations of its notifier: who reads that before, tries again when it has changed. */
struct kvm { unsigned long mmu_invalidate_seq; };
int map_for_guest(struct kvm *kvm, struct page *page, unsigned long seq);

int guest_fault(struct kvm *kvm, unsigned long start)
{
	unsigned long seq = kvm->mmu_invalidate_seq;
	struct page *page;
	int ret;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: case3-notifier */ /* case: 3 */
		return -EFAULT;
	ret = map_for_guest(kvm, page, seq);
	set_page_dirty(page);
	put_page(page);
	return ret;
}
