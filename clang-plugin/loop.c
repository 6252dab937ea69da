// SPDX-License-Identifier: GPL-2.0-only
#include "loop.h"

struct shape {
	const struct api *api;
	const struct gup_model *model;
	const struct gup_function *function;
	const bool *body;
	int header;
	struct counting_loop loop;
	int release_block;
	int copy;		/* the variable that holds array[i], or -1 */
	int steps;		/* how often i is stepped by one */
};

static int assignments(const struct gup_function *function, const bool *body, int var)
{
	int count = 0;

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; body[b] && i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind == EVENT_ASSIGN)
				count += event->lhs->kind == TERM_VAR && event->lhs->var == var;
			else if (event->kind == EVENT_CALL)
				count += event->result == var;
		}
	return count;
}

bool loop_assigns(const struct gup_function *function, const bool *body, int var)
{
	return assignments(function, body, var) > 0;
}

struct invariant { const struct shape *shape; bool holds; };

static void check_invariant(void *data, int var)
{
	struct invariant *invariant = data;
	const struct gup_var *v = &invariant->shape->function->vars[var];

	if (v->address_taken || loop_assigns(invariant->shape->function, invariant->shape->body, var))
		invariant->holds = false;
}

static bool is_invariant(const struct shape *shape, const struct gup_term *term)
{
	struct invariant invariant = { shape, true };

	flow_reads(term, check_invariant, &invariant);
	return invariant.holds;
}

static const struct gup_term *uncast(const struct gup_term *term)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	return term;
}

static bool is_index(const struct shape *shape, const struct gup_term *term)
{
	term = uncast(term);
	return term->kind == TERM_VAR && term->var == shape->loop.index;
}

/* array[i], or the variable that it was copied to. */
static bool is_element(const struct shape *shape, const struct gup_term *term)
{
	term = uncast(term);
	if (term->kind == TERM_VAR)
		return shape->copy >= 0 && term->var == shape->copy;
	return term->kind == TERM_INDEX && is_index(shape, term->b) &&
	       (!shape->loop.array || flow_same_term(shape->loop.array, term->a));
}

static bool read_header(struct shape *shape)
{
	const struct gup_block *block = &shape->function->blocks[shape->header];
	const struct gup_term *cond = block->cond;
	int inside = -1;

	if (!cond || block->nr_edges != 2 || block->edges[0].kind != EDGE_TRUE)
		return false;
	cond = uncast(cond);
	if (cond->kind != TERM_BINARY || (cond->op != OP_LT && cond->op != OP_NE))
		return false;
	inside = block->edges[0].target;
	if (!shape->body[inside] || shape->body[block->edges[1].target])
		return false;
	const struct gup_term *counter = uncast(cond->a);

	if (counter->kind != TERM_VAR || !is_invariant(shape, cond->b))
		return false;
	shape->loop.index = counter->var;
	shape->loop.bound = cond;
	shape->loop.op = cond->op;
	shape->loop.exit = block->edges[1].target;
	return !shape->function->vars[counter->var].address_taken;
}

static bool read_assign(struct shape *shape, const struct gup_event *event)
{
	const struct gup_term *to = event->lhs, *from = uncast(event->rhs);

	if (to->kind != TERM_VAR)
		return true;
	if (to->var == shape->loop.index) {
		shape->steps++;
		return from->kind == TERM_BINARY && from->op == OP_ADD && is_index(shape, from->a) &&
		       from->b->kind == TERM_CONST && from->b->value == 1;
	}
	if (from->kind == TERM_INDEX && is_index(shape, from->b) && shape->copy < 0 &&
	    shape->function->vars[to->var].type.page_depth == 1 &&
	    assignments(shape->function, shape->body, to->var) == 1) {
		shape->copy = to->var;
		shape->loop.array = from->a;
	}
	return true;
}

