// SPDX-License-Identifier: GPL-2.0-only
/* Bit-vectors to integers. */
#include "ints_parts.h"

/* Beyond this a sum is brought back into its width before it grows further. */
#define WIDE_LIMIT two_to(90)

struct reading ints_known(struct ints *n, wide value)
{
	return (struct reading){ ints_number(n, value), value, value };
}

static void assert_range(struct ints *n, struct reading r)
{
	ints_assert(n, Z3_mk_ge(n->smt->z3, r.term, ints_number(n, r.low)));
	ints_assert(n, Z3_mk_le(n->smt->z3, r.term, ints_number(n, r.high)));
}

static struct reading shifted(struct ints *n, struct reading r, wide by)
{
	Z3_ast both[2] = { r.term, ints_number(n, by) };

	if (!by)
		return r;
	return (struct reading){ Z3_mk_add(n->smt->z3, 2, both), r.low + by, r.high + by };
}

static wide floor_div(wide a, wide b)
{
	return a / b - (a % b < 0);
}

/* Brings a reading into [low, low + 2^width). */
static struct reading into_range(struct ints *n, struct reading r, unsigned width, wide low,
				 unsigned id, enum ints_role role)
{
	Z3_context z3 = n->smt->z3;
	wide size = two_to(width);
	wide first = floor_div(r.low - low, size), last = floor_div(r.high - low, size);
	struct reading result;

	if (first == last)
		return shifted(n, r, -first * size);
	if (last == first + 1) {
		struct reading a = shifted(n, r, -first * size), b = shifted(n, r, -last * size);

		result.term = Z3_mk_ite(z3, Z3_mk_lt(z3, r.term, ints_number(n, last * size + low)),
					a.term, b.term);
		result.low = low;
		result.high = low + size - 1;
		return result;
	}
	struct reading wraps = { ints_variable(n, id, role), first, last };
	Z3_ast scaled[2] = { wraps.term, ints_number(n, -size) };
	Z3_ast sum[2] = { r.term, Z3_mk_mul(z3, 2, scaled) };

	result = (struct reading){ Z3_mk_add(z3, 2, sum), low, low + size - 1 };
	assert_range(n, wraps);
	assert_range(n, result);
	return result;
}

/* What the facts of the question say of a term holds for its reading, and has to be said there. */
static struct reading tightened(struct ints *n, struct reading r, wide low, wide high)
{
	if (low <= r.low && high >= r.high)
		return r;
	if (low > r.low) {
		r.low = low;
		ints_assert(n, Z3_mk_ge(n->smt->z3, r.term, ints_number(n, low)));
	}
	if (high < r.high) {
		r.high = high;
		ints_assert(n, Z3_mk_le(n->smt->z3, r.term, ints_number(n, high)));
	}
	return r;
}

struct reading ints_signed(struct ints *n, Z3_ast term)
{
	unsigned width = smt_width(n->smt, term), id = Z3_get_ast_id(n->smt->z3, term);
	struct reading r = ints_bits(n, term);
	struct memo *memo = ints_memo(n, term);

	if (memo->has_signed)
		return memo->in_signed;
	r = into_range(n, r, width, -two_to(width - 1), id, ROLE_WRAPS_SIGNED);
	memo = ints_memo(n, term);
	if (memo->bits)
		r = tightened(n, r, memo->slow, memo->shigh);
	memo->has_signed = true;
	return memo->in_signed = r;
}

struct reading ints_unsigned(struct ints *n, Z3_ast term)
{
	unsigned width = smt_width(n->smt, term), id = Z3_get_ast_id(n->smt->z3, term);
	struct reading r = ints_bits(n, term);
	struct memo *memo = ints_memo(n, term);

	if (memo->has_unsigned)
		return memo->in_unsigned;
	r = into_range(n, r, width, 0, id, ROLE_WRAPS_UNSIGNED);
	memo = ints_memo(n, term);
	if (memo->bits)
		r = tightened(n, r, memo->ulow, memo->uhigh);
	memo->has_unsigned = true;
	return memo->in_unsigned = r;
}

/* --- terms ------------------------------------------------------------------------ */

static struct reading times(struct ints *n, struct reading r, wide factor)
{
	Z3_ast both[2] = { r.term, ints_number(n, factor) };

	if (factor == 1)
		return r;
	return (struct reading){ Z3_mk_mul(n->smt->z3, 2, both),
				 factor < 0 ? r.high * factor : r.low * factor,
				 factor < 0 ? r.low * factor : r.high * factor };
}

static struct reading plus(struct ints *n, struct reading a, struct reading b)
{
	Z3_ast both[2] = { a.term, b.term };

