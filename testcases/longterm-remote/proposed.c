/* SPDX-License-Identifier: GPL-2.0-only */
/* The function of the 2019 series, which claims a long pin by its name. */
#define KERNEL 504
#include <gup.h>

long proposed(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	long ret;

	ret = pin_longterm_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL); /* expect cocci: longterm-remote */
	return ret;
}

long proposed_with_reason(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	/* gup-audit: longterm-remote: guest memory, until the guest goes */
	return pin_longterm_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL);
}

long get_for_long(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_GET | FOLL_LONGTERM, pages, NULL, NULL); /* expect cocci: longterm-remote */
}

#if 0
/* patch
-	ret = pin_longterm_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	ret = pin_user_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL);
-	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_GET | FOLL_LONGTERM, pages, NULL, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_GET, pages, NULL, NULL);
*/
#endif
