// SPDX-License-Identifier: GPL-2.0-only
/* The call returned some of the pages; the caller treats it as a failure and drops them. */
#include "rules.h"

static void leave(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		  Z3_ast cond)
{
	Z3_ast all = smt_and(&e->smt, cond, smt_compare(&e->smt, OP_EQ, false, h->result, h->asked));

	if (h->vague_count || h->page_result || engine_possible(e, s, all))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, cond,
	       "When fewer pages are %s than were asked for, %s() leaves without releasing them",
	       rule_kind_text(h->kind), e->root->name);
}

const struct rule rule_partial_pin_leak = {
	.id = "partial-pin-leak", .level = LEVEL_ERROR, .leave = leave,
};
