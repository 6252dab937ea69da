/* SPDX-License-Identifier: GPL-2.0-only */
/* Filled in two ways, or released by what the file itself took: nothing to say */
#define KERNEL 601
#include <gup.h>

struct page *find_get_page(void *mapping, unsigned long index);

int either(unsigned long addr, int nr, struct page **pages, bool pin)
{
	int got;

	if (pin)
		got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	else
		got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (pin)
		unpin_user_pages(pages, got);
	else
		release_pages(pages, got);
	return 0;
}

int again(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	unpin_user_pages(pages, got);
	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	release_pages(pages, got);
	return 0;
}

int further_reference(unsigned long addr, struct page **pages)
{
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
	get_page(pages[0]);
	unpin_user_page(pages[0]);
	put_page(pages[0]);
	return 0;
}

int replaced(unsigned long addr, struct page **pages)
{
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, pages) == 1)
		unpin_user_page(pages[0]);
	pages[0] = alloc_page(GFP_KERNEL);
	put_page(pages[0]);
	return 0;
}

int looked_up(void *mapping, unsigned long addr, bool user)
{
	struct page *page;

	if (!user)
		page = find_get_page(mapping, addr);
	else if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (user)
		unpin_user_page(page);
	else
		put_page(page);
	return 0;
}

struct memory { struct page **pages; int nr; bool user; };
struct page **memory_get_pages(struct memory *m);
int fill_from_kernel(unsigned long addr, int nr, struct page **pages);

int memory_map(struct memory *m, unsigned long addr)
{
	if (m->user)
		return pin_user_pages_fast(addr, m->nr, FOLL_WRITE, m->pages);
	return fill_from_kernel(addr, m->nr, m->pages);
}

void memory_unmap(struct memory *m)
{
	if (m->user)
		unpin_user_pages(m->pages, m->nr);
	else
		release_pages(m->pages, m->nr);
}
