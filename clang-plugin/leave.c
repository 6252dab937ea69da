// SPDX-License-Identifier: GPL-2.0-only
/* The end of a path: what became of each holding. */
#include "engine.h"

#include <string.h>

/* Does the path certainly end in an error for the caller? */
static bool ends_in_error(struct engine *e, const struct state *s)
{
	const struct gup_type *type = &e->root->returns;
	Z3_ast bits = s->returned.bits;
	struct smt *smt = &e->smt;

	if (!bits || !type->width || type->is_bool)
		return false;
	if (type->is_pointer) {
		Z3_ast bad = smt_compare(smt, OP_GE, false, bits, smt_number(smt, -4095, 64));

		return engine_certain(e, s, smt_or(smt, bad, smt_not(smt, smt_nonzero(smt, bits))));
	}
	Z3_ast zero = smt_number(smt, 0, smt_width(smt, bits));

	for (int i = 0; i < s->nr_holdings; i++)
		if (smt_share(smt, s->holdings[i].result, bits))
			return engine_certain(e, s, smt_compare(smt, OP_LT, true, bits, zero));
	/* What is certainly positive may be a count, whatever it was made from. */
	return engine_certain(e, s, smt_nonzero(smt, bits)) &&
	       (!type->is_signed || engine_possible(e, s, smt_compare(smt, OP_LT, true, bits, zero)));
}

/* A page that was copied to memory which outlives the function. */
static bool page_is_kept(const struct state *s, const struct holding *h, const char **where)
{
	for (int i = 0; i < s->nr_attachments; i++) {
		const struct attachment *a = &s->attachments[i];

		if (a->inner->kind != PLACE_TARGET)
			continue;
		if (place_object(a->inner->parent) != place_object(h->array))
			continue;
		if (!a->outer || engine_is_outer(s, a->outer)) {
			*where = a->text;
			return true;
		}
	}
	return false;
}

/* The caller's own page array: struct page **pages is a parameter of the function. */
static bool is_callers_array(const struct holding *h)
{
	return h->array->kind == PLACE_TARGET && h->array->parent->kind == PLACE_VAR &&
	       h->array->parent->is_param && !*h->array->stamp;
}

static void prove(struct site *site, enum proof_rank rank, const char *proof)
{
	if (site->proof && site->proof_rank >= (int)rank)
		return;
	site->proof = proof;
	site->proof_rank = rank;
}

void engine_prove_gone(const struct holding *h)
{
	if (h->released)
		prove(h->site, PROOF_RELEASED, "released on every path that holds references");
	else
		prove(h->site, PROOF_NOTHING_HELD, "no path leaves with references");
}

static void hands_on(struct engine *e, const struct holding *h)
{
	h->site->hands_on = true;
	flow_of(e->model, e->api, e->root)->hands_on = true;
}

/* Others have the references, whatever path led here, and no release in sight may have been of them. */
bool engine_is_given_away(struct engine *e, const struct holding *h)
{
	return h->kept_when && !h->unmatched && smt_constant_truth(&e->smt, h->kept_when) == 1;
}

void engine_prove_kept(struct engine *e, const struct holding *h)
{
	if (h->given_back)
		hands_on(e, h);
	prove(h->site, PROOF_HANDED_OVER,
	      arena_printf(e->kept, "handed over to %s, and nothing is left on the other paths", h->kept_in));
}

static void leak(struct engine *e, struct state *s, struct holding *h, Z3_ast cond)
{
	h->site->doubted = true;
	if (h->site->row->scoped) {
		engine_site_open(e, h->site, "the inside of mm/gup.c, which says in ways of its own what it took");
		return;
	}
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->leave)
			gup_rules[i]->leave(e, s, h, gup_rules[i], cond);
}

/* More is held than there are pages in the array: where NULL was put, nobody finds the page again. */
static bool leaves_unseen(struct engine *e, struct state *s, struct holding *h, Z3_ast cond)
{
	struct smt *smt = &e->smt;

	if (!h->emptied || h->vague_count || h->lent_to || h->kept_when || h->inexact)
		return false;
	Z3_ast seen = smt_binary(smt, OP_SUB, false, h->count, smt_number(smt, h->emptied, 64));
	Z3_ast more = smt_and(smt, cond, smt_compare(smt, OP_GT, true, h->held, seen));

	if (!engine_possible(e, s, more))
		return false;
	leak(e, s, h, more);
	return true;
}

