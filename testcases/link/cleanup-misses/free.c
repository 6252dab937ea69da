/* SPDX-License-Identifier: GPL-2.0-only */
#include "map.h"

void map_free(struct map *map)
{
	if (map->pinned)
		unpin_user_pages(map->pages, map->pinned);
	kfree(map->pages);
	kfree(map);
}
