/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls as 6.12 has them: no vmas, and one that returns a page. */
#define KERNEL 612
#include <gup.h>

struct page *one_page(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, addr, FOLL_FORCE, vma); /* expect cocci: foll-get-missing */
}

long remote(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(mm, addr, 1, 0, pages, NULL); /* expect cocci: foll-get-missing */
}

long here(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, FOLL_WRITE, pages); /* expect cocci: foll-get-missing */
}

struct page *one_page_ok(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **vma)
{
	return get_user_page_vma_remote(mm, addr, FOLL_GET | FOLL_FORCE, vma);
}

long remote_ok(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(mm, addr, 1, FOLL_GET, pages, NULL);
}

long prefault(unsigned long addr)
{
	return get_user_pages(addr, 1, FOLL_WRITE, NULL);
}

/* patch
-	return get_user_page_vma_remote(mm, addr, FOLL_FORCE, vma);
+	return get_user_page_vma_remote(mm, addr, FOLL_GET | FOLL_FORCE, vma);
-	return get_user_pages_remote(mm, addr, 1, 0, pages, NULL);
+	return get_user_pages_remote(mm, addr, 1, FOLL_GET, pages, NULL);
-	return get_user_pages(addr, 1, FOLL_WRITE, pages);
+	return get_user_pages(addr, 1, FOLL_GET | FOLL_WRITE, pages);
*/
