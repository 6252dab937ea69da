// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the assert stands or is to stand, in the files that define the entry points of
 * the API and below a test of the page array, in a function that has it and the flags as
 * parameters: a look at FOLL_GET and FOLL_PIN together, where it has landed; else
 * `flags |= FOLL_GET`, which forces the flag. mm/gup.c __get_user_pages_locked() is that
 * place in all kernels so far; its name is not asked for. An entry point that adds the
 * flag does so for its callers, and is none.
 */
#include "asserts.h"

static const struct gup_term *tested(const struct gup_term *cond)
{
	for (;;) {
		if (cond->kind == TERM_CAST)
			cond = cond->a;
		else if (cond->kind == TERM_UNARY && cond->op == OP_LNOT && cond->a->kind == TERM_UNARY &&
			 cond->a->op == OP_LNOT)
			cond = cond->a->a;
		else if (cond->kind == TERM_BINARY && cond->op == OP_NE && cond->b->kind == TERM_CONST &&
			 !cond->b->value)
			cond = cond->a;
		else
			return cond;
	}
}

/* The one block that leads here, on a true or false edge. */
static int guard_of(const struct gup_function *function, int block, enum edge_kind *kind)
{
	int guard = -1;

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_edges; i++)
			if (function->blocks[b].edges[i].target == block) {
				if (guard >= 0)
					return -1;
				guard = b;
				*kind = function->blocks[b].edges[i].kind;
			}
	return guard;
}

/* The block above this one that tests a parameter which is an array of pages; -1: none. */
static int pages_test(const struct gup_function *function, int block, int *pages)
{
	enum edge_kind kind = EDGE_ALWAYS;

	for (int steps = 0; steps < 8; steps++) {
		block = guard_of(function, block, &kind);
		if (block < 0)
			return -1;
		const struct gup_term *cond = function->blocks[block].cond ?
			tested(function->blocks[block].cond) : NULL;

		if (!cond || cond->kind != TERM_VAR || kind != EDGE_TRUE)
			continue;
		if (cond->var < function->nr_params && function->vars[cond->var].type.page_depth >= 2) {
			*pages = cond->var;
			return block;
		}
	}
	return -1;
}

/* `flags = flags | … FOLL_GET …`: the parameter, or -1. */
static int forced(const struct gup_function *function, const struct gup_event *event, int64_t get)
{
	const struct gup_term *rhs = event->kind == EVENT_ASSIGN ? event->rhs : NULL;

	if (!rhs || event->lhs->kind != TERM_VAR || event->lhs->var >= function->nr_params)
		return -1;
	while (rhs->kind == TERM_CAST)
		rhs = rhs->a;
	if (rhs->kind != TERM_BINARY || rhs->op != OP_OR || rhs->b->kind != TERM_CONST ||
	    !(rhs->b->value & get))
		return -1;
	return tested(rhs->a)->kind == TERM_VAR && tested(rhs->a)->var == event->lhs->var ?
		event->lhs->var : -1;
}

/* `… flags & (FOLL_GET | FOLL_PIN) …`: the parameter, or -1. */
static int looked_at(const struct gup_function *function, const struct gup_term *term, int64_t both)
{
	int found;

	if (!term)
		return -1;
	if (term->kind == TERM_BINARY && term->op == OP_AND && term->b->kind == TERM_CONST &&
	    (term->b->value & both) == both && tested(term->a)->kind == TERM_VAR &&
	    tested(term->a)->var < function->nr_params)
		return tested(term->a)->var;
	found = looked_at(function, term->a, both);
	return found >= 0 ? found : looked_at(function, term->b, both);
}

static int point_at(const struct gup_model *model, const struct gup_function *function,
		    const struct gup_event *event, bool stands)
{
	int64_t get = model_flag(model, "FOLL_GET"), pin = model_flag(model, "FOLL_PIN");

	if (!get || event->kind != EVENT_ASSIGN)
		return -1;
	if (!stands)
		return forced(function, event, get);
	return pin ? looked_at(function, event->rhs, get | pin) : -1;
}

static void look_for_points(struct program *p, struct asserts *a, struct definition *d, bool stands)
{
	struct gup_function *f = d->function;

	for (int b = 0; b < f->nr_blocks; b++)
		for (int i = 0; i < f->blocks[b].nr_events; i++) {
			const struct gup_event *event = &f->blocks[b].events[i];
			int pages, flags = point_at(d->unit->model, f, event, stands);
			int block = flags >= 0 ? pages_test(f, b, &pages) : -1;

			if (block < 0)
				continue;
			if (a->nr_points == a->cap_points)
				a->points = program_grow(p, a->points, &a->cap_points, sizeof(*a->points));
			a->points[a->nr_points++] = (struct assert_point){ d, block, pages, flags, event, stands };
		}
}

static bool is_entry_point(const struct program *p, const struct gup_function *function)
{
	const struct api_row *row = function->is_static ? NULL : api_find(p->api, function->name);

	return row && row->role == ROLE_ACQUIRE && row->reaches_assert && row->kind == KIND_GET;
}

/* Does the unit define what callers call: get_user_pages() and its like? */
static bool has_entry_points(const struct program *p, const struct unit *unit)
{
	for (int f = 0; f < unit->model->nr_functions + unit->model->nr_passing; f++)
		if (is_entry_point(p, unit->model->functions[f]))
			return true;
	return false;
}

static void look_into(struct program *p, struct asserts *a, struct unit *unit, bool stands)
{
	const struct gup_model *model = unit->model;

	if (!has_entry_points(p, unit))
		return;
	for (int f = 0; f < model->nr_functions + model->nr_passing; f++)
		if (!is_entry_point(p, model->functions[f]))
			look_for_points(p, a, program_own(p, unit, model->functions[f]), stands);
}

void assert_points_find(struct program *p, struct asserts *a)
{
	for (int u = 0; u < p->nr_units; u++)
		look_into(p, a, &p->units[u], true);
	for (int u = 0; u < p->nr_units && (!a->nr_points || !a->points[0].stands); u++)
		look_into(p, a, &p->units[u], false);
}