static void leave_outer(struct engine *e, struct state *s, struct holding *h, Z3_ast cond, bool error)
{
	const char *where = place_text(e->kept, h->array);

	hands_on(e, h);
	if (!error && leaves_unseen(e, s, h, cond))
		return;
	if (!error) {
		prove(h->site, PROOF_HANDED_OVER,
		      arena_printf(e->kept, "handed over in %s, and nothing is left on the other paths", where));
		return;
	}
	if (is_callers_array(h) && !h->count_stored && !h->lent_to) {
		leak(e, s, h, cond);
		return;
	}
	const char *why = arena_printf(e->kept,
		"an error path leaves the references in %s, whose owner may release them", where);

	/* The callers of a static function are all here: they are run, and show it. */
	if (!e->root->is_static)
		engine_site_open(e, h->site, why);
	else if (e->root == h->site->function)
		h->site->deferred = why;
	else
		h->site->deferred_above = arena_printf(e->kept,
			"%s() leaves them in %s on an error path, and its callers could not be followed to their ends",
			e->root->name, where);
}

/*
 * iov_iter_extract_pages() pins what a user space iterator covers and nothing
 * else. Whoever never unpins anything, nor asks iov_iter_extract_will_pin(),
 * has iterators of the other sort.
 */
static bool expects_pins(const struct engine *e)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const char *callee = function->blocks[b].events[i].callee;
				const struct api_row *row = api_find(e->api, callee);

				if ((row && row->role == ROLE_RELEASE && row->kind == KIND_PIN) ||
				    (callee && !strcmp(callee, "iov_iter_extract_will_pin")))
					return true;
			}
	}
	return false;
}

/* The caller gets the pages or their array as the result: what it does with them is its affair. */
static bool is_returned(const struct state *s, const struct holding *h)
{
	const struct place *array = place_object(h->array);

	for (int i = 0; i < s->nr_attachments; i++) {
		const struct attachment *a = &s->attachments[i];

		if (a->outer || strcmp(a->text, "returned"))
			continue;
		if (a->inner == array ||
		    (a->inner->kind == PLACE_TARGET && place_object(a->inner->parent) == array))
			return true;
	}
	return false;
}

/* Did who may have taken the pages say that it did not? */
static bool is_refused(struct engine *e, struct state *s, const struct holding *h, bool error)
{
	if (!error)
		return false;
	return h->lent_tested || (h->lent_said && engine_certain(e, s, smt_compare(&e->smt, OP_LT, true,
						h->lent_said, smt_number(&e->smt, 0, 64))));
}

static void leave_local(struct engine *e, struct state *s, struct holding *h, Z3_ast cond, bool error)
{
	const char *where;

	if (h->kind == KIND_PIN_IF_USER && !expects_pins(e)) {
		engine_site_open(e, h->site, "pins only for iterators of user space, and this file releases no pins");
		return;
	}
	if (page_is_kept(s, h, &where)) {
		if (h->page_result)
			hands_on(e, h);
		else if (is_returned(s, h))
			flow_of(e->model, e->api, e->root)->hands_on = true;
		prove(h->site, PROOF_HANDED_OVER,
		      "the pages were stored where others reach them, and nothing is left on the other paths");
		return;
	}
	if (h->lent_to && !is_refused(e, s, h, error)) {
		engine_site_open(e, h->site, arena_printf(e->kept,
			"%s%s may have kept or released the references", h->lent_to,
			strchr(h->lent_to, ' ') ? "" : "()"));
		return;
	}
	leak(e, s, h, cond);
}

/* Does the path compare the number of bytes with something that the call itself does not speak of? */
static bool compares_bytes(struct engine *e, const struct state *s, const struct holding *h)
{
	struct smt *smt = &e->smt;

	for (int i = 0; h->vague_count && i < s->nr_facts; i++) {
		if (!smt_share(smt, s->facts[i], h->result))
			continue;
		struct smt_symbols symbols = *smt_symbols(smt, s->facts[i]);

		for (int n = 0; n < symbols.count; n++)
			if (!smt_has(smt, h->count, symbols.ids[n]) && !smt_has(smt, h->asked, symbols.ids[n]) &&
			    !(h->room && smt_has(smt, h->room, symbols.ids[n])))
				return true;
	}
	return false;
}

/* Are references that are still held reachable for others, and not just in the caller's array? */
static bool is_kept(struct engine *e, const struct state *s, const struct holding *h)
{
	const char *where;

	if (is_returned(s, h))
		return false;
	if (!h->kept_durably && !page_is_kept(s, h, &where) &&
	    (h->freed || h->kept_when || is_callers_array(h) || !engine_is_outer(s, place_object(h->array))))
		return false;
	return engine_possible(e, s, smt_nonzero(&e->smt, h->held));
}

