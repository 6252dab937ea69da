// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model to bytes and back: one function for each structure, for both
 * directions. Writing, it puts back the values that are there already.
 */
#include "codec.h"
#include "facts.h"

#include <limits.h>
#include <string.h>

/* The model and the codec, and what positions are counted from. */
struct facts {
	struct codec *codec;
	struct gup_model *model;
	const char *root;		/* of file names in the tree */
	size_t root_size;
	uint32_t line;			/* of the position before */
	const char *last_name, *last_full;	/* reading: a name, and with its root */
};

/* A name in the source tree goes without the tree's place. */
static const char *code_file(struct facts *f, const char *name)
{
	struct codec *c = f->codec;
	bool inside = !c->reading && name && *f->root && !strncmp(name, f->root, f->root_size);

	inside = codec_bool(c, inside);
	if (!c->reading) {
		codec_string(c, inside ? name + f->root_size : name);
		return name;
	}
	name = codec_string(c, NULL);
	if (!inside || !name || !f->root_size)
		return name;
	if (f->last_name != name) {
		f->last_name = name;
		f->last_full = arena_printf(c->arena, "%s%s", f->root, name);
	}
	return f->last_full;
}

static void code_pos(struct facts *f, struct gup_pos *pos)
{
	struct codec *c = f->codec;

	pos->file = code_file(f, pos->file);
	if (!pos->file)
		return;
	pos->line = (uint32_t)(f->line + codec_signed(c, (int64_t)pos->line - f->line));
	f->line = pos->line;
	pos->column = (uint32_t)codec_number(c, pos->column);
	pos->macro = codec_string(c, pos->macro);
	if (!pos->macro)
		return;
	pos->body_file = code_file(f, pos->body_file);
	pos->body_line = (uint32_t)codec_number(c, pos->body_line);
}

static void code_type(struct facts *f, struct gup_type *type)
{
	struct codec *c = f->codec;
	int bits = type->is_signed | type->is_bool << 1 | type->is_pointer << 2;

	bits = codec_int(c, bits, 0, 7);
	type->is_signed = bits & 1;
	type->is_bool = bits & 2;
	type->is_pointer = bits & 4;
	type->width = (uint8_t)codec_int(c, type->width, 0, 64);
	if (!type->is_pointer)
		return;
	type->page_depth = (uint8_t)codec_int(c, type->page_depth, 0, 255);
	type->elem_size = (uint32_t)codec_number(c, type->elem_size);
}

static const struct gup_term *code_term(struct facts *f, const struct gup_term *term, int depth);

static void code_operands(struct facts *f, struct gup_term *term, int depth)
{
	struct codec *c = f->codec;

	switch (term->kind) {
	case TERM_CONST:
		term->value = codec_signed(c, term->value);
		term->name = codec_string(c, term->name);
		return;
	case TERM_VAR:
		term->var = codec_int(c, term->var, 0, INT_MAX);
		return;
	case TERM_FUNCTION:
		term->name = codec_name(c, term->name);
		return;
	case TERM_UNKNOWN:
		return;
	case TERM_FIELD:
		term->name = codec_name(c, term->name);
		term->record = codec_name(c, term->record);
		break;
	case TERM_UNARY:
	case TERM_BINARY:
		term->op = (enum term_op)codec_int(c, (int)term->op, OP_NONE, OP_LOR);
		break;
	case TERM_INDEX:
	case TERM_DEREF:
	case TERM_ADDR:
	case TERM_CAST:
		break;
	}
	term->a = code_term(f, term->a, depth + 1);
	if (term->kind == TERM_INDEX || term->kind == TERM_BINARY)
		term->b = code_term(f, term->b, depth + 1);
}

static const struct gup_term *code_term(struct facts *f, const struct gup_term *term, int depth)
{
	struct codec *c = f->codec;
	struct gup_term copy = { .var = -1 };

	if (!c->reading)
		copy = *term;
	else if (depth > 2 * MODEL_MAX_DEPTH)
		codec_fail(c, "a term is nested too deeply");
	copy.kind = (enum term_kind)codec_int(c, (int)copy.kind, TERM_CONST, TERM_UNKNOWN);
	if (c->wrong)
		return NULL;
	code_type(f, &copy.type);
	code_operands(f, &copy, depth);
	if (!c->reading)
		return term;
	struct gup_term *made = arena_alloc(c->arena, sizeof(*made));

	*made = copy;
	return made;
}

