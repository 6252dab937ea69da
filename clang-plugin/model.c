// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(16) char data[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
	size = (size + 15) & ~(size_t)15;
	if (!arena->chunks || arena->size - arena->used < size) {
		size_t room = size > 65536 ? size : 65536;
		struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + room);

		if (!chunk) {
			/* A compiler that has no memory left cannot go on either. */
			fputs("gupcheck: out of memory\n", stderr);
			abort();
		}
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->used = 0;
		arena->size = room;
		arena->total += room;
	}
	void *result = arena->chunks->data + arena->used;

	arena->used += size;
	return result;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(arena_alloc(arena, size), text, size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	char *text = arena_alloc(arena, (size_t)size + 1);

	vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

void arena_free(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	memset(arena, 0, sizeof(*arena));
}

/* Grows an array inside the arena; the old copy stays behind, which is cheap at these sizes. */
static void *grow(struct arena *arena, void *old, int count, int *cap, size_t size)
{
	if (count < *cap)
		return old;
	*cap = *cap ? *cap * 2 : 4;
	void *array = arena_alloc(arena, (size_t)*cap * size);

	if (count)
		memcpy(array, old, (size_t)count * size);
	return array;
}

struct gup_model *model_new(const char *file)
{
	struct gup_model *model = calloc(1, sizeof(*model));

	if (!model)
		abort();
	model->file = arena_strdup(&model->arena, file);
	model->root = model->tree = model->target = "";
	return model;
}

void model_free(struct gup_model *model)
{
	if (!model)
		return;
	arena_free(&model->arena);
	free(model);
}

static struct gup_function *append_function(struct gup_model *model, const char *name)
{
	struct gup_function *function = arena_alloc(&model->arena, sizeof(*function));
	int count = model->nr_functions + model->nr_passing;

	function->name = arena_strdup(&model->arena, name);
	model->functions = grow(&model->arena, model->functions, count, &model->cap_functions,
				sizeof(*model->functions));
	model->functions[count] = function;
	return function;
}

struct gup_function *model_add_function(struct gup_model *model, const char *name)
{
	struct gup_function *function = append_function(model, name);

	model->nr_functions++;
	return function;
}

struct gup_function *model_add_passing(struct gup_model *model, const char *name)
{
	struct gup_function *function = append_function(model, name);

	model->nr_passing++;
	return function;
}

int model_add_var(struct gup_model *model, struct gup_function *function, struct gup_var var)
{
	function->vars = grow(&model->arena, function->vars, function->nr_vars,
			      &function->cap_vars, sizeof(*function->vars));
	var.name = arena_strdup(&model->arena, var.name ? var.name : "");
	var.record = var.record ? arena_strdup(&model->arena, var.record) : NULL;
	function->vars[function->nr_vars] = var;
	return function->nr_vars++;
}

void model_set_blocks(struct gup_model *model, struct gup_function *function, int count)
{
	function->blocks = arena_alloc(&model->arena, (size_t)count * sizeof(*function->blocks));
	function->nr_blocks = count;
}

struct gup_event *model_add_event(struct gup_model *model, struct gup_block *block,
				  enum event_kind kind)
{
	block->events = grow(&model->arena, block->events, block->nr_events, &block->cap_events,
			     sizeof(*block->events));
	struct gup_event *event = &block->events[block->nr_events++];

	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->result = -1;
	return event;
}

void model_add_edge(struct gup_model *model, struct gup_block *block, struct gup_edge edge)
{
	block->edges = grow(&model->arena, block->edges, block->nr_edges, &block->cap_edges,
			    sizeof(*block->edges));
	block->edges[block->nr_edges++] = edge;
}

bool model_wants_flag(const char *name)
{
	return (!strncmp(name, "FOLL_", 5) && name[5]) || !strcmp(name, "PAGE_SHIFT");
}

void model_add_flag(struct gup_model *model, struct gup_flag flag)
{
	int at = 0, order = 1;

	while (at < model->nr_flags && (order = strcmp(model->flags[at].name, flag.name)) < 0)
		at++;
	flag.name = arena_strdup(&model->arena, flag.name);
	if (at == model->nr_flags || order) {
		model->flags = grow(&model->arena, model->flags, model->nr_flags, &model->cap_flags,
				    sizeof(*model->flags));
		memmove(&model->flags[at + 1], &model->flags[at],
			(size_t)(model->nr_flags++ - at) * sizeof(*model->flags));
	}
	model->flags[at] = flag;
}

void model_add_slot(struct gup_model *model, struct gup_slot slot)
{
	slot.record = arena_strdup(&model->arena, slot.record);
	slot.field = arena_strdup(&model->arena, slot.field);
	slot.function = arena_strdup(&model->arena, slot.function);
	model->slots = grow(&model->arena, model->slots, model->nr_slots, &model->cap_slots,
			    sizeof(*model->slots));
	model->slots[model->nr_slots++] = slot;
}

struct gup_function *model_find(const struct gup_model *model, const char *name)
{
	for (int i = 0; name && i < model->nr_functions; i++)
		if (!strcmp(model->functions[i]->name, name))
			return model->functions[i];
	return NULL;
}

int64_t model_flag(const struct gup_model *model, const char *name)
{
	for (int i = 0; i < model->nr_flags; i++)
		if (!strcmp(model->flags[i].name, name))
			return model->flags[i].value;
	return 0;
}

char *model_shorten(struct gup_model *model, const char *text, size_t size)
{
	enum { LIMIT = 60 };
	char out[LIMIT + 5];
	size_t used = 0;

	for (size_t i = 0; i < size && used <= LIMIT; i++) {
		bool space = strchr(" \t\n\r", text[i]) != NULL;	/* and NUL */

		if (!space || (used && out[used - 1] != ' '))
			out[used++] = space ? ' ' : text[i];
	}
	if (used > LIMIT) {
		memcpy(out + used, "...", 3);
		used += 3;
	}
	out[used] = 0;
	return arena_strdup(&model->arena, out);
}

struct gup_type type_int(int width, bool is_signed)
{
	struct gup_type type = { .width = (uint8_t)width, .is_signed = is_signed };

	return type;
}

struct gup_term *term_new(struct gup_model *model, enum term_kind kind, struct gup_type type)
{
	struct gup_term *term = arena_alloc(&model->arena, sizeof(*term));

	term->kind = kind;
	term->type = type;
	term->var = -1;
	return term;
}

struct gup_term *term_const(struct gup_model *model, int64_t value, struct gup_type type)
{
	struct gup_term *term = term_new(model, TERM_CONST, type);

	term->value = value;
	return term;
}

struct gup_term *term_var(struct gup_model *model, const struct gup_function *function, int var)
{
	struct gup_term *term = term_new(model, TERM_VAR, function->vars[var].type);

	term->var = var;
	return term;
}

struct gup_term *term_binary(struct gup_model *model, enum term_op op, struct gup_type type,
			     const struct gup_term *a, const struct gup_term *b)
{
	struct gup_term *term = term_new(model, TERM_BINARY, type);

	term->op = op;
	term->a = a;
	term->b = b;
	return term;
}

static const char *check_term(const struct gup_function *function, const struct gup_term *term,
			      int depth)
{
	if (!term)
		return "missing term";
	if (depth > 2 * MODEL_MAX_DEPTH)
		return "term nested too deeply";
	switch (term->kind) {
	case TERM_VAR:
		return term->var < 0 || term->var >= function->nr_vars ? "bad variable" : NULL;
	case TERM_INDEX:
	case TERM_BINARY: {
		const char *wrong = check_term(function, term->a, depth + 1);

		return wrong ? wrong : check_term(function, term->b, depth + 1);
	}
	case TERM_FIELD:
	case TERM_DEREF:
	case TERM_ADDR:
	case TERM_UNARY:
	case TERM_CAST:
		return check_term(function, term->a, depth + 1);
	default:
		return NULL;
	}
}

static const char *check_event(const struct gup_function *function, const struct gup_event *event)
{
	const char *wrong = NULL;

	if (event->kind == EVENT_ASSIGN) {
		wrong = check_term(function, event->lhs, 0);
		return wrong ? wrong : check_term(function, event->rhs, 0);
	}
	if (event->kind == EVENT_RETURN)
		return event->rhs ? check_term(function, event->rhs, 0) : NULL;
	if (event->result >= function->nr_vars)
		return "bad result variable";
	if (event->target)
		wrong = check_term(function, event->target, 0);
	for (int i = 0; i < event->nr_args && !wrong; i++)
		wrong = check_term(function, event->args[i], 0);
	return wrong;
}

/* Edges of one block are of one sort: both ways of a test, cases of a number, or neither. */
static const char *check_edges(const struct gup_function *function, const struct gup_block *block)
{
	bool tests = false, cases = false, other = false;

	for (int i = 0; i < block->nr_edges; i++) {
		enum edge_kind kind = block->edges[i].kind;

		if (block->edges[i].target < 0 || block->edges[i].target >= function->nr_blocks)
			return "bad edge target";
		tests |= kind == EDGE_TRUE || kind == EDGE_FALSE;
		cases |= kind == EDGE_CASE || kind == EDGE_DEFAULT;
		other |= kind == EDGE_ALWAYS || kind == EDGE_UNKNOWN;
	}
	if (tests + cases + other > 1)
		return "edges that do not go together";
	if ((tests || cases) && !block->cond)
		return "conditional edge without a condition";
	return cases && !block->cond->type.width ? "cases of what is no number" : NULL;
}

static const char *check_block(const struct gup_function *function, const struct gup_block *block)
{
	const char *wrong = NULL;

	for (int i = 0; i < block->nr_events && !wrong; i++)
		wrong = check_event(function, &block->events[i]);
	if (!wrong && block->cond)
		wrong = check_term(function, block->cond, 0);
	return wrong ? wrong : check_edges(function, block);
}

const char *model_check(struct gup_model *model)
{
	for (int i = 0; i < model->nr_functions + model->nr_passing; i++) {
		const struct gup_function *function = model->functions[i];
		const char *wrong = NULL;

		/* Of one without a body only the head is looked at. */
		if (function->nr_params > function->nr_vars)
			wrong = "more parameters than variables";
		else if (function->incomplete)
			continue;
		else if (function->entry < 0 || function->entry >= function->nr_blocks ||
		    function->exit < 0 || function->exit >= function->nr_blocks)
			wrong = "bad entry or exit";
		for (int b = 0; b < function->nr_blocks && !wrong; b++)
			wrong = check_block(function, &function->blocks[b]);
		if (wrong)
			return arena_printf(&model->arena, "%s(): %s", function->name, wrong);
	}
	return NULL;
}
