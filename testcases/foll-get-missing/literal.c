/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags stand in the call itself. */
#define KERNEL 601
#include <gup.h>

long no_flags(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 4, 0, pages, NULL); /* expect cocci: foll-get-missing */
}

long write_only(unsigned long addr, struct page **pages)
{
	return get_user_pages_unlocked(addr, 4, pages, FOLL_WRITE); /* expect cocci: foll-get-missing */
}

long choice(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, write ? FOLL_WRITE : 0, pages, NULL); /* expect cocci: foll-get-missing */
}

long remote(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(mm, addr, 1, FOLL_FORCE | FOLL_WRITE, pages, NULL, NULL); /* expect cocci: foll-get-missing */
}

long one_arm(unsigned long addr, struct page **pages, bool keep)
{
	return get_user_pages(addr, 1, keep ? FOLL_GET : 0, pages, NULL); /* expect cocci: foll-get-missing */
}

long boolean(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, write, pages, NULL); /* expect cocci: foll-get-missing (no patch) */
}

long number(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, 1, pages, NULL); /* expect cocci: foll-get-missing (no patch) */
}

/* patch
-	return get_user_pages(addr, 4, 0, pages, NULL);
+	return get_user_pages(addr, 4, FOLL_GET, pages, NULL);
-	return get_user_pages_unlocked(addr, 4, pages, FOLL_WRITE);
+	return get_user_pages_unlocked(addr, 4, pages, FOLL_GET | FOLL_WRITE);
-	return get_user_pages(addr, 1, write ? FOLL_WRITE : 0, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | (write ? FOLL_WRITE : 0), pages, NULL);
-	return get_user_pages_remote(mm, addr, 1, FOLL_FORCE | FOLL_WRITE, pages, NULL, NULL);
+	return get_user_pages_remote(mm, addr, 1, FOLL_GET | FOLL_FORCE | FOLL_WRITE, pages, NULL,
+				     NULL);
-	return get_user_pages(addr, 1, keep ? FOLL_GET : 0, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | (keep ? FOLL_GET : 0), pages, NULL);
*/
