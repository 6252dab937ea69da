// SPDX-License-Identifier: GPL-2.0-only
/* What the terms of a question say of single terms: ranges. */
#include "ints_parts.h"

/* Finds the bit-vectors; votes: are they extended and compared with a sign, or without? */
static void look(struct ints *n, Z3_ast term, int vote)
{
	Z3_context z3 = n->smt->z3;

	if (Z3_get_ast_kind(z3, term) != Z3_APP_AST)
		return;
	Z3_app app = Z3_to_app(z3, term);
	unsigned count = Z3_get_app_num_args(z3, app);
	Z3_decl_kind kind = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app));
	struct memo *memo = ints_memo(n, term);
	bool seen = memo->seen;

	memo->votes += vote;
	memo->seen = true;
	if (seen)
		return;
	if (ints_is_bits(n, term)) {
		unsigned width = smt_width(n->smt, term);

		memo->bits = term;
		memo->is_symbol = !count && kind == Z3_OP_UNINTERPRETED;
		memo->slow = -two_to(width - 1);
		memo->shigh = two_to(width - 1) - 1;
		memo->uhigh = two_to(width) - 1;
	}
	if (kind == Z3_OP_SIGN_EXT || kind == Z3_OP_SLEQ || kind == Z3_OP_SLT)
		vote = 1;
	else if (kind == Z3_OP_ZERO_EXT || kind == Z3_OP_CONCAT || kind == Z3_OP_ULEQ ||
		 kind == Z3_OP_ULT)
		vote = -1;
	for (unsigned i = 0; i < count; i++)
		look(n, Z3_get_app_arg(z3, app, i), vote);
}

enum widening { AS_IT_IS, BY_SIGN, BY_ZERO };

/* The term that an extension was made from. */
static Z3_ast unextended(struct ints *n, Z3_ast term, enum widening *how)
{
	Z3_context z3 = n->smt->z3;
	wide value;

	*how = AS_IT_IS;
	if (Z3_get_ast_kind(z3, term) != Z3_APP_AST)
		return term;
	Z3_app app = Z3_to_app(z3, term);
	Z3_decl_kind kind = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app));
	unsigned count = Z3_get_app_num_args(z3, app);

	if (kind == Z3_OP_SIGN_EXT)
		*how = BY_SIGN;
	else if (kind == Z3_OP_ZERO_EXT || (kind == Z3_OP_CONCAT && count == 2 &&
		 ints_constant(n, Z3_get_app_arg(z3, app, 0), &value) && !value))
		*how = BY_ZERO;
	return *how == AS_IT_IS ? term : Z3_get_app_arg(z3, app, count - 1);
}

/* term <= value, or term >= value, in the order with the sign or without. */
static void bound(struct ints *n, Z3_ast term, wide value, bool is_signed, bool above)
{
	unsigned width = smt_width(n->smt, term);
	enum widening how;
	Z3_ast inner = unextended(n, term, &how);

	if (is_signed && value >= two_to(width - 1))
		value -= two_to(width);
	struct memo *memo = ints_memo(n, inner);

	/* zero_ext(x) is not negative: its order with a sign is that of x without. */
	if (how == BY_ZERO)
		is_signed = false;
	else if (how == BY_SIGN && !is_signed)
		return;
	if (!memo->bits)
		return;
	if (is_signed && above)
		memo->slow = larger(memo->slow, value);
	else if (is_signed)
		memo->shigh = smaller(memo->shigh, value);
	else if (above)
		memo->ulow = larger(memo->ulow, value);
	else
		memo->uhigh = smaller(memo->uhigh, value);
}

/* x == extend(the lower bits of x): x fits into those. */
static void fits(struct ints *n, Z3_ast a, Z3_ast b)
{
	Z3_context z3 = n->smt->z3;
	enum widening how;
	Z3_ast inner = unextended(n, b, &how);

	if (how == AS_IT_IS || Z3_get_ast_kind(z3, inner) != Z3_APP_AST)
		return;
	Z3_app app = Z3_to_app(z3, inner);

	if (Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app)) != Z3_OP_EXTRACT ||
	    Z3_get_app_arg(z3, app, 0) != a ||
	    Z3_get_decl_int_parameter(z3, Z3_get_app_decl(z3, app), 1))
		return;
	unsigned width = smt_width(n->smt, inner);

	bound(n, a, how == BY_SIGN ? -two_to(width - 1) : 0, how == BY_SIGN, true);
	bound(n, a, (two_to(width - (how == BY_SIGN))) - 1, how == BY_SIGN, false);
}

