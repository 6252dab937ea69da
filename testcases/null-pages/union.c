/* SPDX-License-Identifier: GPL-2.0-only */
/* Two pointers share their memory: the array that one of them was given is that of the other. */
#include <gup.h>

struct region {
	unsigned long used;
	union {
		unsigned long *addresses;	/* once the pages are pinned */
		struct page **pages;
	};
};

int pins_into_union(struct region *region, unsigned long start, int n)
{
	int ret;

	region->addresses = kcalloc(n, sizeof(*region->addresses), GFP_KERNEL);
	if (!region->addresses)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, region->pages); /* verdict plugin: pass */
	if (ret == n)
		return 0;
	if (ret > 0)
		unpin_user_pages(region->pages, ret);
	kfree(region->addresses);
	return -EFAULT;
}

int pins_into_new(unsigned long start, struct region **result)
{
	struct region *region = kzalloc(sizeof(*region), GFP_KERNEL);
	int ret;

	if (!region)
		return -ENOMEM;
	region->addresses = kcalloc(1, sizeof(*region->addresses), GFP_KERNEL);
	if (!region->addresses) {
		kfree(region);
		return -ENOMEM;
	}
	ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, region->pages); /* verdict plugin: pass */
	if (ret == 1) {
		region->addresses[0] = page_to_pfn(region->pages[0]) << PAGE_SHIFT;
		*result = region;
		return 0;
	}
	kfree(region->addresses);
	kfree(region);
	return -EFAULT;
}

int pins_into_nothing(unsigned long start)
{
	struct region *region = kzalloc(sizeof(*region), GFP_KERNEL);
	int ret;

	if (!region)
		return -ENOMEM;
	region->used = 1;
	ret = pin_user_pages_fast(start, 1, FOLL_WRITE, region->pages); /* expect plugin: null-pages */
	kfree(region);
	return ret;
}
