// SPDX-License-Identifier: GPL-2.0-only
/* The same references are released twice on one path. */
#include "rules.h"

static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	struct smt *smt = &e->smt;

	/* A second reference, or several calls into the same slots: not the same references. */
	if (!h->released || h->extra_ref || !info->exact || rule_holdings_in(s, h->array) > 1)
		return;
	/* put_page() also drops what another function took, such as the reference of a mapping. */
	if (info->row->generic && h->lent_to)
		return;
	if (h->kind != info->row->kind || info->row->unit == UNIT_RANGE ||
	    info->row->unit == UNIT_FOLIO_REFS || !rule_depends_only_on(e, info->asked, h))
		return;
	/* Only what is certain about earlier releases: nothing at all is left. */
	Z3_ast again = smt_and(smt, smt_nonzero(smt, info->overlap),
			       smt_not(smt, smt_nonzero(smt, h->held)));

	if (!engine_possible(e, s, again))
		return;
	report(e, s, rule, h->site, rule_common_place(s, h, info->event), again,
	       "Pages that were released before on this path are released again");
}

const struct rule rule_double_release = {
	.id = "double-release", .level = LEVEL_ERROR, .release = release,
};
