/* SPDX-License-Identifier: GPL-2.0-only */
/* What is written through a mapping of the page is in the page; the result is a number of bytes. */
#include <gup.h>

int poke(struct mm_struct *mm, unsigned long addr, const void *buf, int len,
	 unsigned int gup_flags)
{
	int write = gup_flags & FOLL_WRITE, done = 0;

	while (len) {
		struct page *page;
		char *map;
		int bytes = len < 512 ? len : 512;

		if (get_user_pages_remote(mm, addr, 1, gup_flags | FOLL_GET, &page, NULL, NULL) <= 0)
			break;
		map = kmap(page);
		if (write)
			memcpy(map + (addr & 511), buf, bytes);
		kunmap(page);
		put_page(page); /* expect plugin: dirty-missing */
		len -= bytes;
		done += bytes;
	}
	return done;
}

int peek_or_poke(struct mm_struct *mm, unsigned long addr, void *buf, int len,
		 unsigned int gup_flags)
{
	int write = gup_flags & FOLL_WRITE, done = 0;

	while (len) {
		struct page *page;
		char *map;
		int bytes = len < 512 ? len : 512;

		if (get_user_pages_remote(mm, addr, 1, gup_flags | FOLL_GET, &page, NULL, NULL) <= 0)
			break;
		map = kmap(page);
		if (write) {
			memcpy(map + (addr & 511), buf, bytes);
			set_page_dirty_lock(page);
		} else {
			memcpy(buf, map + (addr & 511), bytes);
		}
		kunmap(page);
		put_page(page);
		len -= bytes;
		done += bytes;
	}
	return done;
}

/* A store through the pointer is a write as well, whatever is returned. */
int stored(unsigned long addr, unsigned int value, bool wanted)
{
	unsigned int *map;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, wanted ? FOLL_WRITE : 0, &page) != 1)
		return -EFAULT;
	map = kmap_local_page(page);
	if (wanted)
		map[3] = value;
	kunmap_local(map);
	unpin_user_page(page); /* expect plugin: dirty-missing */
	return wanted ? -EAGAIN : 0;
}

int loaded(unsigned long addr, unsigned int *value)
{
	unsigned int *map;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	map = kmap_local_page(page);
	*value = map[3];
	kunmap_local(map);
	unpin_user_page(page);
	return 0;
}

void my_mark_page_dirty(struct page *page);

int marked_by_another_name(unsigned long addr, unsigned int value)
{
	unsigned int *map;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	map = kmap_local_page(page);
	*map = value;
	kunmap_local(map);
	my_mark_page_dirty(page);
	unpin_user_page(page);
	return 0;
}
