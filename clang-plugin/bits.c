// SPDX-License-Identifier: GPL-2.0-only
#include "bits.h"

struct bits bits_top(void)
{
	return (struct bits){ 0, ~(uint64_t)0, false };
}

struct bits bits_const(int64_t value)
{
	return (struct bits){ (uint64_t)value, (uint64_t)value, value != 0 };
}

struct bits bits_join(struct bits a, struct bits b)
{
	return (struct bits){ a.ones & b.ones, a.may | b.may, a.nonzero && b.nonzero };
}

bool bits_certain_zero(struct bits bits)
{
	return !bits.may;
}

bool bits_certain_nonzero(struct bits bits)
{
	return bits.ones || bits.nonzero;
}

static bool is_const(struct bits bits)
{
	return bits.ones == bits.may;
}

bool bits_same(struct bits a, struct bits b)
{
	return a.ones == b.ones && a.may == b.may && a.nonzero == b.nonzero;
}

struct bits bits_resize(struct bits v, struct gup_type type)
{
	uint64_t mask, sign;

	if (!type.width || type.width >= 64)
		return v;
	if (type.is_bool)
		return bits_certain_nonzero(v) ? bits_const(1) : bits_certain_zero(v) ? bits_const(0) :
			(struct bits){ 0, 1, false };
	mask = ((uint64_t)1 << type.width) - 1;
	sign = (uint64_t)1 << (type.width - 1);
	/* A value that lost bits may have lost all that were set. */
	v.nonzero = v.nonzero && !(v.may & ~mask);
	v.ones &= mask;
	v.may &= mask;
	if (type.is_signed && v.may & sign)
		v.may |= ~mask;
	if (type.is_signed && v.ones & sign)
		v.ones |= ~mask;
	v.nonzero = v.nonzero || v.ones;
	return v;
}

static struct bits truth(bool yes, bool no)
{
	return yes ? bits_const(1) : no ? bits_const(0) : (struct bits){ 0, 1, false };
}

static struct bits compare(enum term_op op, struct bits a, struct bits b, bool is_signed)
{
	int64_t x = (int64_t)a.ones, y = (int64_t)b.ones;
	bool differ = (a.ones & ~b.may) || (b.ones & ~a.may) ||
		      (bits_certain_zero(a) && bits_certain_nonzero(b)) ||
		      (bits_certain_zero(b) && bits_certain_nonzero(a));
	bool both = is_const(a) && is_const(b), less;

	if (op == OP_EQ || op == OP_NE) {
		bool equal = both && x == y;

		return op == OP_EQ ? truth(equal, differ) : truth(differ, equal);
	}
	if (!both)
		return truth(false, false);
	less = is_signed ? x < y : a.ones < b.ones;
	if (op == OP_LT)
		return truth(less, !less);
	if (op == OP_GE)
		return truth(!less, less);
	less = is_signed ? y < x : b.ones < a.ones;
	return op == OP_GT ? truth(less, !less) : truth(!less, less);
}

struct bits bits_binary(const struct gup_term *term, struct bits a, struct bits b)
{
	switch (term->op) {
	case OP_AND:
		return (struct bits){ a.ones & b.ones, a.may & b.may, false };
	case OP_OR:
		return (struct bits){ a.ones | b.ones, a.may | b.may, a.nonzero || b.nonzero };
	case OP_XOR:
		return (struct bits){ (a.ones & ~b.may) | (b.ones & ~a.may),
				      (a.may | b.may) & ~(a.ones & b.ones), false };
	case OP_SHL:
		return is_const(b) && b.ones < 64 ?
			(struct bits){ a.ones << b.ones, a.may << b.ones, false } : bits_top();
	case OP_ADD:
		return is_const(a) && is_const(b) ? bits_const((int64_t)(a.ones + b.ones)) : bits_top();
	case OP_SUB:
		return is_const(a) && is_const(b) ? bits_const((int64_t)(a.ones - b.ones)) : bits_top();
	case OP_LT: case OP_LE: case OP_GT: case OP_GE: case OP_EQ: case OP_NE:
		return compare(term->op, a, b, term->a->type.is_signed);
	case OP_LAND:
		return truth(bits_certain_nonzero(a) && bits_certain_nonzero(b),
			     bits_certain_zero(a) || bits_certain_zero(b));
	case OP_LOR:
		return truth(bits_certain_nonzero(a) || bits_certain_nonzero(b),
			     bits_certain_zero(a) && bits_certain_zero(b));
	default:
		return bits_top();
	}
}

struct bits bits_unary(enum term_op op, struct bits a)
{
	if (op == OP_LNOT)
		return truth(bits_certain_zero(a), bits_certain_nonzero(a));
	if (op == OP_NOT)
		return (struct bits){ ~a.may, ~a.ones, ~a.may != 0 };
	return op == OP_NEG && is_const(a) ? bits_const(-(int64_t)a.ones) : bits_top();
}
