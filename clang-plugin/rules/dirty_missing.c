// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages taken with FOLL_WRITE, used, and released on a successful path without
 * being marked dirty: Documentation/core-api/pin_user_pages.rst, CASE 1 and 5.
 */
#include "rules.h"

static const char message[] =
	"Pages taken with FOLL_WRITE by %s() are released without being marked dirty";

/* Certainly written: then it does not matter how the path ends. */
static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	if (!h->written || h->dirtied || !rule_flag_possible(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &info->event->pos, smt_nonzero(&e->smt, info->released),
	       message, h->site->row->name);
}

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	const struct gup_event *event = h->clean_release;

	if (error || kept || !event || h->dirtied || !h->data_used)
		return;
	if (!rule_flag_set(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &event->pos, smt_nonzero(&e->smt, h->count),
	       message, h->site->row->name);
}

const struct rule rule_dirty_missing = {
	.id = "dirty-missing", .level = LEVEL_WARNING, .release = release, .end = end,
	.summary = "FOLL_WRITE pages that were used are released without being marked dirty.",
};