static bool read_call(struct shape *shape, const struct gup_event *event, int block)
{
	const struct api_row *row = api_find(shape->api, event->callee);
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;

	if (event->noreturn)
		return true;
	if (!row && model_find(shape->model, event->callee))
		return false;
	if (row && row->role == ROLE_USE && row->data && form && form->pages >= 0 && form->count < 0 &&
	    is_element(shape, uncast(event->args[form->pages])))
		shape->loop.use = event;
	if (!row || (row->role != ROLE_RELEASE && row->role != ROLE_ACQUIRE))
		return true;
	if (row->role == ROLE_ACQUIRE || shape->loop.release || !form || form->pages < 0)
		return false;
	if (row->unit != UNIT_ONE && row->unit != UNIT_FOLIO)
		return false;
	const struct gup_term *page = uncast(event->args[form->pages]);

	if (!is_element(shape, page))
		return false;
	if (page->kind == TERM_INDEX)
		shape->loop.array = page->a;
	shape->loop.release = event;
	shape->release_block = block;
	return is_invariant(shape, shape->loop.array);
}

/* Is the end of an iteration reached from the header without the release? */
static bool reaches(const struct shape *shape, bool *seen, int block)
{
	const struct gup_block *b = &shape->function->blocks[block];

	if (block == shape->release_block || seen[block] || !shape->body[block])
		return false;
	seen[block] = true;
	for (int e = 0; e < b->nr_edges; e++)
		if (b->edges[e].target == shape->header || reaches(shape, seen, b->edges[e].target))
			return true;
	return false;
}

/* `if (pages[i])` or `if (!pages[i]) continue`: the only test that may skip the release. */
static bool guards_only_null(struct shape *shape, struct arena *arena)
{
	bool *seen = arena_alloc(arena, (size_t)shape->function->nr_blocks);

	if (!reaches(shape, seen, shape->header))
		return true;
	for (int b = 0; b < shape->function->nr_blocks; b++) {
		const struct gup_block *block = &shape->function->blocks[b];
		const struct gup_term *cond;

		if (!shape->body[b] || b == shape->header || !block->cond)
			continue;
		cond = uncast(block->cond);
		while (cond->kind == TERM_UNARY && cond->op == OP_LNOT)
			cond = uncast(cond->a);
		if (!is_element(shape, cond))
			return false;
	}
	shape->loop.guarded = true;
	return true;
}

static bool leaves_only_at_header(const struct shape *shape)
{
	for (int b = 0; b < shape->function->nr_blocks; b++) {
		const struct gup_block *block = &shape->function->blocks[b];

		if (!shape->body[b] || b == shape->header)
			continue;
		for (int e = 0; e < block->nr_edges; e++)
			if (!shape->body[block->edges[e].target] &&
			    block->edges[e].target != shape->function->exit)
				return false;
	}
	return true;
}

struct counting_loop *loop_counting(struct gup_model *model, const struct api *api,
				    const struct gup_function *function, const struct flow *flow,
				    int header)
{
	struct shape shape = { .api = api, .model = model, .function = function,
			       .body = flow->blocks[header].body, .header = header, .copy = -1 };

	if (!flow->blocks[header].has_references || !read_header(&shape) ||
	    !leaves_only_at_header(&shape))
		return NULL;
	/* Blocks are numbered from the last to the first: copies come before uses. */
	for (int b = function->nr_blocks - 1; b >= 0; b--)
		for (int i = 0; shape.body[b] && i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind == EVENT_RETURN ||
			    (event->kind == EVENT_ASSIGN && !read_assign(&shape, event)) ||
			    (event->kind == EVENT_CALL && !read_call(&shape, event, b)))
				return NULL;
		}
	if (!shape.loop.release || shape.steps != 1 || !guards_only_null(&shape, &model->arena))
		return NULL;
	struct counting_loop *loop = arena_alloc(&model->arena, sizeof(*loop));

	*loop = shape.loop;
	return loop;
}
