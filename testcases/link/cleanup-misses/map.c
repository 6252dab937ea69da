/* SPDX-License-Identifier: GPL-2.0-only */
/* The cleanup of the error path releases what the structure says, which is not told yet */
#include "map.h"

int map_create(struct map *map, unsigned long addr)
{
	int got;

	map->pinned = 0;
	got = pin_user_pages_fast(addr, map->nr, FOLL_WRITE | FOLL_LONGTERM, map->pages); /* expect link: partial-pin-leak */
	if (got < map->nr) {
		map_free(map);
		return -EFAULT;
	}
	map->pinned = got;
	return 0;
}

int map_create_ok(struct map *map, unsigned long addr)
{
	int got;

	map->pinned = 0;
	got = pin_user_pages_fast(addr, map->nr, FOLL_WRITE | FOLL_LONGTERM, map->pages);
	if (got > 0)
		map->pinned = got;
	if (got < map->nr) {
		map_free(map);
		return -EFAULT;
	}
	return 0;
}
