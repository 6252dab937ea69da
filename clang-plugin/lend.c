// SPDX-License-Identifier: GPL-2.0-only
/* Calls into the unknown: what a callee without a body here may do with what it is given. */
#include "engine.h"

#include <string.h>

bool engine_holds_array(const struct state *s, const struct holding *h, const struct place *object)
{
	const struct place *array = place_object(h->array);

	if (array == object)
		return true;
	for (int i = 0; i < s->nr_attachments; i++) {
		const struct attachment *a = &s->attachments[i];

		if (a->outer != object)
			continue;
		if (a->inner == array ||
		    (a->inner->kind == PLACE_TARGET && place_object(a->inner->parent) == array))
			return true;
	}
	return false;
}

static void lend(struct holding *h, const struct gup_event *event)
{
	h->lent_now = true;
	/* kvm_set_pfn_dirty(), bch2_folio_set_dirty(): by another name. */
	h->dirtied |= event->callee && strstr(event->callee, "dirty");
	h->lent_to = event->callee ? event->callee : "a function pointer";
	/* Whoever looks at the result still owns the pages when it says no. */
	h->lent_tested = event->result_used && event->result >= 0;
	h->lent_said = NULL;
}

/*
 * By number, as memory_failure() takes a page: the callee's to answer for, unless it says -errno. Of
 * a mere "no" it is not known whether it was asked to take the page at all.
 */
static void lend_number(struct engine *e, struct state *s, struct holding *h, const struct gup_event *event)
{
	const struct gup_var *v = engine_result_var(s, event);
	bool first = !h->lent_to;

	lend(h, event);
	h->lent_tested = false;
	h->page_lent = true;
	if (first && v && v->type.is_signed && v->type.width >= 32)
		h->lent_said = smt_resize(&e->smt, engine_result(e, s, event).bits, 64, true);
}

static void lend_argument(struct engine *e, struct state *s, const struct gup_event *event,
			  struct value value)
{
	Z3_ast index;
	struct holding *page = engine_page_of(e, s, value, &index);

	if (page) {
		engine_use(e, s, page, index, NULL, event);
		lend(page, event);
		page->page_lent = true;
		return;
	}
	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (place_array(&e->places, value.points, &index) == h->array) {
			engine_use(e, s, h, NULL, NULL, event);
			lend(h, event);
		} else if (engine_holds_array(s, h, place_object(value.points))) {
			lend(h, event);
		}
	}
}

/* Is it a variable, of any function that runs, with one value, whose address was passed down here? */
static bool is_passed_variable(const struct state *s, const struct place *place)
{
	for (int i = 0; place->kind == PLACE_VAR && i <= s->depth; i++)
		if (s->frames[i].id == place->frame)
			return !s->frames[i].function->vars[place->var].is_object;
	return false;
}

/* A callee may write through a pointer to one of our variables or fields. */
static void forget_argument(struct engine *e, struct state *s, const struct gup_term *term,
			    const struct place *place)
{
	const char *key = arena_strdup(&e->arena, e->key);
	bool exact = place->kind == PLACE_VAR || place->kind == PLACE_FIELD || place->kind == PLACE_GLOBAL;

	while (term->kind == TERM_CAST)
		term = term->a;
	if (place->kind == PLACE_FRESH && place->is_zeroed) {
		state_stamp(&e->arena, s, place, key);
		return;
	}
	if (term->kind == TERM_VAR && is_passed_variable(s, place)) {
		state_forget(&e->arena, s, place, key);
		return;
	}
	if (!exact || term->kind != TERM_ADDR)
		return;
	if (term->a->type.width && !term->a->type.is_pointer)
		state_forget(&e->arena, s, place, key);
	else if (term->a->type.is_pointer && term->a->kind == TERM_VAR &&
		 !s->frames[s->depth].function->vars[term->a->var].is_object)
		state_forget(&e->arena, s, place, key);
	else
		state_stamp(&e->arena, s, place, key);
}

/* An object with a reference count of its own lives on with whoever holds the others. */
static bool drops_shared(const struct gup_event *event)
{
	return event->callee && (strstr(event->callee, "dec_and_test") ||
				 strstr(event->callee, "kref_put") ||
				 strstr(event->callee, "dec_and_mutex_lock"));
}

/* What is made from the pages, when it is made, has them: `x = new_thing(pages, n)`. */
static void keep_in_result(struct engine *e, struct state *s, const struct gup_event *event)
{
	const struct gup_var *v = engine_result_var(s, event);
	struct smt *smt = &e->smt;

	if (!v || !v->type.is_pointer || v->type.page_depth)
		return;
	Z3_ast bits = engine_result(e, s, event).bits;
	Z3_ast made = smt_and(smt, smt_nonzero(smt, bits),
			      smt_compare(smt, OP_LT, false, bits, smt_number(smt, -4095, 64)));

	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (!h->lent_now)
			continue;
		h->kept_when = h->kept_when ? smt_or(smt, h->kept_when, made) : made;
		h->kept_in = arena_printf(e->kept, "what %s() returned",
					  event->callee ? event->callee : "the call");
	}
}

void engine_call_unknown(struct engine *e, struct state *s, const struct gup_event *event)
{
	state_forget_dropped(s, NULL);
	for (int i = 0; i < s->nr_holdings; i++)
		s->holdings[i].lent_now = false;
	engine_set_any_result(e, s, event);
	for (int i = 0; i < event->nr_args; i++) {
		struct value value = engine_eval(e, s, event->args[i]);
		struct holding *h = value.points ? NULL : engine_number_of(e, s, value);

		if (h)
			lend_number(e, s, h, event);
		if (!value.points)
			continue;
		state_forget_dropped(s, place_object(value.points));
		/* Who is given an array may fill it. */
		if (event->args[i]->type.page_depth > 1)
			state_attach(&e->arena, s, place_object(value.points),
				     place_object(value.points), "");
		if (i == 0 && drops_shared(event))
			state_attach(&e->arena, s, place_object(value.points), NULL, "shared");
		lend_argument(e, s, event, value);
		forget_argument(e, s, event->args[i], value.points);
	}
	keep_in_result(e, s, event);
}
