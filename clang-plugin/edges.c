// SPDX-License-Identifier: GPL-2.0-only
/* The edges out of a block: which are possible, in which order, and what a path says by taking one. */
#include "walk.h"

/* Ways out of one block that are all followed; of more, none. */
#define MAX_WAYS 512

void engine_go(struct state *s, int block)
{
	s->frames[s->depth].before = s->frames[s->depth].block;
	s->frames[s->depth].block = block;
	s->frames[s->depth].event = -1;
}

static Z3_ast edge_condition(struct engine *e, const struct gup_block *block, int at, Z3_ast truth,
			     Z3_ast value)
{
	const struct gup_edge *edge = &block->edges[at];
	struct smt *smt = &e->smt;
	bool is_signed = block->cond && block->cond->type.is_signed;
	Z3_ast cond;

	switch (edge->kind) {
	case EDGE_TRUE:
		return truth;
	case EDGE_FALSE:
		return smt_not(smt, truth);
	case EDGE_CASE:
		return smt_and(smt, smt_compare(smt, OP_GE, is_signed, value,
						smt_number(smt, edge->low, smt_width(smt, value))),
			       smt_compare(smt, OP_LE, is_signed, value,
					   smt_number(smt, edge->high, smt_width(smt, value))));
	case EDGE_DEFAULT:
		cond = Z3_mk_true(smt->z3);
		for (int i = 0; i < block->nr_edges; i++)
			if (block->edges[i].kind == EDGE_CASE)
				cond = smt_and(smt, cond, smt_not(smt,
					edge_condition(e, block, i, truth, value)));
		return cond;
	default:
		return Z3_mk_true(smt->z3);
	}
}

/* Whatever was written to it in between. */
static bool same_object(const struct place *a, const struct place *b)
{
	return a == b || (a->kind == PLACE_TARGET && b->kind == PLACE_TARGET && a->parent == b->parent);
}

/*
 * The path turns on what an object held before the function was called: what its flags say of an array
 * that it was given here, whoever made the object knows.
 */
static void note_owners(struct engine *e, struct state *s, Z3_ast cond)
{
	const struct smt_symbols symbols = *smt_symbols(&e->smt, cond);

	for (int n = 0; n < symbols.count; n++) {
		int id = smt_memory(&e->smt, symbols.ids[n]);

		if (id <= 0 || id > e->places.count)
			continue;
		const struct place *owner = place_object(e->places.by_id[id]);

		for (int a = 0; a < s->nr_attachments; a++)
			for (int i = 0; i < s->nr_holdings; i++)
				s->holdings[i].owner_asked |=
					s->attachments[a].inner == place_object(s->holdings[i].array) &&
					s->attachments[a].outer && same_object(s->attachments[a].outer, owner);
	}
}

/* `i < ret`: the path turns on how many came back, not just on whether all did, or none. */
static void note_result(struct engine *e, struct holding *h, Z3_ast cond)
{
	h->compared |= smt_share(&e->smt, cond, h->result) && !smt_within(&e->smt, cond, h->asked, h->result);
}

/*
 * The function's own acquires come first: a callee that takes others, on a way of its own, may
 * use the budget up.
 */
static void own_first(const struct engine *e, const struct state *s, const struct gup_block *block, int *open,
		      Z3_ast *conds, int count)
{
	const struct flow *flow = s->frames[s->depth].function->analysis;

	if (s->depth || s->nr_holdings || e->is_caller)
		return;
	for (int i = 0; i < count; i++) {
		if (!flow->blocks[block->edges[open[i]].target].leads_to_own)
			continue;
		int edge = open[i];
		Z3_ast cond = conds[i];

		open[i] = open[0];
		conds[i] = conds[0];
		open[0] = edge;
		conds[0] = cond;
		return;
	}
}

