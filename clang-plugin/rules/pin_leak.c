// SPDX-License-Identifier: GPL-2.0-only
/* Some feasible path leaves with references that nobody releases and nobody was handed. */
#include "rules.h"

static void leave(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		  Z3_ast cond)
{
	Z3_ast all = smt_and(&e->smt, cond, smt_compare(&e->smt, OP_EQ, false, h->result, h->asked));

	/* Only a short call leaves something behind: that is partial-pin-leak. */
	if (!h->vague_count && !h->page_result && !engine_possible(e, s, all))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, h->vague_count ? cond : all,
	       "Pages %s here are not released on a path that leaves %s()",
	       rule_kind_text(h->kind), e->root->name);
}

const struct rule rule_pin_leak = {
	.id = "pin-leak", .level = LEVEL_ERROR, .leave = leave,
};
