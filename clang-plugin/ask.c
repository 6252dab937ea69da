// SPDX-License-Identifier: GPL-2.0-only
/* Questions about a state, and the trace that a reader gets to see. */
#include "walk.h"

#include <stdlib.h>

/* Of more facts ranges alone rule out next to nothing. */
#define MAX_FACTS_REFUTING 40

/* --- questions -------------------------------------------------------------- */

/*
 * Facts that share no symbol with the question, not even through others, cannot
 * change the answer: each was satisfiable when it was added. They stay out.
 */
static int related(struct engine *e, const struct state *s, Z3_ast cond, Z3_ast *terms, int *near)
{
	bool *taken = calloc((size_t)s->nr_facts + 1, sizeof(*taken));
	int count = 0;

	if (!taken)
		abort();
	terms[count++] = cond;
	*near = 1;
	for (int t = 0; t < count; t++)
		for (int i = 0; i < s->nr_facts; i++)
			if (!taken[i] && smt_share(&e->smt, terms[t], s->facts[i])) {
				taken[i] = true;
				terms[count++] = s->facts[i];
				*near += t == 0;
			}
	free(taken);
	return count;
}

static enum smt_answer ask(struct engine *e, const struct state *s, Z3_ast cond)
{
	Z3_ast *terms = malloc(((size_t)s->nr_facts + 1) * sizeof(*terms));
	enum smt_answer answer = SMT_UNKNOWN;
	int count, near;

	if (!terms)
		abort();
	count = related(e, s, cond, terms, &near);
	/* What the nearest facts rule out is ruled out; most proofs need no more than those. */
	if (near < count)
		answer = smt_satisfiable(&e->smt, terms, near);
	if (answer != SMT_NO)
		answer = smt_satisfiable(&e->smt, terms, count);
	free(terms);
	if (answer == SMT_UNKNOWN)
		e->unknowns++;
	e->last_answer = answer;
	return answer;
}

static bool refuted(struct engine *e, const struct state *s, Z3_ast cond)
{
	Z3_ast *terms = malloc(((size_t)s->nr_facts + 1) * sizeof(*terms));
	int near, count;

	if (!terms)
		abort();
	count = related(e, s, cond, terms, &near);
	/* What so many paths left behind is read at a high price, and hardly ever rules anything out. */
	bool is_refuted = count <= MAX_FACTS_REFUTING && smt_refuted(&e->smt, terms, count);

	free(terms);
	return is_refuted;
}

bool engine_possible(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond);

	if (truth >= 0)
		return truth;
	return ask(e, s, cond) == SMT_YES;
}

bool engine_certain(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond);

	if (truth >= 0)
		return truth;
	return ask(e, s, smt_not(&e->smt, cond)) == SMT_NO;
}

/* A short look: that it did not find out is no failure. */
bool engine_settled(struct engine *e, const struct state *s, Z3_ast cond)
{
	unsigned unknowns = e->unknowns;

	smt_quick(&e->smt, true);
	bool settled = engine_certain(e, s, cond);

	smt_quick(&e->smt, false);
	e->unknowns = unknowns;
	return settled;
}

/* May the path go on where cond holds? Here an unknown answer counts as yes. */
bool engine_feasible(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond), i;
	enum smt_answer answer;

	if (truth >= 0)
		return truth;
	for (i = 0; i < s->nr_facts; i++)
		if (smt_share(&e->smt, s->facts[i], cond))
			break;
	if (i == s->nr_facts)
		return true;
	/* Merged paths are few: one more of them costs less than to find out that it cannot be. */
	if (e->merging)
		return !s->nr_holdings || !refuted(e, s, cond);
	smt_quick(&e->smt, true);
	answer = ask(e, s, cond);
	smt_quick(&e->smt, false);
	return answer != SMT_NO;
}

/* --- trace ------------------------------------------------------------------- */

void engine_step(struct engine *e, struct state *s, enum step_kind kind, const struct gup_pos *pos,
		 const char *text)
{
	struct step *step = arena_alloc(&e->arena, sizeof(*step));

	step->before = s->trace;
	step->kind = kind;
	step->pos = *pos;
	step->text = text ? text : "";
	s->trace = step;
}

void engine_step_value(struct state *s, const char *name, Z3_ast bits, bool is_signed)
{
	struct step *step = (struct step *)s->trace;

	if (!step || step->nr_values >= 3 || !bits)
		return;
	step->names[step->nr_values] = name;
	step->bits[step->nr_values] = bits;
	step->is_signed[step->nr_values++] = is_signed;
}

struct naming { struct engine *e; struct state *s; };

/* The variables that a condition reads, so that a note can show their values. */
static void name_variable(void *data, int var)
{
	struct naming *n = data;
	const struct gup_var *v = &n->s->frames[n->s->depth].function->vars[var];

	if (v->kind == VAR_TEMP || v->is_object || v->type.is_pointer || !v->type.width)
		return;
	struct value value = engine_load(n->e, n->s, place_var(&n->e->places,
		n->s->frames[n->s->depth].id, var, v), v->type);

	engine_step_value(n->s, v->name, value.bits, v->type.is_signed);
}

/* Before the first acquire only the turn matters that goes round it to where pages are released. */
static bool goes_round(struct engine *e, const struct state *s, const struct gup_edge *edge)
{
	const struct flow *flow = flow_of(e->model, e->api, s->frames[s->depth].function);
	const struct flow_block *next = &flow->blocks[edge->target];

	return !s->nr_holdings && next->leads_to_release && !next->leads_to_acquire;
}

void engine_branch_step(struct engine *e, struct state *s, const struct gup_block *block,
			const struct gup_edge *edge)
{
	struct naming naming = { e, s };
	bool taken = edge->kind == EDGE_TRUE;

	if (!s->nr_holdings && !goes_round(e, s, edge))
		return;
	engine_step(e, s, STEP_BRANCH, &block->cond_pos,
		    arena_printf(&e->arena, "'%s' is %s", block->cond_text, taken ? "true" : "false"));
	flow_reads(block->cond, name_variable, &naming);
}
