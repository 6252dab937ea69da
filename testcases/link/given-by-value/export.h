/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct export_info { int size; struct sg_table *priv; };
struct exported { int size; struct sg_table *priv; };
struct exported *export(const struct export_info *info);
void sg_free_table(struct sg_table *sgt);
int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages, unsigned int n_pages,
			      unsigned int offset, unsigned long size, gfp_t gfp);