/*
 * A number that is positive and has nothing to do with the call may be a count,
 * or the way in which this function says no: nobody warns on such a path.
 */
static bool ends_oddly(struct engine *e, const struct state *s)
{
	Z3_ast bits = s->returned.bits;

	if (!bits || !e->root->returns.width || e->root->returns.is_bool)
		return false;
	/* ERR_PTR() of what is not zero: it points nowhere. */
	if (e->root->returns.is_pointer)
		return !s->returned.points && engine_certain(e, s, smt_nonzero(&e->smt, bits));
	for (int i = 0; i < s->nr_holdings; i++)
		if (smt_share(&e->smt, s->holdings[i].result, bits))
			return false;
	return engine_certain(e, s, smt_nonzero(&e->smt, bits));
}

static void tell_end(struct engine *e, struct state *s, struct holding *h, bool error)
{
	bool kept = is_kept(e, s, h);

	cases_end(e, s, h, kept && !error, !error && !kept && engine_possible(e, s, smt_nonzero(&e->smt, h->held)));
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->end)
			gup_rules[i]->end(e, s, h, gup_rules[i], error, kept);
}

static const char unanswered[] = "the solver cannot answer whether something is left";

static void leave_holding(struct engine *e, struct state *s, struct holding *h, bool error)
{
	struct smt *smt = &e->smt;
	Z3_ast cond = smt_nonzero(smt, h->held);

	/* That needs no question about how many they are. */
	if (engine_is_given_away(e, h)) {
		engine_prove_kept(e, h);
		return;
	}
	e->last_answer = SMT_NO;
	if (!engine_possible(e, s, cond)) {
		if (e->last_answer == SMT_UNKNOWN)
			engine_site_open(e, h->site, unanswered);
		else
			engine_prove_gone(h);
		return;
	}
	if (h->unmatched) {
		engine_site_open(e, h->site, "pages are released that cannot be told from these");
		return;
	}
	if (h->kept_when)
		cond = smt_and(smt, cond, smt_not(smt, h->kept_when));
	if (h->given_back)
		hands_on(e, h);
	e->last_answer = SMT_NO;
	if (h->kept_when && !engine_possible(e, s, cond)) {
		if (e->last_answer == SMT_UNKNOWN)
			engine_site_open(e, h->site, unanswered);
		engine_prove_kept(e, h);
		return;
	}
	if (!h->vague_count && (smt_symbols(smt, cond)->vague || s->guessed)) {
		engine_site_open(e, h->site, "a path depends on a value that is not modelled");
		return;
	}
	if (h->released && h->owner_asked) {
		engine_site_open(e, h->site, "what is released depends on what the object that has the pages said before");
		return;
	}
	/* Whoever gets all of them in his own memory need not be told how many they are. */
	bool outer = !h->freed && engine_is_outer(s, place_object(h->array));
	bool handed_over = outer && !error && !h->released;

	if (h->vague_count && !handed_over && (h->released || h->in_loop || compares_bytes(e, s, h))) {
		engine_site_open(e, h->site, "it is not proven that all pages that the bytes cover are released");
		return;
	}
	if (outer)
		leave_outer(e, s, h, cond, error);
	else
		leave_local(e, s, h, cond, error);
}

/* Who gets the address of a page, or its number, finds the page. */
static void attach_returned(struct engine *e, struct state *s)
{
	struct value value = s->returned;
	struct holding *h = engine_mapped_of(e, s, value);

	if (value.points)
		state_attach(&e->arena, s, place_object(value.points), NULL, "returned");
	else if (!h && value.bits && e->root->returns.width == 64 && smt_width(&e->smt, value.bits) == 64)
		h = engine_number_of(e, s, value);
	if (h)
		state_attach(&e->arena, s, place_target(&e->places, h->array, ""), NULL, "returned");
}

void engine_leave(struct engine *e, struct state *s, const struct gup_pos *pos)
{
	bool error, odd;

	e->exits = true;
	if (!s->nr_holdings)
		return;
	attach_returned(e, s);
	engine_step(e, s, STEP_EXIT, pos, e->root->name);
	error = ends_in_error(e, s);
	odd = !error && ends_oddly(e, s);
	for (int i = 0; i < s->nr_holdings; i++) {
		leave_holding(e, s, &s->holdings[i], error);
		tell_end(e, s, &s->holdings[i], error || odd);
	}
}
