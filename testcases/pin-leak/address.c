/* SPDX-License-Identifier: GPL-2.0-only */
/* The address of a pinned page is all that is kept of it: virt_to_page() finds the page again. */
#include <gup.h>

void *page_address(const struct page *page);

struct slot { void *address; };

int keeps_address(struct slot *slots, int n, unsigned long start)
{
	struct page *page;
	int i, ret;

	for (i = 0; i < n; i++) {
		ret = pin_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE | FOLL_LONGTERM, &page); /* verdict plugin: pass */
		if (ret != 1)
			goto unpin;
		slots[i].address = page_address(page) + 8;
	}
	return 0;
unpin:
	while (i--)
		unpin_user_page(virt_to_page(slots[i].address));
	return -EFAULT;
}

int forgets_address(unsigned long start)
{
	struct page *page;
	char *address;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: pin-leak */
		return -EFAULT;
	address = page_address(page) + 8;
	return *address;
}
