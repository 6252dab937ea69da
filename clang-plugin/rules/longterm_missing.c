// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins that stay when the function has returned, without FOLL_LONGTERM:
 * Documentation/core-api/pin_user_pages.rst, CASE 2. How long they stay is for
 * a reader to judge: one I/O is fine, as long as user space likes is not.
 */
#include "rules.h"

#include <string.h>

/* A helper that fills what its callers own: the callers are looked at themselves. */
static bool is_helper(const struct engine *e, const struct holding *h)
{
	if (!e->root->is_static || !h->site->hands_on ||
	    place_object(h->array)->kind != PLACE_TARGET)
		return false;
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const char *callee = function->blocks[b].events[i].callee;

				if (callee && !strcmp(callee, e->root->name))
					return true;
			}
	}
	return false;
}

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	if (error || !kept || h->kind != KIND_PIN || !h->flags || is_helper(e, h) ||
	    rule_flag_possible(e, s, h->flags, "FOLL_LONGTERM") || rule_uses_notifier(h->site->function))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, smt_nonzero(&e->smt, h->held),
	       "Pages pinned here are kept when %s() returns, without FOLL_LONGTERM",
	       e->root->name);
}

const struct rule rule_longterm_missing = {
	.id = "longterm-missing", .level = LEVEL_WARNING, .end = end,
};
