/* SPDX-License-Identifier: GPL-2.0-only */
/* A reason in a comment at the call makes it silent; an empty one does not. */
#define KERNEL 612
#include <gup.h>

long above(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	long ret;

	/* gup-audit: longterm-remote: the device keeps the pages until the container goes */
	ret = pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM,
				    pages, NULL);
	return ret;
}

long above_in_a_block(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	/*
	 * The pages go to the device.
	 * gup-audit: longterm-remote:
	 * until the owner of the device closes it.
	 */
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
}

long on_the_line(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL); /* gup-audit: longterm-remote: guest memory */
}

long in_a_condition(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	if (addr)
		/* gup-audit: longterm-remote: guest memory */
		if (pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL) != 1)
			return -EFAULT;
	return 0;
}

long empty_reason(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	/* gup-audit: longterm-remote: */
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL); /* expect cocci: longterm-remote */
}

long too_far_away(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	/* gup-audit: longterm-remote: this is about something else */

	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL); /* expect cocci: longterm-remote */
}

long of_the_line_before(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	mmap_read_lock(mm); /* gup-audit: longterm-remote: not about the next line */
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL); /* expect cocci: longterm-remote */
}

#if 0
/* patch
-	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return pin_user_pages_remote(mm, addr, 1, 0, pages, NULL);
-	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return pin_user_pages_remote(mm, addr, 1, 0, pages, NULL);
-	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return pin_user_pages_remote(mm, addr, 1, 0, pages, NULL);
*/
#endif
