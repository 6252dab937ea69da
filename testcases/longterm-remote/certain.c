/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_LONGTERM stands in the call. */
#define KERNEL 601
#include <gup.h>

long in_the_call(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct page **pages)
{
	long ret;

	ret = pin_user_pages_remote(mm, addr, 1, flags | FOLL_LONGTERM, pages, NULL, NULL); /* expect cocci: longterm-remote */
	return ret;
}

long alone(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL, NULL); /* expect cocci: longterm-remote */
}

long one_arm(struct mm_struct *mm, unsigned long addr, struct page **pages, bool keep)
{
	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE | (keep ? FOLL_LONGTERM : 0), pages, NULL, NULL) != 1) /* expect cocci: longterm-remote */
		return -EFAULT;
	return 0;
}

long by_get(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(mm, addr, 1, FOLL_LONGTERM | FOLL_GET, pages, NULL, NULL); /* expect cocci: longterm-remote */
}

#if 0
/* patch
-	ret = pin_user_pages_remote(mm, addr, 1, flags | FOLL_LONGTERM, pages, NULL, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	ret = pin_user_pages_remote(mm, addr, 1, flags, pages, NULL, NULL);
-	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return pin_user_pages_remote(mm, addr, 1, 0, pages, NULL, NULL);
-	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE | (keep ? FOLL_LONGTERM : 0), pages, NULL, NULL) != 1)
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, pages, NULL, NULL) != 1)
-	return get_user_pages_remote(mm, addr, 1, FOLL_LONGTERM | FOLL_GET, pages, NULL, NULL);
+	/* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
+	return get_user_pages_remote(mm, addr, 1, FOLL_GET, pages, NULL, NULL);
*/
#endif