	return (struct reading){ Z3_mk_add(n->smt->z3, 2, both), a.low + b.low, a.high + b.high };
}

/* Something that is not followed: any number of the width that fits the range. */
static struct reading unknown(struct ints *n, Z3_ast term, wide low, wide high)
{
	struct reading r = { ints_variable(n, Z3_get_ast_id(n->smt->z3, term), ROLE_PART), low, high };

	n->exact = false;
	assert_range(n, r);
	return r;
}

/* The number that a part of a sum is a multiple of; *one: the part for 1 of it, NULL for the number. */
static bool factor_of(struct ints *n, Z3_ast part, int64_t *factor, Z3_ast *one)
{
	Z3_context z3 = n->smt->z3;

	*one = NULL;
	if (Z3_get_ast_kind(z3, part) == Z3_NUMERAL_AST)
		return Z3_get_numeral_int64(z3, part, factor);
	Z3_app app = Z3_to_app(z3, part);

	if (Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app)) != Z3_OP_MUL ||
	    Z3_get_app_num_args(z3, app) != 2)
		return false;
	*one = Z3_get_app_arg(z3, app, 1);
	part = Z3_get_app_arg(z3, app, 0);
	return Z3_get_ast_kind(z3, part) == Z3_NUMERAL_AST && Z3_get_numeral_int64(z3, part, factor);
}

/* sum == by * *whole + *rest; a number in the rest is below `by`. */
static void split(struct ints *n, Z3_ast sum, int64_t by, Z3_ast *whole, Z3_ast *rest)
{
	Z3_context z3 = n->smt->z3;
	Z3_app app = Z3_to_app(z3, sum);
	bool is_sum = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app)) == Z3_OP_ADD;
	unsigned count = is_sum ? Z3_get_app_num_args(z3, app) : 1;

	*whole = *rest = ints_number(n, 0);
	for (unsigned i = 0; i < count; i++) {
		Z3_ast part = is_sum ? Z3_get_app_arg(z3, app, i) : sum, one;
		Z3_ast outside[2] = { *whole, NULL }, inside[2] = { *rest, part };
		int64_t factor;

		if (factor_of(n, part, &factor, &one) && (!one || factor % by == 0)) {
			Z3_ast scaled[2] = { ints_number(n, floor_div(factor, by)), one };

			outside[1] = one ? Z3_mk_mul(z3, 2, scaled) : scaled[0];
			*whole = Z3_mk_add(z3, 2, outside);
			inside[1] = ints_number(n, factor - floor_div(factor, by) * by);
		}
		*rest = Z3_mk_add(z3, 2, inside);
	}
	*whole = Z3_simplify_ex(z3, *whole, n->sums);
	*rest = Z3_simplify_ex(z3, *rest, n->sums);
}

/*
 * floor(r / by). Sums that differ in their order only, or by multiples of `by`, share one
 * variable: that their quotients are equal is what most proofs about bytes come down to.
 */
static struct reading quotient(struct ints *n, struct reading r, wide by)
{
	Z3_context z3 = n->smt->z3;
	struct reading q = { NULL, floor_div(r.low, by), floor_div(r.high, by) };
	Z3_ast whole, rest;

	if (q.low == q.high)
		return ints_known(n, q.low);
	if (by == 1)
		return r;
	split(n, Z3_simplify_ex(z3, r.term, n->sums), (int64_t)by, &whole, &rest);
	Z3_ast name = Z3_mk_div(z3, rest, ints_number(n, by));
	Z3_ast both[2] = { ints_variable(n, Z3_get_ast_id(z3, name), ROLE_PART), whole };

	if (!ints_memo(n, name)->seen) {
		struct reading scaled = times(n, (struct reading){ both[0], 0, 0 }, by);

		ints_memo(n, name)->seen = true;
		ints_assert(n, Z3_mk_le(z3, scaled.term, rest));
		ints_assert(n, Z3_mk_le(z3, rest, shifted(n, scaled, by - 1).term));
	}
	q.term = Z3_mk_add(z3, 2, both);
	assert_range(n, q);
	return q;
}

static struct reading minus(struct ints *n, struct reading a, struct reading b)
{
	return plus(n, a, times(n, b, -1));
}

/* A sum or a multiple that grew: back into the width, so that ranges stay in bounds. */
static struct reading limited(struct ints *n, Z3_ast term, struct reading r)
{
	if (r.low > -WIDE_LIMIT && r.high < WIDE_LIMIT)
		return r;
	return into_range(n, r, smt_width(n->smt, term), 0, Z3_get_ast_id(n->smt->z3, term),
			  ROLE_PART);
}

