/* SPDX-License-Identifier: GPL-2.0-only */
#include "map.h"

void map_unmap(struct map *map, unsigned long index)
{
	struct page *page = xa_erase(&map->pages, index);

	if (page)
		put_page(page); /* expect link: pin-put-mismatch */
}

void map_ok_unmap(struct map_ok *map, unsigned long index)
{
	struct page *page = xa_erase(&map->pages, index);

	if (page)
		unpin_user_page(page);
}

void map_lost_unmap(struct map_lost *map, unsigned long index)
{
	xa_erase(&map->pages, index);
}
