/* SPDX-License-Identifier: GPL-2.0-only */
/* Somebody else changes the flags through a pointer. */
#define KERNEL 612
#include <gup.h>

bool valid_args(struct page **pages, unsigned int *gup_flags, unsigned int to_set);
void adjust(unsigned int *gup_flags);

long set_elsewhere(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_WRITE;

	if (!valid_args(pages, &gup_flags, FOLL_TOUCH))
		return -EINVAL;
	return get_user_pages(addr, 1, gup_flags, pages); /* expect cocci: foll-get-missing */
}

long unknown_change(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_GET;

	adjust(&gup_flags);
	return get_user_pages(addr, 1, gup_flags, pages); /* expect cocci: foll-get-missing */
}

long given_get(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_WRITE;

	if (!valid_args(pages, &gup_flags, FOLL_GET | FOLL_TOUCH))
		return -EINVAL;
	return get_user_pages(addr, 1, gup_flags, pages);
}

long given_pin(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = 0;

	if (!valid_args(pages, &gup_flags, FOLL_PIN))
		return -EINVAL;
	return get_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL);
}

/* patch
-	return get_user_pages(addr, 1, gup_flags, pages);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages);
-	return get_user_pages(addr, 1, gup_flags, pages);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages);
*/
