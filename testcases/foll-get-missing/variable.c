/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags come from a local variable. */
#define KERNEL 510
#include <gup.h>

long own_variable(unsigned long addr, struct page **pages, bool write)
{
	unsigned int gup_flags = FOLL_FORCE;

	if (write)
		gup_flags |= FOLL_WRITE;
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long shared_variable(unsigned long addr, struct page **pages, bool pin)
{
	unsigned int gup_flags = FOLL_WRITE;

	if (pin)
		return pin_user_pages(addr, 1, gup_flags, pages, NULL);
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long one_branch(unsigned long addr, struct page **pages, bool keep)
{
	unsigned int gup_flags;

	gup_flags = FOLL_WRITE;
	if (keep)
		gup_flags |= FOLL_GET;
	return get_user_pages_unlocked(addr, 1, pages, gup_flags); /* expect cocci: foll-get-missing */
}

long taken_away(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = FOLL_GET | FOLL_WRITE;
	long ret;

	ret = get_user_pages(addr, 1, gup_flags, pages, NULL);
	if (ret < 0) {
		gup_flags &= ~FOLL_GET;
		ret = get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
	}
	return ret;
}

long one_case(unsigned long addr, struct page **pages, int mode)
{
	unsigned int gup_flags = 0;

	switch (mode) {
	case 1:
		gup_flags = FOLL_GET;
		break;
	case 2:
		gup_flags = FOLL_WRITE;
		break;
	default:
		return -EINVAL;
	}
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
}

long first_turn(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = 0;
	long ret;

retry:
	ret = get_user_pages(addr, 1, gup_flags, pages, NULL); /* expect cocci: foll-get-missing */
	if (ret == -EAGAIN) {
		gup_flags |= FOLL_GET;
		goto retry;
	}
	return ret;
}

long boolean_variable(unsigned long addr, struct page **pages, int mode)
{
	bool write = mode == 2;

	return get_user_pages(addr, 1, write, pages, NULL); /* expect cocci: foll-get-missing (no patch) */
}

/* patch
-	unsigned int gup_flags = FOLL_FORCE;
+	unsigned int gup_flags = FOLL_GET | FOLL_FORCE;
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
-	return get_user_pages_unlocked(addr, 1, pages, gup_flags);
+	return get_user_pages_unlocked(addr, 1, pages, FOLL_GET | gup_flags);
-		ret = get_user_pages(addr, 1, gup_flags, pages, NULL);
+		ret = get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
-	unsigned int gup_flags = 0;
+	unsigned int gup_flags = FOLL_GET;
*/
