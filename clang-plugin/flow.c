// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#include <string.h>

#include "loop.h"

void flow_reads(const struct gup_term *term, void (*visit)(void *data, int var), void *data)
{
	if (!term)
		return;
	if (term->kind == TERM_VAR)
		visit(data, term->var);
	flow_reads(term->a, visit, data);
	flow_reads(term->b, visit, data);
}

bool flow_reads_any(const struct gup_term *term, int from, int to)
{
	if (!term)
		return false;
	return (term->kind == TERM_VAR && term->var >= from && term->var < to) ||
	       flow_reads_any(term->a, from, to) || flow_reads_any(term->b, from, to);
}

bool flow_same_term(const struct gup_term *a, const struct gup_term *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->op != b->op || a->var != b->var || a->value != b->value)
		return false;
	if (a->kind == TERM_UNKNOWN)
		return false;
	if ((a->name || b->name) && (!a->name || !b->name || strcmp(a->name, b->name)))
		return false;
	return flow_same_term(a->a, b->a) && flow_same_term(a->b, b->b);
}

/* --- liveness ----------------------------------------------------------- */

static void mark(void *data, int var)
{
	((bool *)data)[var] = true;
}

static void block_liveness(const struct gup_block *block, bool *live)
{
	flow_reads(block->cond, mark, live);
	for (int i = block->nr_events - 1; i >= 0; i--) {
		const struct gup_event *event = &block->events[i];

		if (event->kind == EVENT_CALL) {
			if (event->result >= 0)
				live[event->result] = false;
			for (int a = 0; a < event->nr_args; a++)
				flow_reads(event->args[a], mark, live);
			continue;
		}
		if (event->kind == EVENT_ASSIGN && event->lhs->kind == TERM_VAR)
			live[event->lhs->var] = false;
		else if (event->kind == EVENT_ASSIGN)
			flow_reads(event->lhs, mark, live);
		flow_reads(event->rhs, mark, live);
	}
}

static void find_live(struct arena *arena, const struct gup_function *function, struct flow *flow)
{
	size_t size = (size_t)function->nr_vars + 1;
	bool *now = arena_alloc(arena, size);

	for (int b = 0; b < function->nr_blocks; b++)
		flow->blocks[b].live = arena_alloc(arena, size);
	for (bool changed = true; changed;) {
		changed = false;
		for (int b = 0; b < function->nr_blocks; b++) {
			const struct gup_block *block = &function->blocks[b];

			memset(now, 0, size);
			for (int e = 0; e < block->nr_edges; e++)
				for (int v = 0; v < function->nr_vars; v++)
					now[v] |= flow->blocks[block->edges[e].target].live[v];
			block_liveness(block, now);
			if (memcmp(now, flow->blocks[b].live, size)) {
				memcpy(flow->blocks[b].live, now, size);
				changed = true;
			}
		}
	}
}

/* --- loops -------------------------------------------------------------- */

enum colour { WHITE, GREY, BLACK };

/* The blocks from which `from` is reached without passing the header. */
static void add_body(const struct gup_function *function, bool *body, int header, int from)
{
	if (body[from])
		return;
	body[from] = true;
	if (from == header)
		return;
	for (int b = 0; b < function->nr_blocks; b++)
		for (int e = 0; e < function->blocks[b].nr_edges; e++)
			if (function->blocks[b].edges[e].target == from)
				add_body(function, body, header, b);
}

static void search(struct arena *arena, const struct gup_function *function, struct flow *flow,
		   enum colour *colour, int block)
{
	colour[block] = GREY;
	for (int e = 0; e < function->blocks[block].nr_edges; e++) {
		int next = function->blocks[block].edges[e].target;

		if (colour[next] == GREY) {
			struct flow_block *header = &flow->blocks[next];

			if (!header->is_header)
				header->body = arena_alloc(arena, (size_t)function->nr_blocks);
			header->is_header = true;
			header->body[next] = true;
			add_body(function, header->body, next, block);
		} else if (colour[next] == WHITE) {
			search(arena, function, flow, colour, next);
		}
	}
	colour[block] = BLACK;
	flow->blocks[block].position = -flow->nr_done++;
}

static bool touches_references(const struct gup_model *model, const struct api *api,
			       const struct gup_event *event)
{
	const struct api_row *row;

	if (event->kind != EVENT_CALL || !event->callee)
		return false;
	row = api_find(api, event->callee);
	if (row)
		return row->role == ROLE_ACQUIRE || row->role == ROLE_RELEASE;
	return model_find(model, event->callee) != NULL;
}

static void find_loops(const struct gup_model *model, const struct api *api, struct arena *arena,
		       const struct gup_function *function, struct flow *flow)
{
	enum colour *colour = arena_alloc(arena, (size_t)function->nr_blocks * sizeof(*colour));

	search(arena, function, flow, colour, function->entry);
	for (int h = 0; h < function->nr_blocks; h++) {
		struct flow_block *header = &flow->blocks[h];

		for (int b = 0; header->is_header && b < function->nr_blocks; b++) {
			const struct gup_block *block = &function->blocks[b];

			if (!header->body[b])
				continue;
			flow->blocks[b].in_loop = true;
			for (int i = 0; i < block->nr_events; i++)
				header->has_references |=
					touches_references(model, api, &block->events[i]);
		}
	}
}

