// SPDX-License-Identifier: GPL-2.0-only
/* The same references are released twice on one path, or a page is used after its release. */
#include "rules.h"

/* Another reference, or several calls into the same slots: not the same references. */
static bool is_another(const struct state *s, const struct holding *h, const struct api_row *row)
{
	/* put_page() also drops what another function took, such as the reference of a mapping. */
	return h->extra_ref || (row->generic && h->lent_to) || rule_holdings_in(s, h->array) > 1;
}

static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	struct smt *smt = &e->smt;

	if (!h->released || !info->exact || is_another(s, h, info->row))
		return;
	if (h->kind != info->row->kind || info->row->unit == UNIT_RANGE ||
	    info->row->unit == UNIT_FOLIO_REFS || !rule_depends_only_on(e, info->asked, h))
		return;
	/* More than is left, so that one of them goes twice; or nothing at all is left. */
	Z3_ast again = h->inexact ?
		smt_and(smt, smt_nonzero(smt, info->overlap), smt_not(smt, smt_nonzero(smt, h->held))) :
		smt_compare(smt, OP_GT, false, info->overlap, h->held);

	if (!engine_possible(e, s, again))
		return;
	report(e, s, rule, h->site, rule_common_place(s, h->path, info->event), again,
	       "Pages that were released before on this path are released again");
}

/* Does the function look into the page, or count on its reference? */
static bool needs_page(const struct api_row *row)
{
	return row && (row->role == ROLE_DIRTY || row->role == ROLE_REF || row->role == ROLE_TRANSFER ||
		       (row->role == ROLE_USE && row->data));
}

static void use(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		Z3_ast index, Z3_ast count, const struct gup_event *event)
{
	const struct api_row *row = api_of_call(e->api, event);
	struct smt *smt = &e->smt;

	/* Whoever else was handed the page may hold a reference of his own. */
	if (!h->released || !index || count || h->inexact || h->vague_count || h->lent_to || h->kept_when ||
	    !needs_page(row) || is_another(s, h, row) || !rule_depends_only_on(e, index, h))
		return;
	Z3_ast inside = smt_compare(smt, OP_LT, false, smt_binary(smt, OP_SUB, true, index, h->base),
				    h->count);

	if (!engine_certain(e, s, smt_not(smt, smt_nonzero(smt, h->held))) ||
	    !engine_possible(e, s, inside))
		return;
	report(e, s, rule, h->site, &event->pos, inside,
	       "A page is used by %s() after its reference was released", event->callee);
}

/*
 * Is it these pages' only reference that this releases? put_page() drops other
 * references, too: only where this file keeps what it got is it known what is meant.
 */
static bool is_only(struct engine *e, const struct state *s, const struct holding *h,
		    const struct release_info *info)
{
	const struct gup_function *function = s->frames[s->depth].function;
	const struct api_row *row;
	const struct gup_term *field;

	if (!info->row->generic)
		return true;
	if (s->took_more)
		return false;
	if (h)
		return !h->extra_ref && !h->page_lent;
	field = rule_released_array(e, function, info->event, &row);
	return field && rule_kept_field(e, field, KIND_GET);
}

static void again(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		  const struct release_info *info, const struct dropped *before)
{
	Z3_ast some;

	if ((h && h->kind != info->row->kind) || s->guessed || !is_only(e, s, h, info))
		return;
	some = rule_some_pages(e, s, info->asked);
	if (!some)
		return;
	report(e, s, rule, h ? h->site : NULL, rule_common_place(s, before->path, info->event), some,
	       "Pages that were released before on this path are released again");
}

const struct rule rule_double_release = {
	.id = "double-release", .level = LEVEL_ERROR, .release = release, .use = use, .again = again,
};
