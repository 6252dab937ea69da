// SPDX-License-Identifier: GPL-2.0-only
#include "model_build.h"

#include <string.h>

static bool is_one_of(const char *name, const char *a, const char *b)
{
	return !strcmp(name, a) || !strcmp(name, b);
}

enum builtin model_builtin(const char *name)
{
	if (strncmp(name, "__builtin_", 10) || strstr(name, "mem"))
		return BUILTIN_NOT;
	if (is_one_of(name, "__builtin_expect", "__builtin_expect_with_probability"))
		return BUILTIN_EXPECT;
	if (is_one_of(name, "__builtin_unreachable", "__builtin_trap"))
		return BUILTIN_STOP;
	return strcmp(name, "__builtin_constant_p") ? BUILTIN_PURE : BUILTIN_CONSTANT;
}

const struct gup_term *term_unary(struct gup_model *model, enum term_kind kind, enum term_op op,
				  struct gup_type type, const struct gup_term *a)
{
	struct gup_term *term = term_new(model, kind, type);

	term->op = op;
	term->a = a;
	return term;
}

const struct gup_term *term_index(struct gup_model *model, struct gup_type type,
				  const struct gup_term *base, const struct gup_term *index)
{
	struct gup_term *term = term_new(model, TERM_INDEX, type);

	term->a = base;
	term->b = index;
	return term;
}

const struct gup_term *term_field(struct gup_model *model, struct gup_type type,
				  const struct gup_term *base, const char *record, const char *name)
{
	struct gup_term *term = term_new(model, TERM_FIELD, type);

	term->a = base;
	term->record = record;
	term->name = name;
	return term;
}

const struct gup_term *term_function(struct gup_model *model, struct gup_type type, const char *name)
{
	struct gup_term *term = term_new(model, TERM_FUNCTION, type);

	term->name = name;
	return term;
}

int model_add_temporary(struct gup_model *model, struct gup_function *function, struct gup_type type)
{
	struct gup_var var = { .kind = VAR_TEMP, .type = type };

	return model_add_var(model, function, var);
}

void model_add_assign(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		      const struct gup_term *lhs, const struct gup_term *rhs, const char *text)
{
	struct gup_event *event = model_add_event(model, block, EVENT_ASSIGN);

	event->pos = pos;
	event->lhs = lhs;
	event->rhs = rhs;
	event->text = text ? text : "";
}

/* Pointers are not converted: what is added to one counts its elements. */
static const struct gup_term *made(struct gup_model *model, struct gup_type type,
				   const struct gup_term *term)
{
	struct gup_type have = term->type;

	if (type.is_pointer || (have.width == type.width && have.is_signed == type.is_signed &&
				have.is_bool == type.is_bool && !have.is_pointer))
		return term;
	return term_unary(model, TERM_CAST, OP_NONE, type, term);
}

void model_add_compound(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
			const struct gup_term *lhs, enum term_op op, struct gup_type wide,
			struct gup_type result, const struct gup_term *rhs, const char *text)
{
	const struct gup_term *value = term_binary(model, op, result, made(model, wide, lhs), rhs);

	model_add_assign(model, block, pos, lhs, made(model, lhs->type, value), text);
}

void model_add_step(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		    const struct gup_term *place, struct gup_type type, enum term_op op,
		    const struct gup_term *before, const char *text)
{
	struct gup_type one = type.is_pointer ? type_int(64, true) : type;

	if (before)
		model_add_assign(model, block, pos, before, place, NULL);
	model_add_assign(model, block, pos, place,
			 term_binary(model, op, type, place, term_const(model, 1, one)), text);
}

void model_add_feed(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		    const struct gup_term *to, bool truth, const struct gup_term *value)
{
	struct gup_type s32 = type_int(32, true);

	if (!to->type.width)
		return;
	if (truth)
		value = term_binary(model, OP_NE, s32, value,
				    term_const(model, 0, value->type.width ? value->type : s32));
	model_add_assign(model, block, pos, to, value, NULL);
}

struct gup_event *model_add_call(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
				 const char *callee, const char *text, int nr_args)
{
	struct gup_event *event = model_add_event(model, block, EVENT_CALL);
	size_t room = (size_t)nr_args + 1;

	event->pos = pos;
	event->callee = callee;
	event->text = text;
	event->nr_args = nr_args;
	event->args = arena_alloc(&model->arena, room * sizeof(*event->args));
	event->arg_text = arena_alloc(&model->arena, room * sizeof(*event->arg_text));
	return event;
}

void model_pass_address(struct gup_model *model, struct gup_function *function, struct gup_event *call,
			int var, struct gup_type type)
{
	const char *text = arena_printf(&model->arena, "&%s", function->vars[var].name);

	function->vars[var].address_taken = true;
	call->args[0] = term_unary(model, TERM_ADDR, OP_NONE, type, term_var(model, function, var));
	call->arg_text[0] = text;
	call->text = arena_printf(&model->arena, "%s(%s)", call->callee, text);
}

void model_add_return(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		      const struct gup_term *value, const char *text)
{
	struct gup_event *event = model_add_event(model, block, EVENT_RETURN);

	event->pos = pos;
	event->rhs = value;
	event->text = text;
}

void model_return_last(struct gup_block *block)
{
	for (int i = 0; i + 1 < block->nr_events; i++)
		if (block->events[i].kind == EVENT_RETURN) {
			struct gup_event event = block->events[i];

			block->events[i] = block->events[i + 1];
			block->events[i + 1] = event;
		}
}

void model_set_condition(struct gup_block *block, const struct gup_term *cond, const char *text,
			 struct gup_pos pos)
{
	block->cond = cond;
	block->cond_text = text;
	block->cond_pos = pos;
}

void model_add_ways(struct gup_model *model, struct gup_block *block, const int *targets, int count)
{
	static const enum edge_kind test[] = { EDGE_TRUE, EDGE_FALSE };

	for (int i = 0; i < count; i++) {
		struct gup_edge edge = { .target = targets[i] };

		edge.kind = count == 1 ? EDGE_ALWAYS : block->cond ? test[i] : EDGE_UNKNOWN;
		model_add_edge(model, block, edge);
	}
}