/* `ret < 0`, `ret < nr` where ret lost its sign: would -errno, with its sign, have gone the other way? */
static void note_comparison(struct engine *e, struct state *s, struct holding *h, const struct gup_term *term,
			    const struct gup_pos *pos)
{
	struct smt *smt = &e->smt;
	Z3_ast a = engine_eval(e, s, term->a).bits, b = engine_eval(e, s, term->b).bits;
	unsigned width = a ? smt_width(smt, a) : 0;

	if (!b || width < 32)
		return;
	b = smt_resize(smt, b, width, term->b->type.is_signed);
	Z3_ast number = smt_resize(smt, h->result, 32, true), with_sign = smt_resize(smt, h->result, width, true);
	Z3_ast without = smt_resize(smt, number, width, false);
	bool left = a == with_sign || a == without, right = b == with_sign || b == without;

	if (left == right)
		return;
	Z3_ast is = smt_compare(smt, term->op, false, a, b);
	Z3_ast should = smt_compare(smt, term->op, true, left ? with_sign : a, right ? with_sign : b);
	Z3_ast negative = smt_compare(smt, OP_LT, true, h->result, smt_number(smt, 0, 64));

	if (engine_possible(e, s, smt_and(smt, negative, smt_or(smt, smt_and(smt, is, smt_not(smt, should)),
								smt_and(smt, should, smt_not(smt, is))))))
		h->sign_lost = pos;
}

static void note_signs(struct engine *e, struct state *s, const struct gup_term *term, const struct gup_pos *pos)
{
	while (term->kind == TERM_CAST || (term->kind == TERM_UNARY && term->op == OP_LNOT))
		term = term->a;
	if (term->kind == TERM_BINARY && (term->op == OP_LAND || term->op == OP_LOR)) {
		note_signs(e, s, term->a, pos);
		note_signs(e, s, term->b, pos);
	} else if (term->kind == TERM_BINARY && term->op >= OP_LT && term->op <= OP_GE &&
		   !term->a->type.is_signed && !term->a->type.is_pointer) {
		for (int i = 0; i < s->nr_holdings; i++)
			if (!s->holdings[i].sign_lost && !s->holdings[i].page_result)
				note_comparison(e, s, &s->holdings[i], term, pos);
	}
}

bool engine_follow(struct engine *e, struct state *s, const struct gup_block *block)
{
	Z3_ast truth = NULL, value = NULL, conds[MAX_WAYS];
	int open[MAX_WAYS], count = 0;

	if (block->nr_edges > MAX_WAYS) {
		e->over_budget = "a switch of the function has too many cases";
		return false;
	}

	if (block->cond && block->nr_edges && (block->edges[0].kind == EDGE_TRUE ||
						       block->edges[0].kind == EDGE_FALSE)) {
		note_signs(e, s, block->cond, &block->cond_pos);
		truth = engine_condition(e, s, block->cond);
	} else if (block->cond) {
		value = engine_eval(e, s, block->cond).bits;
	}
	for (int i = 0; i < block->nr_edges; i++) {
		conds[count] = edge_condition(e, block, i, truth, value);
		/* One of true and false is possible: when the first is not, the second is. */
		if ((i == 1 && truth && !count) || engine_feasible(e, s, conds[count]))
			open[count++] = i;
	}
	own_first(e, s, block, open, conds, count);
	for (int i = count - 1; i >= 0; i--) {
		struct state *next = i ? state_copy(&e->arena, s) : s;
		const struct gup_edge *edge = &block->edges[open[i]];

		if (count > 1 && truth)
			engine_branch_step(e, next, block, edge);
		if (count > 1 && s->nr_holdings && smt_symbols(&e->smt, conds[i])->vague)
			next->guessed = true;
		if (count > 1 && s->nr_holdings)
			note_owners(e, next, conds[i]);
		for (int h = 0; count > 1 && h < next->nr_holdings; h++)
			note_result(e, &next->holdings[h], conds[i]);
		state_add_fact(&e->arena, &e->smt, next, conds[i]);
		engine_go(next, edge->target);
		if (i)
			engine_later(e, next);
	}
	return count > 0;
}