static void find_joins(const struct gup_function *function, struct flow *flow, struct arena *arena)
{
	int *entries = arena_alloc(arena, (size_t)function->nr_blocks * sizeof(*entries));

	for (int b = 0; b < function->nr_blocks; b++)
		for (int e = 0; e < function->blocks[b].nr_edges; e++)
			entries[function->blocks[b].edges[e].target]++;
	for (int b = 0; b < function->nr_blocks; b++)
		flow->blocks[b].is_join = entries[b] > 1;
}

/* --- what lies ahead ------------------------------------------------------ */

struct ahead {
	struct name_set reads;
	bool acquires, own, releases;
};

static unsigned name_bit(const char *name)
{
	unsigned hash = 5381;

	while (*name)
		hash = hash * 33u + (unsigned char)*name++;
	return hash % 256;
}

bool flow_has_name(const struct name_set *set, const char *name)
{
	unsigned bit = name_bit(name);

	return set->bits[bit / 64] >> (bit % 64) & 1;
}

static bool join(struct ahead *to, const struct ahead *from)
{
	struct ahead old = *to;

	for (int i = 0; i < 4; i++)
		to->reads.bits[i] |= from->reads.bits[i];
	to->acquires |= from->acquires;
	to->own |= from->own;
	to->releases |= from->releases;
	return memcmp(&old, to, sizeof(old)) != 0;
}

static void add_name(struct ahead *ahead, const char *name)
{
	unsigned bit = name_bit(name);

	ahead->reads.bits[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static void add_names(struct ahead *ahead, const struct gup_term *term)
{
	if (!term)
		return;
	if (term->kind == TERM_FIELD)
		add_name(ahead, term->name);
	add_names(ahead, term->a);
	add_names(ahead, term->b);
}

#define MAX_CALL_DEPTH 6

static void look_at_function(const struct gup_model *model, const struct api *api,
			     const struct gup_function *function, struct ahead *ahead, int depth);

static void look_at_event(const struct gup_model *model, const struct api *api,
			  const struct gup_event *event, struct ahead *ahead, int depth)
{
	add_names(ahead, event->rhs);
	if (event->lhs && event->lhs->kind != TERM_VAR) {
		/* The last field is written, the ones on the way to it are read. */
		add_names(ahead, event->lhs->a);
		add_names(ahead, event->lhs->b);
	}
	for (int i = 0; i < event->nr_args; i++)
		add_names(ahead, event->args[i]);
	if (event->kind != EVENT_CALL || !event->callee)
		return;
	const struct api_row *row = api_find(api, event->callee);
	const struct gup_function *callee = row ? NULL : model_find(model, event->callee);

	if (row && (row->iter != ITER_NONE || row->kind == KIND_PIN_IF_USER))
		add_name(ahead, API_ITER_FIELD);
	ahead->acquires |= row && row->role == ROLE_ACQUIRE;
	ahead->own |= !depth && row && row->role == ROLE_ACQUIRE;
	ahead->releases |= row && row->role == ROLE_RELEASE && !row->generic;
	if (callee && depth < MAX_CALL_DEPTH)
		look_at_function(model, api, callee, ahead, depth + 1);
}

static void look_at_function(const struct gup_model *model, const struct api *api,
			     const struct gup_function *function, struct ahead *ahead, int depth)
{
	for (int b = 0; b < function->nr_blocks; b++) {
		add_names(ahead, function->blocks[b].cond);
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			look_at_event(model, api, &function->blocks[b].events[i], ahead, depth);
	}
}

static void find_ahead(struct gup_model *model, const struct api *api,
		       const struct gup_function *function, struct flow *flow)
{
	struct ahead *ahead = arena_alloc(&model->arena,
					  (size_t)function->nr_blocks * sizeof(*ahead));

	for (int b = 0; b < function->nr_blocks; b++) {
		add_names(&ahead[b], function->blocks[b].cond);
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			const struct api_row *row = event->kind == EVENT_CALL ?
				api_find(api, event->callee) : NULL;

			look_at_event(model, api, event, &ahead[b], 0);
			flow->acquires |= row && row->role == ROLE_ACQUIRE;
			flow->makes_iterator |= row && api_makes_iterator(row);
			flow->asks_is_err |= event->callee && (!strncmp(event->callee, "IS_ERR", 6) ||
							       !strncmp(event->callee, "PTR_ERR", 7));
		}
	}
	for (bool changed = true; changed;) {
		changed = false;
		for (int b = 0; b < function->nr_blocks; b++)
			for (int e = 0; e < function->blocks[b].nr_edges; e++)
				changed |= join(&ahead[b], &ahead[function->blocks[b].edges[e].target]);
	}
	for (int b = 0; b < function->nr_blocks; b++) {
		flow->blocks[b].reads = ahead[b].reads;
		flow->blocks[b].leads_to_acquire = ahead[b].acquires;
		flow->blocks[b].leads_to_own = ahead[b].own;
		flow->blocks[b].leads_to_release = ahead[b].releases;
		flow->releases |= ahead[b].releases;
	}
}

struct flow *flow_of(struct gup_model *model, const struct api *api, struct gup_function *function)
{
	if (function->analysis)
		return function->analysis;
	struct flow *flow = arena_alloc(&model->arena, sizeof(*flow));

	flow->blocks = arena_alloc(&model->arena,
				   (size_t)function->nr_blocks * sizeof(*flow->blocks));
	function->analysis = flow;
	find_live(&model->arena, function, flow);
	find_loops(model, api, &model->arena, function, flow);
	find_joins(function, flow, &model->arena);
	find_ahead(model, api, function, flow);
	for (int b = 0; b < function->nr_blocks; b++)
		if (flow->blocks[b].is_header)
			flow->blocks[b].counting = loop_counting(model, api, function, flow, b);
	return flow;
}
