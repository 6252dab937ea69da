// SPDX-License-Identifier: GPL-2.0-only
/* Terms to values: what an expression means in a state. */
#include "engine.h"

static const struct gup_var *variable(const struct state *s, int var)
{
	return &s->frames[s->depth].function->vars[var];
}

Z3_ast engine_vague(struct engine *e, unsigned width)
{
	return smt_symbol(&e->smt, arena_printf(&e->arena, SMT_VAGUE "%s.%d", e->key, e->fresh++),
			  width);
}

/* Memory that nobody wrote on this path holds one unknown value, the same at each load. */
static struct value first_load(struct engine *e, const struct place *place, const char *stamp,
			       struct gup_type type)
{
	const struct place *object = place_object(place);
	struct value value = { NULL, NULL };

	if (object->kind == PLACE_FRESH && object->is_zeroed && !*stamp) {
		value.bits = smt_number(&e->smt, 0, type.width);
		return value;
	}
	value.bits = smt_symbol(&e->smt, arena_printf(&e->arena, SMT_MEMORY "%d@%s/%d", place->id,
						      stamp, type.width), type.width);
	if (type.is_pointer)
		value.points = place_target(&e->places, place, stamp);
	return value;
}

/* A page below the count that a call returned is there: its pointer is not NULL. */
static void know_page(struct engine *e, struct state *s, struct value value)
{
	Z3_ast index;
	struct holding *h = engine_page_of(e, s, value, &index);

	if (!h)
		return;
	Z3_ast offset = smt_binary(&e->smt, OP_SUB, true, index, h->base);
	Z3_ast inside = smt_compare(&e->smt, OP_LT, false, offset, h->count);

	state_add_fact(&e->arena, &e->smt, s,
		       smt_or(&e->smt, smt_not(&e->smt, inside), smt_nonzero(&e->smt, value.bits)));
}

struct value engine_load(struct engine *e, struct state *s, const struct place *place,
			 struct gup_type type)
{
	struct value value = { NULL, NULL };
	const struct entry *entry;
	const char *stamp;

	if (!type.width)
		return value;
	entry = state_find(s, place, &stamp);
	if (entry && entry->value.bits) {
		value = entry->value;
		value.bits = smt_resize(&e->smt, value.bits, type.width, type.is_signed);
		return value;
	}
	value = first_load(e, place, stamp, type);
	if (type.page_depth == 1)
		know_page(e, s, value);
	return value;
}

const struct place *engine_points(struct engine *e, struct value value)
{
	if (value.points)
		return value.points;
	if (!value.bits)
		return place_fresh(&e->places, arena_printf(&e->arena, "?%s.%d", e->key, e->fresh++),
				   false);
	return place_fresh(&e->places, arena_printf(&e->arena, "*%u",
						    Z3_get_ast_id(e->smt.z3, value.bits)), false);
}

static Z3_ast index_bits(struct engine *e, struct state *s, const struct gup_term *term)
{
	struct value index = engine_eval(e, s, term);

	if (!index.bits)
		return engine_vague(e, 64);
	return smt_resize(&e->smt, index.bits, 64, term->type.is_signed);
}

/* A count as the callee sees it: 64 bits, extended by the argument's own sign. */
Z3_ast engine_count(struct engine *e, struct state *s, const struct gup_term *term)
{
	return index_bits(e, s, term);
}

/* What is dereferenced is not NULL: the path ends there otherwise. */
static struct value dereferenced(struct engine *e, struct state *s, const struct gup_term *term)
{
	struct value pointer = engine_eval(e, s, term);

	if (pointer.bits && Z3_get_ast_kind(e->smt.z3, pointer.bits) == Z3_APP_AST &&
	    !Z3_get_app_num_args(e->smt.z3, Z3_to_app(e->smt.z3, pointer.bits)))
		state_add_fact(&e->arena, &e->smt, s, smt_nonzero(&e->smt, pointer.bits));
	return pointer;
}

