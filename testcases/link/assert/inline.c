/* SPDX-License-Identifier: GPL-2.0-only */
/* An inline function of a header that all include: its body tells what becomes of the flags, not the table. */
#define KERNEL 612
#define get_user_page_vma_remote declared_in_gup_h
#include <gup.h>
#undef get_user_page_vma_remote
#include "include/one_page.h"

struct page *one_page_inline(struct mm_struct *mm, unsigned long start, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, start, FOLL_FORCE, vma); /* assert: satisfied */
}
