// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages are taken where the same function deals with an MMU notifier or HMM:
 * hardware with page faults should not pin at all, CASE 3 of
 * Documentation/core-api/pin_user_pages.rst. A decision to write down, no bug.
 */
#include "rules.h"

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	(void)flags;
	if (rule_is_internal(e, site) || rule_is_null(e, pages) || !rule_uses_notifier(site->function))
		return;
	report(e, s, rule, site, &site->event->pos, NULL,
	       "%s() takes pages of a range that %s() watches by an MMU notifier",
	       site->row->name, site->function->name);
}

const struct rule rule_case3_notifier = {
	.id = "case3-notifier", .level = LEVEL_NOTE, .acquire = acquire,
};
