/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU writes to the pages: CASE 5. */
#include <gup.h>

struct thing { struct page **pages; int nr; };
struct other { struct page **pages; int nr; };

int written(unsigned long start, const void *from)
{
	struct page *page;
	void *kaddr;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: should-pin */
		return -EFAULT;
	kaddr = kmap(page);
	memcpy(kaddr, from, 8);
	kunmap(page);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}

int read_only(unsigned long start, void *to)
{
	struct page *page;
	void *kaddr;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap(page);
	memcpy(to, kaddr, 8);
	kunmap(page);
	put_page(page);
	return 0;
}

/* Struct page alone is looked at: CASE 4. */
int looked_at(unsigned long start)
{
	struct page *page;
	int reserved;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	lock_page(page);
	reserved = page->flags & 1;
	unlock_page(page);
	put_page(page);
	return reserved;
}

int pinned(unsigned long start, const void *from)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	memcpy(kmap(page), from, 8);
	kunmap(page);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

/* Kept in a structure, marked dirty by who lets go of them: a device wrote in between. */
int fill(struct thing *thing, unsigned long start, int n, bool write)
{
	int ret = get_user_pages_fast(start, n, write ? FOLL_WRITE : 0, thing->pages); /* expect plugin: should-pin */

	if (ret < 0)
		return ret;
	thing->nr = ret;
	return 0;
}

void drain(struct thing *thing)
{
	int i;

	for (i = 0; i < thing->nr; i++) {
		set_page_dirty_lock(thing->pages[i]);
		put_page(thing->pages[i]);
	}
}

int fill_other(struct other *other, unsigned long start, int n)
{
	int ret = get_user_pages_fast(start, n, 0, other->pages);

	if (ret < 0)
		return ret;
	other->nr = ret;
	return 0;
}

void drain_other(struct other *other)
{
	release_pages(other->pages, other->nr);
}

/* Marked dirty for whoever has the page in tables of his own: with a notifier that is CASE 3, without it somebody wrote. */
struct kvm { unsigned long mmu_invalidate_seq; };
void map_for_guest(struct kvm *kvm, unsigned long start, unsigned long seq);

void guest_fault(struct kvm *kvm, unsigned long start)
{
	unsigned long seq = kvm->mmu_invalidate_seq;
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: case3-notifier */
		return;
	map_for_guest(kvm, start, seq);
	set_page_dirty_lock(page);
	put_page(page);
}

void marked(struct kvm *kvm, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: should-pin */
		return;
	map_for_guest(kvm, start, 0);
	set_page_dirty_lock(page);
	put_page(page);
}
