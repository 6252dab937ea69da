// SPDX-License-Identifier: GPL-2.0-only
/* Conditions over bit-vectors to conditions over integers. */
#include "ints_parts.h"

#include <stdlib.h>

/* --- conditions ------------------------------------------------------------------ */

static Z3_ast truth_of(struct ints *n, bool value)
{
	return value ? Z3_mk_true(n->smt->z3) : Z3_mk_false(n->smt->z3);
}

static Z3_ast less_or_equal(struct ints *n, struct reading a, struct reading b)
{
	if (a.high <= b.low)
		return truth_of(n, true);
	if (a.low > b.high)
		return truth_of(n, false);
	return Z3_mk_le(n->smt->z3, a.term, b.term);
}

static Z3_ast negated(struct ints *n, Z3_ast truth)
{
	int known_truth = smt_constant_truth(n->smt, truth);

	return known_truth < 0 ? Z3_mk_not(n->smt->z3, truth) : truth_of(n, !known_truth);
}

static Z3_ast ordered(struct ints *n, Z3_ast a, Z3_ast b, bool is_signed)
{
	struct reading x = is_signed ? ints_signed(n, a) : ints_unsigned(n, a);

	return less_or_equal(n, x, is_signed ? ints_signed(n, b) : ints_unsigned(n, b));
}

/* The upper bits of x are all clear: Z3 writes small numbers so. */
static Z3_ast upper_bits_clear(struct ints *n, Z3_ast a, Z3_ast b)
{
	Z3_context z3 = n->smt->z3;
	wide value;

	if (!ints_constant(n, b, &value) || value || Z3_get_ast_kind(z3, a) != Z3_APP_AST)
		return NULL;
	Z3_app app = Z3_to_app(z3, a);
	Z3_func_decl decl = Z3_get_app_decl(z3, app);

	if (Z3_get_decl_kind(z3, decl) != Z3_OP_EXTRACT)
		return NULL;
	Z3_ast arg = Z3_get_app_arg(z3, app, 0);
	int high = Z3_get_decl_int_parameter(z3, decl, 0), low = Z3_get_decl_int_parameter(z3, decl, 1);

	if (!low || high != (int)smt_width(n->smt, arg) - 1)
		return NULL;
	return less_or_equal(n, ints_unsigned(n, arg), ints_known(n, two_to(low) - 1));
}

static Z3_ast equal(struct ints *n, Z3_ast a, Z3_ast b)
{
	Z3_ast clear = upper_bits_clear(n, a, b);
	wide size = two_to(smt_width(n->smt, a));

	clear = clear ? clear : upper_bits_clear(n, b, a);
	if (clear)
		return clear;
	struct reading x = ints_bits(n, a), y = ints_bits(n, b);

	if (x.high - y.low >= size || y.high - x.low >= size) {
		bool is_signed = x.low < 0 || y.low < 0;

		x = is_signed ? ints_signed(n, a) : ints_unsigned(n, a);
		y = is_signed ? ints_signed(n, b) : ints_unsigned(n, b);
	}
	if (x.low > y.high || y.low > x.high)
		return truth_of(n, false);
	return Z3_mk_eq(n->smt->z3, x.term, y.term);
}

/* `and` and `or`: a part whose truth is known decides, or drops out. */
static Z3_ast joined(struct ints *n, Z3_app app, bool is_and)
{
	Z3_context z3 = n->smt->z3;
	unsigned count = Z3_get_app_num_args(z3, app), kept = 0;
	Z3_ast *parts = malloc(((size_t)count + 1) * sizeof(*parts)), result;
	bool decided = false;

	if (!parts)
		abort();
	for (unsigned i = 0; i < count && !decided; i++) {
		Z3_ast part = ints_truth(n, Z3_get_app_arg(z3, app, i));
		int truth = smt_constant_truth(n->smt, part);

		decided = truth >= 0 && truth != is_and;
		if (truth < 0)
			parts[kept++] = part;
	}
	if (decided || !kept)
		result = truth_of(n, decided ? !is_and : is_and);
	else if (kept == 1)
		result = parts[0];
	else
		result = is_and ? Z3_mk_and(z3, kept, parts) : Z3_mk_or(z3, kept, parts);
	free(parts);
	return result;
}

static Z3_ast read_condition(struct ints *n, Z3_ast term)
{
	Z3_context z3 = n->smt->z3;
	Z3_app app = Z3_to_app(z3, term);
	unsigned count = Z3_get_app_num_args(z3, app);
	Z3_ast a = count > 0 ? Z3_get_app_arg(z3, app, 0) : NULL;
	Z3_ast b = count > 1 ? Z3_get_app_arg(z3, app, 1) : NULL;

	switch (Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app))) {
	case Z3_OP_TRUE: case Z3_OP_FALSE: return term;
	case Z3_OP_NOT: return negated(n, ints_truth(n, a));
	case Z3_OP_AND: return joined(n, app, true);
	case Z3_OP_OR: return joined(n, app, false);
	case Z3_OP_SLEQ: return ordered(n, a, b, true);
	case Z3_OP_SGEQ: return ordered(n, b, a, true);
	case Z3_OP_SLT: return negated(n, ordered(n, b, a, true));
	case Z3_OP_SGT: return negated(n, ordered(n, a, b, true));
	case Z3_OP_ULEQ: return ordered(n, a, b, false);
	case Z3_OP_UGEQ: return ordered(n, b, a, false);
	case Z3_OP_ULT: return negated(n, ordered(n, b, a, false));
	case Z3_OP_UGT: return negated(n, ordered(n, a, b, false));
	case Z3_OP_EQ:
		return ints_is_bits(n, a) ? equal(n, a, b) : Z3_mk_eq(z3, ints_truth(n, a), ints_truth(n, b));
	case Z3_OP_ITE:
		return Z3_mk_ite(z3, ints_truth(n, a), ints_truth(n, b),
				 ints_truth(n, Z3_get_app_arg(z3, app, 2)));
	default:
		n->exact = false;
		return Z3_mk_const(z3, Z3_mk_int_symbol(z3, (int)(Z3_get_ast_id(z3, term) * NR_ROLES)),
				   Z3_mk_bool_sort(z3));
	}
}

Z3_ast ints_truth(struct ints *n, Z3_ast term)
{
	struct memo *memo = ints_memo(n, term);

	if (memo->truth)
		return memo->truth;
	Z3_ast truth = read_condition(n, term);

	return ints_memo(n, term)->truth = truth;
}

