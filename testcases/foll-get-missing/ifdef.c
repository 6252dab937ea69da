/* SPDX-License-Identifier: GPL-2.0-only */
/* Both arms of a condition of the preprocessor are judged. */
#define KERNEL 601
#include <gup.h>

#ifdef CONFIG_MMU
long with_mmu(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, FOLL_WRITE, pages, NULL); /* expect cocci: foll-get-missing */
}
#else
long without_mmu(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, FOLL_FORCE, pages, NULL); /* expect cocci: foll-get-missing */
}
#endif

long set_in_one_arm(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = 0;

#ifdef CONFIG_KEEP
	gup_flags = FOLL_GET;
#else
	gup_flags = FOLL_FORCE;
#endif
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long set_in_all_arms(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags;

#if defined(CONFIG_KEEP)
	gup_flags = FOLL_GET;
#elif defined(CONFIG_WRITE)
	gup_flags = FOLL_GET | FOLL_WRITE;
#else
	gup_flags = FOLL_GET | FOLL_FORCE;
#endif
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

/* patch
-	return get_user_pages(addr, 1, FOLL_WRITE, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | FOLL_WRITE, pages, NULL);
-	return get_user_pages(addr, 1, FOLL_FORCE, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | FOLL_FORCE, pages, NULL);
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
*/
