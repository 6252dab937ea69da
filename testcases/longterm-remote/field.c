/* SPDX-License-Identifier: GPL-2.0-only */
/* FOLL_LONGTERM comes by a field that another function of the file fills. */
#define KERNEL 612
#include <gup.h>

struct user {
	unsigned int gup_flags;
	unsigned int other_flags;
	struct page **upages;
};

void user_init(struct user *user, bool write)
{
	user->gup_flags = FOLL_LONGTERM;
	user->other_flags = 0;
	if (write) {
		user->gup_flags |= FOLL_WRITE;
		user->other_flags |= FOLL_WRITE;
	}
}

long by_field(struct user *user, struct mm_struct *mm, unsigned long addr)
{
	return pin_user_pages_remote(mm, addr, 1, user->gup_flags, user->upages, NULL); /* expect cocci: longterm-remote (no patch) */
}

long by_other_field(struct user *user, struct mm_struct *mm, unsigned long addr)
{
	return pin_user_pages_remote(mm, addr, 1, user->other_flags, user->upages, NULL);
}
