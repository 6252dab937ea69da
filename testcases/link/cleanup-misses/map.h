/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct map { struct page **pages; int nr, pinned; };

void map_free(struct map *map);
int map_program(struct map *map);