static const struct gup_term *code_optional(struct facts *f, const struct gup_term *term)
{
	return codec_bool(f->codec, term != NULL) ? code_term(f, term, 0) : NULL;
}

/* The array that holds `count` things: there already, or made now. */
static void *array_of(struct facts *f, const void *there, int count, size_t size)
{
	if (!f->codec->reading)
		return (void *)there;
	return arena_alloc(f->codec->arena, ((size_t)count + 1) * size);
}

static void code_call(struct facts *f, struct gup_event *event)
{
	struct codec *c = f->codec;
	int bits = event->result_used | event->noreturn << 1 | event->callee_static << 2;

	event->callee = codec_string(c, event->callee);
	if (!event->callee)
		event->target = code_optional(f, event->target);
	event->result = codec_int(c, event->result, -1, INT_MAX);
	bits = codec_int(c, bits, 0, 7);
	event->result_used = bits & 1;
	event->noreturn = bits & 2;
	event->callee_static = bits & 4;
	event->nr_args = codec_count(c, event->nr_args, 4);
	event->args = array_of(f, event->args, event->nr_args, sizeof(*event->args));
	event->arg_text = array_of(f, event->arg_text, event->nr_args, sizeof(*event->arg_text));
	for (int i = 0; i < event->nr_args && !c->wrong; i++) {
		event->args[i] = code_term(f, event->args[i], 0);
		event->arg_text[i] = codec_name(c, event->arg_text[i]);
	}
}

static void code_event(struct facts *f, struct gup_event *event)
{
	struct codec *c = f->codec;

	event->kind = (enum event_kind)codec_int(c, (int)event->kind, EVENT_ASSIGN, EVENT_RETURN);
	code_pos(f, &event->pos);
	event->text = codec_name(c, event->text);
	if (event->kind == EVENT_CALL) {
		code_call(f, event);
		return;
	}
	event->result = -1;
	if (event->kind == EVENT_ASSIGN)
		event->lhs = code_term(f, event->lhs, 0);
	event->rhs = event->kind == EVENT_ASSIGN ? code_term(f, event->rhs, 0) :
						   code_optional(f, event->rhs);
}

static void code_edge(struct facts *f, struct gup_edge *edge)
{
	struct codec *c = f->codec;

	edge->kind = (enum edge_kind)codec_int(c, (int)edge->kind, EDGE_ALWAYS, EDGE_UNKNOWN);
	edge->target = codec_int(c, edge->target, 0, INT_MAX);
	if (edge->kind != EDGE_CASE)
		return;
	edge->low = codec_signed(c, edge->low);
	edge->high = codec_signed(c, edge->high);
}

static void code_block(struct facts *f, struct gup_block *block)
{
	struct codec *c = f->codec;

	block->nr_events = block->cap_events = codec_count(c, block->nr_events, 5);
	block->events = array_of(f, block->events, block->nr_events, sizeof(*block->events));
	for (int i = 0; i < block->nr_events && !c->wrong; i++)
		code_event(f, &block->events[i]);
	block->cond = code_optional(f, block->cond);
	if (block->cond) {
		block->cond_text = codec_name(c, block->cond_text);
		code_pos(f, &block->cond_pos);
	}
	block->nr_edges = block->cap_edges = codec_count(c, block->nr_edges, 2);
	block->edges = array_of(f, block->edges, block->nr_edges, sizeof(*block->edges));
	for (int i = 0; i < block->nr_edges && !c->wrong; i++)
		code_edge(f, &block->edges[i]);
}

