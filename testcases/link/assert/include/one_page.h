/* SPDX-License-Identifier: GPL-2.0-only */
/* What every file includes, as include/linux/mm.h: here the inline function itself states FOLL_GET. */
static inline struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long addr, int gup_flags,
						    struct vm_area_struct **vma)
{
	struct page *page;

	if (get_user_pages(addr, 1, gup_flags | FOLL_GET, &page) != 1)
		return ERR_PTR(-EFAULT);
	return page;
}
