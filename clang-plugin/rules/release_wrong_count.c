// SPDX-License-Identifier: GPL-2.0-only
/* More is released than was ever acquired: nr where ret is held, or -errno as a huge count. */
#include "rules.h"

static void released(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		     const struct release_info *info)
{
	struct smt *smt = &e->smt;
	int64_t number;

	if (!info->exact || info->row->unit == UNIT_RANGE || info->row->unit == UNIT_FOLIO_REFS ||
	    !rule_depends_only_on(e, info->asked, h))
		return;
	/* A single page that may not be there is a matter of the unchecked result. */
	if (smt_constant(smt, info->asked, &number) && number == 1)
		return;
	if (smt_constant(smt, h->asked, &number) && number == 1)
		return;
	Z3_ast more = smt_compare(smt, OP_GT, false, info->asked, info->overlap);

	if (!engine_possible(e, s, more))
		return;
	Z3_ast negative = smt_and(smt, more, smt_compare(smt, OP_LT, true, info->asked,
							 smt_number(smt, 0, 64)));
	bool is_negative = engine_possible(e, s, negative);

	report(e, s, rule, h->site, rule_common_place(s, h, info->event), is_negative ? negative : more,
	       is_negative ? "A negative result is taken for the number of pages to release" :
			     "More pages are released than %s() returned", h->site->row->name);
}

const struct rule rule_release_wrong_count = {
	.id = "release-wrong-count", .level = LEVEL_ERROR, .released = released,
};
