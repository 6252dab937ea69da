// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages taken with FOLL_WRITE, used, and released on a successful path without
 * being marked dirty: Documentation/core-api/pin_user_pages.rst, CASE 1 and 5.
 */
#include "rules.h"

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	const struct gup_event *event = h->clean_release;

	if (error || kept || !event || h->dirtied || !h->data_used)
		return;
	if (!rule_flag_set(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &event->pos, smt_nonzero(&e->smt, h->count),
	       "Pages taken with FOLL_WRITE by %s() are released without being marked dirty",
	       h->site->row->name);
}

const struct rule rule_dirty_missing = {
	.id = "dirty-missing", .level = LEVEL_WARNING, .end = end,
	.summary = "FOLL_WRITE pages that were used are released without being marked dirty.",
};
