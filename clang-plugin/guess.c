// SPDX-License-Identifier: GPL-2.0-only
#include "guess.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EXAMPLES 24

struct number { unsigned id; bool known; uint64_t value; };

/* One example: the values of symbols, and of the terms that were evaluated so far. */
struct example {
	struct number *numbers;
	unsigned count, cap;
	unsigned used;		/* when it was of use last */
};

struct guesses {
	struct smt *smt;
	struct example examples[MAX_EXAMPLES];
	int count, newest;
	unsigned now;
};

struct guesses *guesses_new(struct smt *smt)
{
	struct guesses *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->smt = smt;
	return g;
}

void guesses_free(struct guesses *g)
{
	for (int i = 0; i < g->count; i++)
		free(g->examples[i].numbers);
	free(g);
}

/* --- tables ------------------------------------------------------------------- */

static struct number *slot(const struct example *x, unsigned id)
{
	unsigned at = id * 2654435761u & (x->cap - 1);

	while (x->numbers[at].known && x->numbers[at].id != id)
		at = (at + 1) & (x->cap - 1);
	return &x->numbers[at];
}

static void keep(struct example *x, unsigned id, uint64_t value)
{
	if (x->count * 2 >= x->cap) {
		struct number *old = x->numbers;
		unsigned cap = x->cap;

		x->cap = cap ? cap * 2 : 128;
		x->numbers = calloc(x->cap, sizeof(*x->numbers));
		if (!x->numbers)
			abort();
		for (unsigned i = 0; i < cap; i++)
			if (old[i].known)
				*slot(x, old[i].id) = old[i];
		free(old);
	}
	struct number *number = slot(x, id);

	x->count += !number->known;
	*number = (struct number){ id, true, value };
}

void guesses_begin(struct guesses *g)
{
	int at = 0;

	if (g->count < MAX_EXAMPLES) {
		at = g->count++;
	} else {
		for (int i = 1; i < MAX_EXAMPLES; i++)
			if (g->examples[i].used < g->examples[at].used)
				at = i;
	}
	struct example *x = &g->examples[at];

	if (x->cap)
		memset(x->numbers, 0, x->cap * sizeof(*x->numbers));
	x->count = 0;
	x->used = ++g->now;
	g->newest = at;
}

void guesses_set(struct guesses *g, Z3_ast symbol, uint64_t value)
{
	keep(&g->examples[g->newest], Z3_get_ast_id(g->smt->z3, symbol), value);
}

/* --- evaluation ----------------------------------------------------------------- */

struct evaluation { struct smt *smt; struct example *x; bool failed; };

static uint64_t mask(unsigned width)
{
	return width < 64 ? ((uint64_t)1 << width) - 1 : ~(uint64_t)0;
}

static int64_t with_sign(uint64_t value, unsigned width)
{
	return width < 64 ? (int64_t)(value << (64 - width)) >> (64 - width) : (int64_t)value;
}

static uint64_t value_of(struct evaluation *v, Z3_ast term);

static uint64_t fail(struct evaluation *v)
{
	v->failed = true;
	return 0;
}

static uint64_t shifted(Z3_decl_kind kind, uint64_t a, uint64_t by, unsigned width)
{
	if (kind == Z3_OP_BASHR)
		return (uint64_t)(with_sign(a, width) >> (by < width ? by : width - 1));
	if (by >= width)
		return 0;
	return kind == Z3_OP_BSHL ? a << by : a >> by;
}

/* Operations on two bit-vectors of one width; the results are masked by the caller. */
static uint64_t fold(struct evaluation *v, Z3_decl_kind kind, uint64_t a, uint64_t b,
		     unsigned width)
{
	int64_t x = with_sign(a, width), y = with_sign(b, width);

	switch (kind) {
	case Z3_OP_BADD: return a + b;
	case Z3_OP_BSUB: return a - b;
	case Z3_OP_BMUL: return a * b;
	case Z3_OP_BAND: case Z3_OP_AND: return a & b;
	case Z3_OP_BOR: case Z3_OP_OR: return a | b;
	case Z3_OP_BXOR: case Z3_OP_XOR: return a ^ b;
	case Z3_OP_BSHL: case Z3_OP_BLSHR: case Z3_OP_BASHR: return shifted(kind, a, b, width);
	case Z3_OP_BUDIV: case Z3_OP_BUDIV_I: return b ? a / b : fail(v);
	case Z3_OP_BUREM: case Z3_OP_BUREM_I: return b ? a % b : fail(v);
	case Z3_OP_SLEQ: return x <= y;
	case Z3_OP_SGEQ: return x >= y;
	case Z3_OP_SLT: return x < y;
	case Z3_OP_SGT: return x > y;
	case Z3_OP_ULEQ: return a <= b;
	case Z3_OP_UGEQ: return a >= b;
	case Z3_OP_ULT: return a < b;
	case Z3_OP_UGT: return a > b;
	case Z3_OP_EQ: return a == b;
	default: return fail(v);
	}
}

