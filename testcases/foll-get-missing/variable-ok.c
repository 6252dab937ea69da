/* SPDX-License-Identifier: GPL-2.0-only */
/* As variable.c, with FOLL_GET on every path. */
#define KERNEL 510
#include <gup.h>

long own_variable(unsigned long addr, struct page **pages, bool write)
{
	unsigned int gup_flags = FOLL_GET | FOLL_FORCE;

	if (write)
		gup_flags |= FOLL_WRITE;
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

long every_branch(unsigned long addr, struct page **pages, bool write)
{
	unsigned int gup_flags;

	if (write)
		gup_flags = FOLL_WRITE | FOLL_GET;
	else
		gup_flags = FOLL_GET;
	return get_user_pages_unlocked(addr, 1, pages, gup_flags);
}

long other_branch_leaves(unsigned long addr, struct page **pages, bool write)
{
	unsigned int gup_flags = 0;

	if (!write)
		return -EINVAL;
	else
		gup_flags |= FOLL_GET;
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

long every_case(unsigned long addr, struct page **pages, int mode)
{
	unsigned int gup_flags = 0;

	switch (mode) {
	case 1:
		gup_flags = FOLL_GET;
		break;
	default:
		gup_flags = FOLL_WRITE;
		gup_flags |= FOLL_GET;
	}
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

long in_a_loop(unsigned long addr, struct page **pages, int n)
{
	unsigned int gup_flags = 0, extra = FOLL_GET;
	long ret = 0;

	gup_flags |= extra;
	while (n--) {
		ret = get_user_pages(addr, 1, gup_flags, pages, NULL);
		gup_flags |= FOLL_WRITE;
		if (ret)
			break;
	}
	return ret;
}

long tested(unsigned long addr, struct page **pages, unsigned int gup_flags)
{
	if (!(gup_flags & FOLL_GET))
		return -EINVAL;
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

long with_pages_only(unsigned long addr, struct page **pages)
{
	unsigned int gup_flags = 0;

	if (pages)
		gup_flags |= FOLL_GET;
	return get_user_pages(addr, 1, gup_flags, pages, NULL);
}

long correlated(unsigned long addr, struct page **pages, bool keep)
{
	unsigned int gup_flags = 0;

	if (keep)
		gup_flags |= FOLL_GET;
	if (!keep)
		return get_user_pages(addr, 1, gup_flags, NULL, NULL);
	return get_user_pages(addr, 1, gup_flags, pages, NULL); /* false-alarm cocci: foll-get-missing, two tests of one condition are not connected */
}

/* patch
-	return get_user_pages(addr, 1, gup_flags, pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | gup_flags, pages, NULL);
*/
