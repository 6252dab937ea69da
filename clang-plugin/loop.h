/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recognises counting loops that release the elements of an array, so that
 * the engine can take them in one step whatever their length. It looks at
 * shapes only; what it is not sure of it leaves to unrolling.
 */
#ifndef GUP_LOOP_H
#define GUP_LOOP_H

#include "flow.h"

struct counting_loop *loop_counting(struct gup_model *model, const struct api *api,
				    const struct gup_function *function, const struct flow *flow,
				    int header);
/* Does any event in the blocks of the loop assign this variable? */
bool loop_assigns(const struct gup_function *function, const bool *body, int var);

#endif
