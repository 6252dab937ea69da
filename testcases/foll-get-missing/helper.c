/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags are the result of a function, or of a macro. */
#define KERNEL 601
#include <gup.h>

#define KEEP_FLAGS (FOLL_GET | FOLL_WRITE)
#define LOOSE_FLAGS (FOLL_FORCE | FOLL_WRITE)

static unsigned int keeping(bool write)
{
	if (write)
		return FOLL_GET | FOLL_WRITE;
	return FOLL_GET;
}

static unsigned int loose(bool write)
{
	unsigned int gup_flags = 0;

	if (write)
		gup_flags = FOLL_WRITE;
	return gup_flags;
}

unsigned int somebody_elses_flags(void);

long by_keeping(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, keeping(write), pages, NULL);
}

long by_loose(unsigned long addr, struct page **pages, bool write)
{
	return get_user_pages(addr, 1, loose(write), pages, NULL); /* expect cocci: foll-get-missing (no patch) */
}

long by_somebody(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = somebody_elses_flags();

	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long by_macro(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, KEEP_FLAGS, pages, NULL);
}

long by_loose_macro(unsigned long addr, struct page **pages)
{
	return get_user_pages(addr, 1, LOOSE_FLAGS, pages, NULL); /* expect cocci: foll-get-missing */
}

#define hidden(addr, pages) get_user_pages(addr, 1, 0, pages, NULL) /* expect cocci: foll-get-missing (no patch) */

long by_hidden(unsigned long addr, struct page **pages)
{
	return hidden(addr, pages);
}

/* patch
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
-	return get_user_pages(addr, 1, LOOSE_FLAGS, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | LOOSE_FLAGS, pages, NULL);
*/