static struct reading product(struct ints *n, Z3_ast term, Z3_app app)
{
	unsigned width = smt_width(n->smt, term);
	Z3_ast a = Z3_get_app_arg(n->smt->z3, app, 0), b = Z3_get_app_arg(n->smt->z3, app, 1);
	wide factor, low, high;

	if (ints_constant(n, b, &factor)) {
		Z3_ast swap = a;

		a = b;
		b = swap;
	}
	if (Z3_get_app_num_args(n->smt->z3, app) != 2 || !ints_constant(n, a, &factor))
		return unknown(n, term, 0, two_to(width) - 1);
	/* The smaller of the two numbers that are congruent to it. */
	if (factor >= two_to(width - 1))
		factor -= two_to(width);
	struct reading r = ints_bits(n, b);

	if (__builtin_mul_overflow(r.low, factor, &low) ||
	    __builtin_mul_overflow(r.high, factor, &high) || low <= -two_to(120) ||
	    low >= two_to(120) || high <= -two_to(120) || high >= two_to(120))
		return unknown(n, term, 0, two_to(width) - 1);
	return limited(n, term, times(n, r, factor));
}

/* Shifts by a number, and what is the same as one. */
static struct reading shift(struct ints *n, Z3_ast term, Z3_app app, Z3_decl_kind kind)
{
	Z3_ast a = Z3_get_app_arg(n->smt->z3, app, 0), b = Z3_get_app_arg(n->smt->z3, app, 1);
	unsigned width = smt_width(n->smt, term);
	wide by;

	if (!ints_constant(n, b, &by) || by >= width)
		return unknown(n, term, 0, two_to(width) - 1);
	if (kind == Z3_OP_BLSHR)
		return quotient(n, ints_unsigned(n, a), two_to(by));
	if (kind == Z3_OP_BASHR)
		return quotient(n, ints_signed(n, a), two_to(by));
	struct reading r = ints_bits(n, a);

	if (r.high - r.low >= two_to(64))
		r = ints_unsigned(n, a);
	if (by > 40 && r.high - r.low > two_to(40))
		return unknown(n, term, 0, two_to(width) - 1);
	return limited(n, term, times(n, r, two_to(by)));
}

static struct reading division(struct ints *n, Z3_ast term, Z3_app app, Z3_decl_kind kind)
{
	Z3_ast a = Z3_get_app_arg(n->smt->z3, app, 0), b = Z3_get_app_arg(n->smt->z3, app, 1);
	bool remainder = kind == Z3_OP_BUREM || kind == Z3_OP_BUREM_I;
	wide by;

	if (!ints_constant(n, b, &by) || !by || by > two_to(40))
		return unknown(n, term, 0, (two_to(smt_width(n->smt, term))) - 1);
	struct reading r = ints_unsigned(n, a), q = quotient(n, r, by);

	if (!remainder)
		return q;
	r = minus(n, r, times(n, q, by));
	r.low = 0;
	r.high = by - 1;
	return r;
}

/* Bits are looked at: ranges are all that is said, unless the mask is a remainder. */
static struct reading bitwise(struct ints *n, Z3_ast term, Z3_app app, Z3_decl_kind kind)
{
	unsigned width = smt_width(n->smt, term), count = Z3_get_app_num_args(n->smt->z3, app);
	wide low = 0, high = two_to(width) - 1, mask;

	for (unsigned i = 0; i < count && kind != Z3_OP_BXOR; i++) {
		Z3_ast arg = Z3_get_app_arg(n->smt->z3, app, i);

		if (kind == Z3_OP_BAND && count == 2 && ints_constant(n, arg, &mask) && mask &&
		    !(mask & (mask + 1))) {
			Z3_ast other = Z3_get_app_arg(n->smt->z3, app, 1 - i);
			struct reading r = ints_unsigned(n, other);
			struct reading q = quotient(n, r, mask + 1);

			r = minus(n, r, times(n, q, mask + 1));
			return (struct reading){ r.term, 0, mask };
		}
		struct reading r = ints_unsigned(n, arg);

		if (kind == Z3_OP_BAND)
			high = smaller(high, r.high);
		else
			low = larger(low, r.low);
	}
	return unknown(n, term, low, high);
}

static struct reading concatenation(struct ints *n, Z3_app app)
{
	unsigned count = Z3_get_app_num_args(n->smt->z3, app);
	struct reading sum = ints_unsigned(n, Z3_get_app_arg(n->smt->z3, app, 0));

	for (unsigned i = 1; i < count; i++) {
		Z3_ast arg = Z3_get_app_arg(n->smt->z3, app, i);

		if (sum.low || sum.high)
			sum = plus(n, times(n, sum, two_to(smt_width(n->smt, arg))), ints_unsigned(n, arg));
		else
			sum = ints_unsigned(n, arg);
	}
	return sum;
}

