/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags travel in a member of a structure that others write to */
#include "user.h"

static long take(struct user *user)
{
	return get_user_pages(user->start, 1, user->gup_flags, user->pages); /* assert: trips */
}

long without(unsigned long start, struct page **pages, bool write)
{
	struct user user = { .start = start, .pages = pages };

	user_init(&user, write);
	return take(&user);
}

static long take_well(struct user *user)
{
	return get_user_pages(user->start, 1, user->gup_flags, user->pages); /* assert: satisfied */
}

long with(unsigned long start, struct page **pages, bool write)
{
	struct user user = { .start = start, .pages = pages };

	user_init(&user, write);
	user.gup_flags |= FOLL_GET;
	return take_well(&user);
}

long by_result(unsigned long start, struct page **pages, bool write)
{
	return get_user_pages(start, 1, flags_for(write), pages); /* assert: satisfied */
}

void somebody(struct user *user);

/* Whom the structure is given may have written anything there */
long forgotten(struct user *user)
{
	user->gup_flags = FOLL_GET;
	somebody(user);
	return get_user_pages(user->start, 1, user->gup_flags, user->pages); /* assert: may trip */
}
