/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions hand a parameter on as the gup_flags of an acquire, themselves
 * or through others. It owns the list; it judges nothing.
 */
#ifndef GUP_FLAG_PARAMS_H
#define GUP_FLAG_PARAMS_H

#include "program.h"

struct flag_param {
	struct definition *definition;
	int param;
	const struct gup_event *acquire;
};

struct flag_params { struct flag_param *list; int count, room; };

/* In the program's arena, in an order that does not depend on that of the facts. */
struct flag_params *flag_params_find(struct program *program);

#endif