static struct reading extraction(struct ints *n, Z3_app app)
{
	Z3_func_decl decl = Z3_get_app_decl(n->smt->z3, app);
	int low = Z3_get_decl_int_parameter(n->smt->z3, decl, 1);
	Z3_ast arg = Z3_get_app_arg(n->smt->z3, app, 0);

	/* What is congruent modulo 2^64 is so modulo 2^32. */
	if (!low)
		return ints_bits(n, arg);
	return quotient(n, ints_unsigned(n, arg), two_to(low));
}

static struct reading choice(struct ints *n, Z3_app app)
{
	Z3_context z3 = n->smt->z3;
	Z3_ast cond = ints_truth(n, Z3_get_app_arg(z3, app, 0));
	int truth = smt_constant_truth(n->smt, cond);

	if (truth >= 0)
		return ints_bits(n, Z3_get_app_arg(z3, app, truth ? 1 : 2));
	struct reading a = ints_bits(n, Z3_get_app_arg(z3, app, 1));
	struct reading b = ints_bits(n, Z3_get_app_arg(z3, app, 2));

	return (struct reading){ Z3_mk_ite(z3, cond, a.term, b.term), smaller(a.low, b.low),
				 larger(a.high, b.high) };
}

static struct reading symbol(struct ints *n, Z3_ast term)
{
	struct memo *memo = ints_memo(n, term);
	struct reading r = { ints_variable(n, memo->id, ROLE_SYMBOL), memo->slow, memo->shigh };

	if (memo->votes < 0) {
		r.low = memo->ulow;
		r.high = memo->uhigh;
	}
	assert_range(n, r);
	return r;
}

static struct reading sum_of(struct ints *n, Z3_ast term, Z3_app app, wide factor)
{
	unsigned count = Z3_get_app_num_args(n->smt->z3, app);
	struct reading sum = ints_bits(n, Z3_get_app_arg(n->smt->z3, app, 0));

	for (unsigned i = 1; i < count; i++)
		sum = plus(n, sum, times(n, ints_bits(n, Z3_get_app_arg(n->smt->z3, app, i)), factor));
	return limited(n, term, sum);
}

static struct reading read_app(struct ints *n, Z3_ast term)
{
	Z3_context z3 = n->smt->z3;
	Z3_app app = Z3_to_app(z3, term);
	Z3_decl_kind kind = Z3_get_decl_kind(z3, Z3_get_app_decl(z3, app));
	unsigned count = Z3_get_app_num_args(z3, app);
	Z3_ast first = count ? Z3_get_app_arg(z3, app, 0) : NULL;

	if (!count)
		return symbol(n, term);
	switch (kind) {
	case Z3_OP_BADD: return sum_of(n, term, app, 1);
	case Z3_OP_BSUB: return sum_of(n, term, app, -1);
	case Z3_OP_BMUL: return product(n, term, app);
	case Z3_OP_BNEG: return times(n, ints_bits(n, first), -1);
	case Z3_OP_BNOT: return shifted(n, times(n, ints_bits(n, first), -1), -1);
	case Z3_OP_BSHL: case Z3_OP_BLSHR: case Z3_OP_BASHR: return shift(n, term, app, kind);
	case Z3_OP_BUDIV: case Z3_OP_BUDIV_I: case Z3_OP_BUREM: case Z3_OP_BUREM_I:
		return division(n, term, app, kind);
	case Z3_OP_BAND: case Z3_OP_BOR: case Z3_OP_BXOR: return bitwise(n, term, app, kind);
	case Z3_OP_CONCAT: return concatenation(n, app);
	case Z3_OP_EXTRACT: return extraction(n, app);
	case Z3_OP_SIGN_EXT: return ints_signed(n, first);
	case Z3_OP_ZERO_EXT: return ints_unsigned(n, first);
	case Z3_OP_ITE: return choice(n, app);
	default: return unknown(n, term, 0, (two_to(smt_width(n->smt, term))) - 1);
	}
}

struct reading ints_bits(struct ints *n, Z3_ast term)
{
	struct memo *memo = ints_memo(n, term);
	struct reading r;
	wide value;

	if (memo->has_plain)
		return memo->plain;
	if (ints_constant(n, term, &value)) {
		unsigned width = smt_width(n->smt, term);

		r = ints_known(n, value >= two_to(width - 1) ? value - two_to(width) : value);
	} else {
		r = read_app(n, term);
	}
	memo = ints_memo(n, term);
	memo->has_plain = true;
	return memo->plain = r;
}