/* The upper bits are clear. */
static void small(struct ints *n, Z3_ast a)
{
	Z3_context z3 = n->smt->z3;
	Z3_app app = Z3_to_app(z3, a);
	Z3_func_decl decl = Z3_get_app_decl(z3, app);

	if (Z3_get_decl_kind(z3, decl) != Z3_OP_EXTRACT)
		return;
	Z3_ast arg = Z3_get_app_arg(z3, app, 0);
	int high = Z3_get_decl_int_parameter(z3, decl, 0), low = Z3_get_decl_int_parameter(z3, decl, 1);

	if (low && high == (int)smt_width(n->smt, arg) - 1)
		bound(n, arg, two_to(low) - 1, false, false);
}

static void learn_equal(struct ints *n, Z3_ast a, Z3_ast b)
{
	wide value;

	fits(n, a, b);
	fits(n, b, a);
	if (!ints_constant(n, b, &value)) {
		Z3_ast swap = a;

		a = b;
		b = swap;
	}
	if (!ints_constant(n, b, &value))
		return;
	if (!value)
		small(n, a);
	for (int above = 0; above < 2; above++) {
		bound(n, a, value, true, above);
		bound(n, a, value, false, above);
	}
}

static void learn(struct ints *n, Z3_ast fact, bool holds)
{
	Z3_context z3 = n->smt->z3;
	Z3_app app = Z3_to_app(z3, fact);
	Z3_decl_kind kind = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app));
	unsigned count = Z3_get_app_num_args(z3, app);
	Z3_ast a = count > 0 ? Z3_get_app_arg(z3, app, 0) : NULL;
	Z3_ast b = count > 1 ? Z3_get_app_arg(z3, app, 1) : NULL;
	wide value;

	if (kind == Z3_OP_NOT) {
		learn(n, a, !holds);
	} else if ((kind == Z3_OP_AND && holds) || (kind == Z3_OP_OR && !holds)) {
		for (unsigned i = 0; i < count; i++)
			learn(n, Z3_get_app_arg(z3, app, i), holds);
	} else if (kind == Z3_OP_SLEQ || kind == Z3_OP_ULEQ) {
		bool is_signed = kind == Z3_OP_SLEQ;
		unsigned width = smt_width(n->smt, a);

		/* x <= c, or not: x >= c + 1; c <= x, or not: x <= c - 1. */
		if (ints_constant(n, b, &value)) {
			if (is_signed && value >= two_to(width - 1))
				value -= two_to(width);
			bound(n, a, holds ? value : value + 1, is_signed, !holds);
		} else if (ints_constant(n, a, &value)) {
			if (is_signed && value >= two_to(width - 1))
				value -= two_to(width);
			bound(n, b, holds ? value : value - 1, is_signed, holds);
		}
	} else if (kind == Z3_OP_EQ && holds && ints_is_bits(n, a)) {
		learn_equal(n, a, b);
	}
}

/* What is known with a sign holds without one as well, when it is not negative. */
static void settle(struct ints *n)
{
	for (unsigned i = 0; i < n->cap_memos; i++) {
		struct memo *memo = &n->memos[i];

		if (memo->question != n->question || !memo->bits)
			continue;
		unsigned width = smt_width(n->smt, memo->bits);

		if (memo->slow >= 0) {
			memo->ulow = larger(memo->ulow, memo->slow);
			memo->uhigh = smaller(memo->uhigh, memo->shigh);
		}
		if (memo->uhigh < two_to(width - 1)) {
			memo->slow = larger(memo->slow, memo->ulow);
			memo->shigh = smaller(memo->shigh, memo->uhigh);
		}
	}
}

static bool is_empty(const struct ints *n)
{
	for (unsigned i = 0; i < n->cap_memos; i++) {
		const struct memo *memo = &n->memos[i];

		if (memo->question == n->question && memo->bits &&
		    (memo->slow > memo->shigh || memo->ulow > memo->uhigh))
			return true;
	}
	return false;
}

bool ints_learn(struct ints *n, Z3_ast const *terms, int count)
{
	for (int i = 0; i < count; i++)
		look(n, terms[i], 0);
	for (int i = 0; i < count; i++)
		learn(n, terms[i], true);
	settle(n);
	return !is_empty(n);
}