const struct place *engine_place(struct engine *e, struct state *s, const struct gup_term *term)
{
	switch (term->kind) {
	case TERM_VAR:
		return place_var(&e->places, s->frames[s->depth].id, term->var,
				 variable(s, term->var));
	case TERM_FIELD:
		return place_field(&e->places, engine_place(e, s, term->a), term->name, term->record);
	case TERM_DEREF:
		return engine_points(e, dereferenced(e, s, term->a));
	case TERM_INDEX: {
		const struct place *array = engine_points(e, engine_eval(e, s, term->a));

		return place_elem(&e->places, array, index_bits(e, s, term->b),
				  term->a->type.elem_size);
	}
	case TERM_CAST:
		return engine_place(e, s, term->a);
	default:
		return engine_points(e, engine_eval(e, s, term));
	}
}

static struct value pointer_step(struct engine *e, struct state *s, const struct gup_term *term)
{
	bool swapped = !term->a->type.is_pointer;
	const struct gup_term *base = swapped ? term->b : term->a;
	struct value pointer = engine_eval(e, s, base);
	Z3_ast index = index_bits(e, s, swapped ? term->a : term->b);

	if (term->op == OP_SUB)
		index = smt_binary(&e->smt, OP_SUB, true, smt_number(&e->smt, 0, 64), index);
	pointer.points = place_elem(&e->places, engine_points(e, pointer), index,
				    base->type.elem_size);
	Z3_ast bytes = smt_binary(&e->smt, OP_MUL, true, index,
				  smt_number(&e->smt, base->type.elem_size, 64));

	pointer.bits = smt_binary(&e->smt, OP_ADD, false,
				  smt_resize(&e->smt, pointer.bits, 64, false), bytes);
	return pointer;
}

static struct value pointer_difference(struct engine *e, struct state *s,
				       const struct gup_term *term)
{
	struct value a = engine_eval(e, s, term->a), b = engine_eval(e, s, term->b), result = { 0 };
	Z3_ast x, y;

	if (!a.bits || !b.bits)
		return result;
	if (a.points && b.points &&
	    place_array(&e->places, a.points, &x) == place_array(&e->places, b.points, &y)) {
		result.bits = smt_binary(&e->smt, OP_SUB, true, x, y);
		return result;
	}
	/* page_to_pfn() and its like: no number that we know, but one that depends on the page. */
	result.bits = smt_resize(&e->smt, smt_binary(&e->smt, OP_SUB, false, a.bits, b.bits),
				 term->type.width, false);
	return result;
}

static bool is_comparison(enum term_op op)
{
	return op >= OP_LT && op <= OP_NE;
}

static struct value binary(struct engine *e, struct state *s, const struct gup_term *term)
{
	bool a_pointer = term->a->type.is_pointer, b_pointer = term->b->type.is_pointer;
	struct value result = { NULL, NULL };

	if (is_comparison(term->op) || term->op == OP_LAND || term->op == OP_LOR) {
		result.bits = smt_truth(&e->smt, engine_condition(e, s, term), term->type.width);
		return result;
	}
	if (a_pointer && b_pointer)
		return pointer_difference(e, s, term);
	if ((a_pointer || b_pointer) && (term->op == OP_ADD || term->op == OP_SUB))
		return pointer_step(e, s, term);
	struct value a = engine_eval(e, s, term->a), b = engine_eval(e, s, term->b);

	if (a.bits && b.bits) {
		b.bits = smt_resize(&e->smt, b.bits, smt_width(&e->smt, a.bits),
				    term->b->type.is_signed);
		result.bits = smt_binary(&e->smt, term->op, term->a->type.is_signed, a.bits, b.bits);
	}
	if (result.bits)
		result.bits = smt_resize(&e->smt, result.bits, term->type.width,
					 term->type.is_signed);
	return result;
}

/*
 * A length that is put into an int is taken to fit: a bug that needs a buffer
 * of 8 TB is not what this is about. Results of acquires keep their sign, and
 * so they stay out of it; so does what was masked on purpose.
 */
static void assume_fits(struct engine *e, struct state *s, const struct gup_term *term,
			Z3_ast wide, Z3_ast narrow)
{
	int64_t number;

	if (term->type.width != 32 || smt_width(&e->smt, wide) != 64 || term->a->op == OP_AND ||
	    smt_constant(&e->smt, wide, &number) || smt_symbols(&e->smt, wide)->vague)
		return;
	for (int i = 0; i < s->nr_holdings; i++)
		if (smt_share(&e->smt, s->holdings[i].result, wide))
			return;
	state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_EQ, false, wide,
		smt_resize(&e->smt, narrow, 64, term->type.is_signed)));
}

