/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the flags for others: in a member, as a result */
#include "user.h"

void user_init(struct user *user, bool write)
{
	user->gup_flags = FOLL_FORCE;
	if (write)
		user->gup_flags |= FOLL_WRITE;
}

unsigned int flags_for(bool write)
{
	return write ? FOLL_WRITE | FOLL_GET : FOLL_GET;
}

/* Takes references itself, which brings this file in */
int one(unsigned long start, struct page **pages)
{
	return get_user_pages_fast(start, 1, flags_for(true), pages); /* assert: satisfied */
}
