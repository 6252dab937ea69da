/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags come from a caller. */
#define KERNEL 601
#include <gup.h>

long anybody(unsigned long addr, struct page **pages, unsigned int gup_flags)
{
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

static long lacking(unsigned long addr, struct page **pages, unsigned int flags)
{
	return get_user_pages(addr, 1, flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long calls_lacking(unsigned long addr, struct page **pages)
{
	return lacking(addr, pages, FOLL_WRITE);
}

static long mixed(unsigned long addr, struct page **pages, unsigned int flags)
{
	return get_user_pages(addr, 1, flags, pages, NULL); /* expect cocci: foll-get-missing */
}

static long between(unsigned long addr, struct page **pages, unsigned int more)
{
	return mixed(addr, pages, more | FOLL_WRITE);
}

long calls_mixed(unsigned long addr, struct page **pages)
{
	return mixed(addr, pages, FOLL_GET) + between(addr, pages, 0);
}

static long by_table(unsigned long addr, struct page **pages, unsigned int flags)
{
	return get_user_pages(addr, 1, flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long (*table[])(unsigned long, struct page **, unsigned int) = { by_table };

long calls_by_table(unsigned long addr, struct page **pages)
{
	return by_table(addr, pages, FOLL_GET);
}

/* patch
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
-	return get_user_pages(addr, 1, flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | flags, pages, NULL);
-	return get_user_pages(addr, 1, flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | flags, pages, NULL);
-	return get_user_pages(addr, 1, flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | flags, pages, NULL);
*/
