/* SPDX-License-Identifier: GPL-2.0-only */
/* The caller gets the address of a page, or a number made from it: who knows that finds the page. */
#include <gup.h>

unsigned long virt_to_phys(void *address);

extern struct page *vmemmap;

struct slot { unsigned long physical; };

void *returns_address(unsigned long start)
{
	struct page *pages[1];

	if (get_user_pages_fast(start, 1, FOLL_WRITE, pages) < 1) /* verdict plugin: pass */
		return NULL;
	return page_address(pages[0]) + (start & (PAGE_SIZE - 1));
}

unsigned long returns_number(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* verdict plugin: pass */
		return 0;
	return (unsigned long)(page - vmemmap) << PAGE_SHIFT;
}

int fills_in_number(unsigned long start, unsigned long *physical)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* verdict plugin: pass */
		return -EFAULT;
	*physical = (unsigned long)page_address(page) & 0x0fffffffffffffff;
	return 0;
}

int stores_number(struct slot *slot, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* verdict plugin: pass */
		return -EFAULT;
	slot->physical = virt_to_phys(page_address(page) + 8);
	return 0;
}

int says_that_it_was_mapped(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: pin-leak */
		return -EFAULT;
	return page_address(page) != NULL;
}

/* What the address was wanted for fails, and nobody gives the page back. */
static int take(unsigned long start, unsigned long *physical)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* expect plugin: pin-leak */
		return -EFAULT;
	*physical = (unsigned long)page_address(page) & 0x0fffffffffffffff;
	return 0;
}

int takes_and_forgets(struct slot *slots, int n, unsigned long start, unsigned long limit)
{
	unsigned long physical;

	if (take(start, &physical))
		return -EFAULT;
	if (physical > limit)
		return -EIO;
	slots[n].physical = physical;
	return 0;
}