static unsigned width_of(struct evaluation *v, Z3_ast term)
{
	Z3_sort sort = Z3_get_sort(v->smt->z3, term);

	if (Z3_get_sort_kind(v->smt->z3, sort) != Z3_BV_SORT)
		return 1;
	return Z3_get_bv_sort_size(v->smt->z3, sort);
}

static uint64_t concatenated(struct evaluation *v, Z3_app app, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++) {
		Z3_ast arg = Z3_get_app_arg(v->smt->z3, app, i);
		unsigned width = width_of(v, arg);

		value = (width < 64 ? value << width : 0) | value_of(v, arg);
	}
	return value;
}

static uint64_t applied(struct evaluation *v, Z3_app app, Z3_decl_kind kind, unsigned count)
{
	Z3_context z3 = v->smt->z3;
	Z3_ast first = Z3_get_app_arg(z3, app, 0);
	unsigned width = width_of(v, first);

	switch (kind) {
	case Z3_OP_NOT: return !value_of(v, first);
	case Z3_OP_BNOT: return ~value_of(v, first);
	case Z3_OP_BNEG: return -value_of(v, first);
	case Z3_OP_ITE: return value_of(v, Z3_get_app_arg(z3, app, value_of(v, first) ? 1 : 2));
	case Z3_OP_CONCAT: return concatenated(v, app, count);
	case Z3_OP_SIGN_EXT: return (uint64_t)with_sign(value_of(v, first), width);
	case Z3_OP_ZERO_EXT: return value_of(v, first);
	case Z3_OP_EXTRACT:
		return value_of(v, first) >> Z3_get_decl_int_parameter(z3, Z3_get_app_decl(z3, app), 1);
	default: break;
	}
	uint64_t value = value_of(v, first);

	for (unsigned i = 1; i < count && !v->failed; i++)
		value = fold(v, kind, value, value_of(v, Z3_get_app_arg(z3, app, i)), width);
	return count > 1 ? value : fail(v);
}

static uint64_t value_of(struct evaluation *v, Z3_ast term)
{
	Z3_context z3 = v->smt->z3;
	uint64_t value = 0;

	if (v->failed)
		return 0;
	if (Z3_get_ast_kind(z3, term) == Z3_NUMERAL_AST)
		return Z3_get_numeral_uint64(z3, term, &value) ? value : fail(v);
	unsigned id = Z3_get_ast_id(z3, term), width = width_of(v, term);

	if (v->x->cap && slot(v->x, id)->known)
		return slot(v->x, id)->value;
	if (width > 64 || Z3_get_ast_kind(z3, term) != Z3_APP_AST)
		return fail(v);
	Z3_app app = Z3_to_app(z3, term);
	unsigned count = Z3_get_app_num_args(z3, app);
	Z3_decl_kind kind = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app));

	if (count)
		value = applied(v, app, kind, count) & mask(width);
	else if (kind == Z3_OP_UNINTERPRETED)
		value = 1;	/* not in the example: a pointer that is there, a count that is not 0 */
	else
		value = kind == Z3_OP_TRUE;
	if (!v->failed)
		keep(v->x, id, value);
	return value;
}

static bool holds(struct guesses *g, struct example *x, Z3_ast const *terms, int count)
{
	struct evaluation v = { g->smt, x, false };

	for (int i = 0; i < count; i++)
		if (!value_of(&v, terms[i]) || v.failed)
			return false;
	x->used = ++g->now;
	return true;
}

bool guesses_hold(struct guesses *g, Z3_ast const *terms, int count)
{
	for (int i = 0; i < g->count; i++) {
		int at = (g->newest + g->count - i) % g->count;

		if (!holds(g, &g->examples[at], terms, count))
			continue;
		return true;
	}
	return false;
}
