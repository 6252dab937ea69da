// SPDX-License-Identifier: GPL-2.0-only
/* More is released than was ever acquired: nr where ret is held, or -errno as a huge count. */
#include "rules.h"

#include <string.h>

/* pages[i], released by itself: there is no such one. That the first is not there is the unchecked result. */
static void released_beyond(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
			    const struct release_info *info)
{
	struct smt *smt = &e->smt;
	Z3_ast offset = smt_binary(smt, OP_SUB, true, info->base, h->base);
	Z3_ast beyond = smt_compare(smt, OP_GE, false, offset, h->count);
	int64_t number;

	if ((smt_constant(smt, offset, &number) && !number) || !rule_depends_only_on(e, info->base, h) ||
	    rule_holdings_in(s, h->array) > 1 || !engine_possible(e, s, beyond))
		return;
	report(e, s, rule, h->site, rule_common_place(s, h->path, info->event), beyond,
	       "A page is released that %s() did not return", h->site->row->name);
}

static void released(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		     const struct release_info *info)
{
	struct smt *smt = &e->smt;
	int64_t number;

	if (!info->exact || info->row->unit == UNIT_RANGE || info->row->unit == UNIT_FOLIO_REFS ||
	    !rule_depends_only_on(e, info->asked, h))
		return;
	if (smt_constant(smt, h->asked, &number) && number == 1)
		return;
	if (smt_constant(smt, info->asked, &number) && number == 1) {
		released_beyond(e, s, h, rule, info);
		return;
	}
	Z3_ast more = smt_compare(smt, OP_GT, false, info->asked, info->overlap);

	if (!engine_possible(e, s, more))
		return;
	Z3_ast negative = smt_and(smt, more, smt_compare(smt, OP_LT, true, info->asked,
							 smt_number(smt, 0, 64)));
	bool is_negative = engine_possible(e, s, negative);

	report(e, s, rule, h->site, rule_common_place(s, h->path, info->event), is_negative ? negative : more,
	       is_negative ? "A negative result is taken for the number of pages to release" :
			     "More pages are released than %s() returned", h->site->row->name);
}

/*
 * A number that stands in memory of others may count what they hold. What was
 * given, computed or read in here does not.
 */
static bool is_own_number(struct engine *e, const struct state *s, Z3_ast asked)
{
	const struct smt_symbols symbols = *smt_symbols(&e->smt, asked);

	for (int i = 0; i < symbols.count; i++) {
		int id = smt_memory(&e->smt, symbols.ids[i]);

		if (id > 0 && id <= e->places.count &&
		    engine_is_outer(s, place_object(e->places.by_id[id])))
			return false;
	}
	return !symbols.vague;
}

/* `goto release` from before the call. */
static void unheld(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		   const struct release_info *info, const struct gup_event *where)
{
	Z3_ast some = s->guessed || !is_own_number(e, s, info->asked) ? NULL :
		      rule_some_pages(e, s, info->asked);

	if (!some)
		return;
	report(e, s, rule, site, &where->pos, some,
	       "Pages are released on a path on which %s() took none", site->row->name);
}

/* --- a count that another function releases by ------------------------------------- */

static const struct gup_term *uncast(const struct gup_term *term)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	return term;
}

/* `unpin_user_pages(thing->pages, thing->nr)`: does it release the field by that other field? */
static bool releases_by(const struct engine *e, const struct gup_event *event,
			const struct gup_term *pages, const struct place *count)
{
	const struct api_row *row = event->kind == EVENT_CALL ? api_find(e->api, event->callee) : NULL;
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;
	const struct gup_term *field, *number;

	if (!form || row->role != ROLE_RELEASE || form->pages < 0 || form->count < 0)
		return false;
	field = engine_field_of(event->args[form->pages]);
	number = uncast(event->args[form->count]);
	return field && number->kind == TERM_FIELD && flow_same_term(field->a, number->a) &&
	       !strcmp(field->name, pages->name) && !strcmp(field->record, pages->record) &&
	       !strcmp(number->name, count->name) && !strcmp(number->record, count->record);
}

static const struct gup_function *releaser(const struct engine *e, const struct holding *h)
{
	const struct gup_term *pages = engine_field_of(h->site->event->args[h->site->form->pages]);

	for (int f = 0; pages && f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		if (function == e->root || function == h->site->function)
			continue;
		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				if (releases_by(e, &function->blocks[b].events[i], pages, h->count_field))
					return function;
	}
	return NULL;
}

/*
 * `thing->nr = ret` stays as it is although ret is -errno, and so does the
 * array that was made here: who frees the array goes by that number.
 */
static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	const struct gup_function *function;
	struct smt *smt = &e->smt;

	(void)error;
	(void)kept;
	if (!h->count_field || h->freed || h->released || h->vague_count || h->page_result ||
	    h->site->form->pages < 0)
		return;
	if (!place_object(h->array)->is_private)
		return;
	function = releaser(e, h);
	if (!function)
		return;
	Z3_ast number = smt_resize(smt, h->count_value, 64, true);
	Z3_ast more = smt_compare(smt, OP_GT, false, number, h->count);

	if (!engine_possible(e, s, more))
		return;
	report(e, s, rule, h->site, &h->count_event->pos, more,
	       "%s() releases as many pages as %s says, which can be more than %s() returned",
	       function->name, h->count_field->name, h->site->row->name);
}

const struct rule rule_release_wrong_count = {
	.id = "release-wrong-count", .level = LEVEL_ERROR, .released = released, .unheld = unheld,
	.end = end,
};
