/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_LONGTERM comes by a local variable. */
#define KERNEL 612
#include <gup.h>

long certainly(struct mm_struct *mm, unsigned long addr, struct page **pages, bool write)
{
	unsigned int gup_flags = FOLL_LONGTERM;

	if (write)
		gup_flags |= FOLL_WRITE;
	return pin_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL); /* expect cocci: longterm-remote */
}

long on_one_path(struct mm_struct *mm, unsigned long addr, struct page **pages, bool keep)
{
	unsigned int gup_flags = 0;

	if (keep) {
		gup_flags |= FOLL_WRITE;
		gup_flags |= FOLL_LONGTERM;
	}
	return pin_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL); /* expect cocci: longterm-remote */
}

long shared(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_LONGTERM | FOLL_WRITE;

	if (!mm)
		return pin_user_pages(addr, 1, gup_flags, pages);
	return pin_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL); /* expect cocci: longterm-remote (no patch) */
}

long taken_away(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_LONGTERM | FOLL_WRITE;

	if (!mm)
		return pin_user_pages(addr, 1, gup_flags, pages);
	gup_flags &= ~FOLL_LONGTERM;
	return pin_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL);
}

long never_set(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_WRITE;

	return pin_user_pages_remote(mm, addr, 1, gup_flags, pages, NULL);
}

#if 0
/* patch
-	unsigned int gup_flags = FOLL_LONGTERM;
+	unsigned int gup_flags = 0;
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
-		gup_flags |= FOLL_LONGTERM;
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
*/
#endif