static void code_var(struct facts *f, struct gup_var *var)
{
	struct codec *c = f->codec;
	int bits = var->is_object | var->address_taken << 1 | var->is_static << 2;

	var->name = codec_name(c, var->name);
	var->record = codec_string(c, var->record);
	var->kind = (enum var_kind)codec_int(c, (int)var->kind, VAR_LOCAL, VAR_GLOBAL);
	code_type(f, &var->type);
	bits = codec_int(c, bits, 0, 7);
	var->is_object = bits & 1;
	var->address_taken = bits & 2;
	var->is_static = bits & 4;
}

static void code_function(struct facts *f, struct gup_function *function)
{
	struct codec *c = f->codec;

	function->name = codec_name(c, function->name);
	code_pos(f, &function->pos);
	code_pos(f, &function->end);
	code_type(f, &function->returns);
	function->is_static = codec_bool(c, function->is_static);
	function->variadic = codec_bool(c, function->variadic);
	function->incomplete = codec_string(c, function->incomplete);
	function->nr_vars = function->cap_vars = codec_count(c, function->nr_vars, 6);
	function->vars = array_of(f, function->vars, function->nr_vars, sizeof(*function->vars));
	for (int i = 0; i < function->nr_vars && !c->wrong; i++)
		code_var(f, &function->vars[i]);
	function->nr_params = codec_int(c, function->nr_params, 0, INT_MAX);
	function->nr_blocks = codec_count(c, function->nr_blocks, 3);
	function->blocks = array_of(f, function->blocks, function->nr_blocks,
				    sizeof(*function->blocks));
	for (int i = 0; i < function->nr_blocks && !c->wrong; i++)
		code_block(f, &function->blocks[i]);
	function->entry = codec_int(c, function->entry, 0, INT_MAX);
	function->exit = codec_int(c, function->exit, 0, INT_MAX);
}

static void code_slot(struct facts *f, struct gup_slot *slot)
{
	struct codec *c = f->codec;

	slot->record = codec_name(c, slot->record);
	slot->field = codec_name(c, slot->field);
	slot->function = codec_name(c, slot->function);
	slot->is_static = codec_bool(c, slot->is_static);
	code_pos(f, &slot->pos);
}

static void code_functions(struct facts *f)
{
	struct codec *c = f->codec;
	struct gup_model *m = f->model;

	m->nr_functions = codec_count(c, m->nr_functions, 12);
	m->nr_passing = codec_count(c, m->nr_passing, 12);
	int count = m->nr_functions + m->nr_passing;

	m->functions = array_of(f, m->functions, count, sizeof(*m->functions));
	for (int i = 0; i < count && !c->wrong; i++) {
		m->functions[i] = array_of(f, m->functions[i], 1, sizeof(**m->functions));
		code_function(f, m->functions[i]);
	}
}

static void code_model(struct facts *f)
{
	struct codec *c = f->codec;
	struct gup_model *m = f->model;

	m->file = code_file(f, m->file);
	if (!m->file && !c->wrong)
		codec_fail(c, "its source has no name");
	m->tree = codec_name(c, m->tree);
	m->target = codec_name(c, m->target);
	m->api = codec_number(c, m->api);
	m->nr_flags = m->cap_flags = codec_count(c, m->nr_flags, 4);
	m->flags = array_of(f, m->flags, m->nr_flags, sizeof(*m->flags));
	for (int i = 0; i < m->nr_flags && !c->wrong; i++) {
		m->flags[i].name = codec_name(c, m->flags[i].name);
		m->flags[i].value = codec_signed(c, m->flags[i].value);
		m->flags[i].is_macro = codec_bool(c, m->flags[i].is_macro);
		m->flags[i].is_internal = codec_bool(c, m->flags[i].is_internal);
	}
	code_functions(f);
	m->nr_slots = m->cap_slots = codec_count(c, m->nr_slots, 5);
	m->slots = array_of(f, m->slots, m->nr_slots, sizeof(*m->slots));
	for (int i = 0; i < m->nr_slots && !c->wrong; i++)
		code_slot(f, &m->slots[i]);
}

void facts_code(struct codec *codec, struct gup_model *model, const char *root)
{
	struct facts f = { .codec = codec, .model = model, .root = root, .root_size = strlen(root) };

	code_model(&f);
}
