/* SPDX-License-Identifier: GPL-2.0-only */
/* Found by number in an xarray */
#include "map.h"

int map_pin(struct map *map, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	xa_store(&map->pages, addr >> PAGE_SHIFT, page, GFP_KERNEL);
	return 0;
}

int map_ok_pin(struct map_ok *map, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	xa_store(&map->pages, addr >> PAGE_SHIFT, page, GFP_KERNEL);
	return 0;
}

int map_lost_pin(struct map_lost *map, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) /* expect link: pin-leak */
		return -EFAULT;
	xa_store(&map->pages, addr >> PAGE_SHIFT, page, GFP_KERNEL);
	return 0;
}
