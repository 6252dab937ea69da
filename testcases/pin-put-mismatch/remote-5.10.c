/* SPDX-License-Identifier: GPL-2.0-only */
/* The remote forms of 5.10 */
#define KERNEL 510
#include <gup.h>

int put_remote(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, &page, NULL, NULL) != 1)
		return -EFAULT;
	put_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

int unpin_remote(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_remote(mm, addr, 1, FOLL_GET | FOLL_WRITE, &page, NULL, NULL) != 1)
		return -EFAULT;
	unpin_user_page(page); /* expect cocci: pin-put-mismatch */
	return 0;
}

int right(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, &page, NULL, NULL) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

/* patch
-	put_page(page);
+	unpin_user_page(page);
-	unpin_user_page(page);
+	put_page(page);
*/
