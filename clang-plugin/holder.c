// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which field holds the pages of a term: read off the text of one function, whatever
 * path is taken. A container (scatterlist, bio_vec) is no holder: the field that it sits in is.
 */
#include "engine.h"

#include <string.h>

/* How many variables a term may go through. */
#define MAX_HOPS 6

struct search {
	struct engine *e;
	const struct gup_function *function;
	const struct gup_term *found;
	bool failed;			/* more than one field, or something else */
	int path[MAX_HOPS];		/* variables on the way: `sg = sg_next(sg)` says nothing new */
};

const struct gup_term *engine_field_of(const struct gup_term *term)
{
	while (term->kind == TERM_CAST || term->kind == TERM_ADDR || term->kind == TERM_INDEX ||
	       (term->kind == TERM_BINARY && (term->op == OP_ADD || term->op == OP_SUB) &&
		term->a->type.is_pointer))
		term = term->a;
	return term->kind == TERM_FIELD && term->type.page_depth ? term : NULL;
}

static void look(struct search *s, const struct gup_term *term, bool contained, int hops);

/* `sg_page(sg)`, `sg_next(sg)`, `page_folio(page)`: what their first argument is, or what is in it. */
static void look_into_call(struct search *s, const struct gup_event *event, bool contained, int hops)
{
	const struct api_row *row = api_of_call(s->e->api, event);
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;

	if (!form || (row->role != ROLE_SLOT && row->role != ROLE_FETCH) || !event->nr_args)
		s->failed = true;
	else
		look(s, event->args[0], contained || form->container >= 0, hops);
}

/* `pin_user_pages_fast(start, 1, flags, &page)`, or anybody else who may put something there. */
static bool fills(const struct engine *e, const struct gup_event *event, int var)
{
	const struct api_row *row = api_of_call(e->api, event);

	for (int i = 0; i < event->nr_args; i++)
		if (event->args[i]->kind == TERM_ADDR && event->args[i]->a->kind == TERM_VAR &&
		    event->args[i]->a->var == var && (!row || row->role == ROLE_ACQUIRE))
			return true;
	return false;
}

/* All that the variable is ever given has to sit in one field. */
static void look_at_values(struct search *s, int var, bool contained, int hops)
{
	const struct gup_function *function = s->function;

	for (int i = 0; i < hops; i++)
		if (s->path[i] == var)
			return;
	if (hops >= MAX_HOPS || function->vars[var].kind == VAR_PARAM || function->vars[var].kind == VAR_GLOBAL) {
		s->failed = true;
		return;
	}
	s->path[hops] = var;
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events && !s->failed; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind == EVENT_CALL && event->result == var)
				look_into_call(s, event, contained, hops + 1);
			else if (event->kind == EVENT_CALL)
				s->failed |= fills(s->e, event, var);
			else if (event->kind == EVENT_ASSIGN && event->lhs->kind == TERM_VAR &&
				 event->lhs->var == var && event->rhs->kind != TERM_CONST)
				look(s, event->rhs, contained, hops + 1);
		}
}

static void look(struct search *s, const struct gup_term *term, bool contained, int hops)
{
	for (;; term = term->a) {
		if (term->kind == TERM_VAR) {
			look_at_values(s, term->var, contained, hops);
			return;
		}
		if (term->kind == TERM_FIELD && api_is_container(s->e->api, term->record)) {
			contained = true;
			continue;
		}
		if (term->kind == TERM_FIELD && (contained || term->type.page_depth) && *term->record) {
			s->failed |= s->found && (strcmp(s->found->name, term->name) ||
						  strcmp(s->found->record, term->record));
			s->found = term;
			return;
		}
		if (term->kind != TERM_CAST && term->kind != TERM_ADDR && term->kind != TERM_INDEX &&
		    term->kind != TERM_DEREF && !(term->kind == TERM_BINARY && term->a->type.is_pointer)) {
			s->failed = true;
			return;
		}
	}
}

const struct gup_term *engine_holder_of(struct engine *e, const struct gup_function *function,
					const struct gup_term *term, bool contained)
{
	struct search s = { .e = e, .function = function };
	const struct gup_term *inner = term;

	while (inner->kind == TERM_CAST)
		inner = inner->a;
	/* Numbers and other structures are not looked through. */
	if (!contained && !inner->type.page_depth &&
	    !(inner->kind == TERM_ADDR && inner->a->type.page_depth))
		return NULL;
	look(&s, inner, contained, 0);
	return s.failed ? NULL : s.found;
}

/* As above, of memory: `thing->page`, `thing->pages[i]`, the bv_page of `thing->bvec[i]`; or NULL. */
const struct place *engine_holder_place(const struct engine *e, const struct place *place)
{
	while (place->kind == PLACE_ELEM || place->kind == PLACE_TARGET ||
	       (place->kind == PLACE_FIELD && api_is_container(e->api, place->record)))
		place = place->parent;
	return place->kind == PLACE_FIELD ? place : NULL;
}
