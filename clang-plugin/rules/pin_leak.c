// SPDX-License-Identifier: GPL-2.0-only
/* Some feasible path leaves with references that nobody releases and nobody was handed. */
#include "rules.h"

#include <string.h>

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

/* --- an array that is freed with what is in it ------------------------------------- */

static bool is_field(const struct gup_term *field, const struct kept_field *kept)
{
	return field && !strcmp(field->name, kept->field) && !strcmp(field->record, kept->record);
}

/* Is the structure that has the field handed over as a whole? */
static bool is_owner(const struct gup_function *function, const struct gup_term *term,
		     const struct kept_field *kept)
{
	while (term->kind == TERM_CAST || term->kind == TERM_ADDR)
		term = term->a;
	return term->kind == TERM_VAR && function->vars[term->var].record &&
	       !strcmp(function->vars[term->var].record, kept->record);
}

/*
 * May the event release what is in the field: by itself, or in code that is not seen? What a static
 * function releases stands in this file, and is looked at there.
 */
static bool may_release(struct engine *e, const struct gup_function *function,
			const struct gup_event *event, const struct kept_field *kept)
{
	const struct api_row *row = api_of_call(e->api, event);

	if (event->kind != EVENT_CALL)
		return false;
	if (row && row->role == ROLE_RELEASE) {
		const struct gup_term *field = rule_released_array(e, function, event, &row);

		return function != kept->site->function && (!field || is_field(field, kept)) &&
		       (!row->generic || kept->kind == KIND_GET);
	}
	for (int a = 0; !row && !event->callee_static && a < event->nr_args; a++)
		if (is_field(engine_holder_of(e, function, event->args[a], false), kept) ||
		    is_owner(function, event->args[a], kept))
			return true;
	return false;
}

static bool is_freed(struct engine *e, const struct gup_function *function,
		     const struct gup_event *event, const struct kept_field *kept)
{
	const struct api_row *row = api_of_call(e->api, event);
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;

	return form && row->role == ROLE_FREE && form->pages >= 0 && function != kept->site->function &&
	       is_field(engine_holder_of(e, function, event->args[form->pages], false), kept);
}

/* The pages stay in a field, whose array another function of the file frees: nobody releases them. */
static void check_field(struct engine *e, const struct rule *rule, const struct kept_field *kept)
{
	const struct gup_event *freed = NULL;

	for (int f = 0; f < e->model->nr_functions + e->model->nr_passing; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const struct gup_event *event = &function->blocks[b].events[i];

				if (may_release(e, function, event, kept))
					return;
				if (is_freed(e, function, event, kept))
					freed = event;
			}
	}
	if (!freed)
		return;
	struct finding_step filled = rule_filled_here(e, kept->site);

	report_plain(e, rule, kept->site, &freed->pos, &filled,
		     "The array %s.%s is freed, and nothing in this file releases the pages that %s() %s in it",
		     kept->record, kept->field, kept->site->row->name, rule_kind_text(kept->kind));
}

static void finish(struct engine *e, const struct rule *rule)
{
	for (int i = 0; i < e->nr_fields; i++)
		if (*e->fields[i].record && e->fields[i].site->hands_on &&
		    (e->fields[i].kind == KIND_PIN || e->fields[i].kind == KIND_GET))
			check_field(e, rule, &e->fields[i]);
}

const struct rule rule_pin_leak = {
	.id = "pin-leak", .level = LEVEL_ERROR, .leave = leave, .finish = finish,
};
