// SPDX-License-Identifier: GPL-2.0-only
/* Known bits: each operation against all values that its operands stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../bits.h"

/* Values of three bits, of which some are known: 27 of them. */
#define EACH(ones, may) for (uint64_t may = 0; may < 8; may++) for (uint64_t ones = 0; ones < 8; ones++) if (!(ones & ~may))
#define ONE_OF(value, bits) (!((bits).ones & ~(value)) && !((value) & ~(bits).may) && (!(bits).nonzero || (value)))

static uint64_t compute(enum term_op op, uint64_t a, uint64_t b)
{
	switch (op) {
	case OP_AND: return a & b;
	case OP_OR: return a | b;
	case OP_XOR: return a ^ b;
	case OP_SHL: return a << b;
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return a < b;
	case OP_LE: return a <= b;
	case OP_GT: return a > b;
	case OP_GE: return a >= b;
	case OP_LAND: return a && b;
	default: return a || b;
	}
}

static void check_op(enum term_op op)
{
	const struct gup_term operand = { .kind = TERM_UNKNOWN, .type = { .width = 64 } };
	const struct gup_term term = { .kind = TERM_BINARY, .op = op, .a = &operand, .b = &operand };

	EACH(ones_a, may_a)
		EACH(ones_b, may_b) {
			struct bits a = { ones_a, may_a, ones_a != 0 }, b = { ones_b, may_b, ones_b != 0 };
			struct bits result = bits_binary(&term, a, b);

			for (uint64_t x = 0; x < 8; x++)
				for (uint64_t y = 0; y < 8; y++)
					if (ONE_OF(x, a) && ONE_OF(y, b))
						assert_true(ONE_OF(compute(op, x, y), result));
		}
}

static void no_operation_forgets_a_value(void **state)
{
	static const enum term_op ops[] = { OP_AND, OP_OR, OP_XOR, OP_SHL, OP_ADD, OP_SUB, OP_EQ, OP_NE,
					    OP_LT, OP_LE, OP_GT, OP_GE, OP_LAND, OP_LOR };

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		check_op(ops[i]);
}

static void constants_stay_exact(void **state)
{
	const struct gup_term operand = { .kind = TERM_UNKNOWN, .type = { .width = 32 } };
	const struct gup_term or = { .kind = TERM_BINARY, .op = OP_OR, .a = &operand, .b = &operand };

	(void)state;
	assert_true(bits_same(bits_binary(&or, bits_const(4), bits_const(1)), bits_const(5)));
	assert_true(bits_certain_zero(bits_unary(OP_LNOT, bits_const(7))));
	assert_true(bits_same(bits_unary(OP_NOT, bits_const(0)), bits_const(-1)));
}

static void types_cut_and_extend(void **state)
{
	(void)state;
	assert_true(bits_same(bits_resize(bits_const(0x1ff), type_int(8, false)), bits_const(0xff)));
	assert_true(bits_same(bits_resize(bits_const(0xff), type_int(8, true)), bits_const(-1)));
	/* What is not zero may be so in fewer bits. */
	struct bits some = { 0, ~(uint64_t)0, true };

	assert_false(bits_certain_nonzero(bits_resize(some, type_int(8, false))));
	assert_true(bits_certain_nonzero(bits_resize(some, type_int(64, false))));
}

static void a_join_has_both(void **state)
{
	struct bits both = bits_join(bits_const(5), bits_const(4));

	(void)state;
	assert_int_equal(both.ones, 4);
	assert_int_equal(both.may, 5);
	assert_true(bits_certain_nonzero(both));
	assert_false(bits_certain_nonzero(bits_join(bits_const(0), bits_const(4))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_operation_forgets_a_value),
		cmocka_unit_test(constants_stay_exact),
		cmocka_unit_test(types_cut_and_extend),
		cmocka_unit_test(a_join_has_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
