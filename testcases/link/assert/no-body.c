/* SPDX-License-Identifier: GPL-2.0-only */
/* An inline function of a header has no body here: the table tells that its flags come to the assert. */
#define KERNEL 612
#include <gup.h>

struct page *one_page(struct mm_struct *mm, unsigned long start, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, start, FOLL_FORCE | FOLL_WRITE, vma); /* assert: trips */
}

struct page *one_page_got(struct mm_struct *mm, unsigned long start, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, start, FOLL_GET | FOLL_WRITE, vma); /* assert: satisfied */
}

struct page *one_page_somehow(struct mm_struct *mm, unsigned long start, int flags, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, start, flags, vma); /* assert: may trip */
}

static struct page *one_page_for(struct mm_struct *mm, unsigned long start, int flags, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, start, flags | FOLL_FORCE, vma); /* assert: trips */
}

struct page *one_page_to_read(struct mm_struct *mm, unsigned long start, struct vm_area_struct **vma)
{
	return one_page_for(mm, start, 0, vma);
}
