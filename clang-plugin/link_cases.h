/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CASE 1 to 5 of pin_user_pages.rst as far as other files and callers show it:
 * what they do with the pages of a call, and which flags they choose for it. It
 * runs no paths, and says nothing where it sees nothing.
 */
#ifndef GUP_LINK_CASES_H
#define GUP_LINK_CASES_H

#include "asserts.h"
#include "owner.h"

/* "1" to "5" and a sentence, or NULL. */
const char *link_case_of(struct program *program, const struct owners *owners, const struct assert_site *site,
			 const char **evidence);

#endif