static struct value cast(struct engine *e, struct state *s, const struct gup_term *term)
{
	struct value value = engine_eval(e, s, term->a);

	if (!value.bits || !term->type.width)
		return (struct value){ NULL, NULL };
	if (term->type.is_bool)
		value.bits = smt_truth(&e->smt, smt_nonzero(&e->smt, value.bits), term->type.width);
	else {
		Z3_ast wide = value.bits;

		value.bits = smt_resize(&e->smt, wide, term->type.width, term->a->type.is_signed);
		assume_fits(e, s, term, wide, value.bits);
	}
	if (term->type.width < 64)
		value.points = NULL;
	return value;
}

static struct value evaluate(struct engine *e, struct state *s, const struct gup_term *term)
{
	struct value value = { NULL, NULL };

	/* An operation without a width has no value: no compiler makes one, a damaged file may. */
	if ((term->kind == TERM_BINARY || term->kind == TERM_UNARY) && !term->type.width)
		return value;
	switch (term->kind) {
	case TERM_CONST:
		if (term->type.width)
			value.bits = smt_number(&e->smt, term->value, term->type.width);
		return value;
	case TERM_VAR:
	case TERM_FIELD:
	case TERM_INDEX:
	case TERM_DEREF:
		if (term->kind == TERM_VAR && variable(s, term->var)->is_object)
			return value;
		return engine_load(e, s, engine_place(e, s, term), term->type);
	case TERM_ADDR:
		value.points = engine_place(e, s, term->a);
		value.bits = value.points->address;
		return value;
	case TERM_FUNCTION:
		value.points = place_function(&e->places, term->name);
		value.bits = value.points->address;
		return value;
	case TERM_BINARY:
		return binary(e, s, term);
	case TERM_CAST:
		return cast(e, s, term);
	case TERM_UNARY:
		if (term->op == OP_LNOT) {
			value.bits = smt_truth(&e->smt, engine_condition(e, s, term), term->type.width);
			return value;
		}
		value = engine_eval(e, s, term->a);
		value.points = NULL;
		if (value.bits && term->op == OP_NEG)
			value.bits = smt_simplify(&e->smt, Z3_mk_bvneg(e->smt.z3, value.bits));
		else if (value.bits)
			value.bits = smt_simplify(&e->smt, Z3_mk_bvnot(e->smt.z3, value.bits));
		return value;
	case TERM_UNKNOWN:
		break;
	}
	return value;
}

struct value engine_eval(struct engine *e, struct state *s, const struct gup_term *term)
{
	struct value value = evaluate(e, s, term);

	if (!value.bits && term->type.width)
		value.bits = engine_vague(e, term->type.width);
	return value;
}

Z3_ast engine_condition(struct engine *e, struct state *s, const struct gup_term *term)
{
	if (term->kind == TERM_UNARY && term->op == OP_LNOT)
		return smt_not(&e->smt, engine_condition(e, s, term->a));
	if (term->kind == TERM_BINARY && is_comparison(term->op)) {
		struct value a = engine_eval(e, s, term->a), b = engine_eval(e, s, term->b);

		if (a.bits && b.bits) {
			b.bits = smt_resize(&e->smt, b.bits, smt_width(&e->smt, a.bits),
					    term->b->type.is_signed);
			return smt_compare(&e->smt, term->op, term->a->type.is_signed, a.bits, b.bits);
		}
		/* Floating point, structures: nothing is known of them. */
		return smt_nonzero(&e->smt, engine_vague(e, 32));
	}
	if (term->kind == TERM_BINARY && (term->op == OP_LAND || term->op == OP_LOR)) {
		Z3_ast a = engine_condition(e, s, term->a), b = engine_condition(e, s, term->b);

		return term->op == OP_LAND ? smt_and(&e->smt, a, b) : smt_or(&e->smt, a, b);
	}
	struct value value = engine_eval(e, s, term);

	if (!value.bits)
		value.bits = engine_vague(e, 32);
	return smt_nonzero(&e->smt, value.bits);
}
