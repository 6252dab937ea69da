/* SPDX-License-Identifier: GPL-2.0-only */
/* What masks.c and masks_member.c share: members of structures in an environment. */
#ifndef GUP_MASKS_PARTS_H
#define GUP_MASKS_PARTS_H

#include "masks.h"

/* Without its casts. */
const struct gup_term *masks_plain(const struct gup_term *term);
/* What is known of the member that the term reads; NULL: nothing. */
struct mask_member *member_find(const struct gup_function *function, const struct env *env,
				const struct gup_term *term);
/* lhs = rhs, of which the value is known. */
void members_store(const struct gup_function *function, struct env *env, const struct gup_term *lhs,
		   const struct gup_term *rhs, struct bits value);
void members_forget(struct env *env, int var);
/* The callee has returned: what it left in what it was handed. NULL: it may have left anything. */
void members_come_back(struct env *env, const struct gup_event *event, const struct env *out);
void members_join(struct env *into, const struct env *from);

#endif
