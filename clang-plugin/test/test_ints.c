// SPDX-License-Identifier: GPL-2.0-only
/* Read as integers, questions about bit-vectors have the answers that their bits have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../guess.h"
#include "../ints.h"

#define QUESTIONS 500

static uint64_t seed = 20191104;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % below;
}

/* Numbers at which signs and widths matter. */
static int64_t edge(unsigned width)
{
	static const int64_t numbers[] = { 0, 1, 2, 3, 7, 8, 64, -1, -2, -8, 127, 128, 255, 256 };

	if (pick(4) == 0)
		return (int64_t)1 << (width - 1);
	return numbers[pick(sizeof(numbers) / sizeof(numbers[0]))];
}

static Z3_ast some_bits(struct smt *smt, unsigned width, int depth);

static Z3_ast some_condition(struct smt *smt, int depth)
{
	static const unsigned widths[] = { 8, 16, 12 };
	static const enum term_op ops[] = { OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE };
	unsigned width = widths[pick(3)];

	if (depth > 1 && pick(5) == 0) {
		Z3_ast a = some_condition(smt, depth - 1), b = some_condition(smt, depth - 1);

		return pick(2) ? smt_and(smt, a, b) : smt_or(smt, a, b);
	}
	if (depth > 1 && pick(6) == 0)
		return smt_not(smt, some_condition(smt, depth - 1));
	Z3_ast a = some_bits(smt, width, depth), b = some_bits(smt, width, pick(2) ? 0 : depth - 1);

	return smt_compare(smt, ops[pick(6)], pick(2), a, b);
}

static Z3_ast some_bits(struct smt *smt, unsigned width, int depth)
{
	static const enum term_op ops[] = { OP_ADD, OP_SUB, OP_ADD, OP_SUB, OP_MUL, OP_SHL, OP_SHR, OP_AND };
	static const char *const names[] = { "a", "b", "c" };
	char name[16];
	unsigned kind = pick(8);

	if (depth <= 0 || kind == 0) {
		snprintf(name, sizeof(name), "%s%u", names[pick(3)], width);
		return pick(3) ? smt_symbol(smt, name, width) : smt_number(smt, edge(width), width);
	}
	if (kind == 1)
		return smt_ite(smt, some_condition(smt, depth - 1), some_bits(smt, width, depth - 1),
			       some_bits(smt, width, depth - 1));
	if (kind <= 3)
		return smt_resize(smt, some_bits(smt, width == 8 ? 16 : 8, depth - 1), width, pick(2));
	enum term_op op = ops[pick(8)];
	Z3_ast a = some_bits(smt, width, depth - 1);

	if (op == OP_SHL || op == OP_SHR || op == OP_MUL)
		return smt_binary(smt, op, pick(2), a, smt_number(smt, pick(6), width));
	if (op == OP_AND)
		return smt_binary(smt, op, false, a, smt_number(smt, ((int64_t)1 << pick(5)) - 1, width));
	return smt_binary(smt, op, pick(2), a, some_bits(smt, width, depth - 1));
}

static enum smt_answer ask(struct smt *smt, Z3_solver solver)
{
	switch (Z3_solver_check(smt->z3, solver)) {
	case Z3_L_TRUE: return SMT_YES;
	case Z3_L_FALSE: return SMT_NO;
	default: return SMT_UNKNOWN;
	}
}

static void take(void *data, Z3_ast symbol, uint64_t value)
{
	guesses_set(data, symbol, value);
}

struct counts { int yes, no, exact, guessed; };

static void compare(struct smt *smt, Z3_solver integers, Z3_solver bits, struct counts *counts)
{
	int count = 1 + (int)pick(5);
	struct ints *ints = ints_new(smt);
	struct guesses *guesses = guesses_new(smt);
	Z3_ast terms[5];
	bool exact;

	for (int i = 0; i < count; i++)
		terms[i] = some_condition(smt, 3);
	Z3_solver_reset(smt->z3, integers);
	Z3_solver_reset(smt->z3, bits);
	for (int i = 0; i < count; i++)
		Z3_solver_assert(smt->z3, bits, terms[i]);
	int read = ints_read(ints, terms, count, &exact);

	for (int i = 0; i < read; i++)
		Z3_solver_assert(smt->z3, integers, ints_assertion(ints, i));
	enum smt_answer want = ask(smt, bits), got = ask(smt, integers);

	assert_int_not_equal(want, SMT_UNKNOWN);
	assert_int_not_equal(got, SMT_UNKNOWN);
	if (got == SMT_NO || exact)
		assert_int_equal(got, want);
	if (got == SMT_YES) {
		Z3_model model = Z3_solver_get_model(smt->z3, integers);

		Z3_model_inc_ref(smt->z3, model);
		guesses_begin(guesses);
		ints_numbers(ints, model, take, guesses);
		Z3_model_dec_ref(smt->z3, model);
		bool holds = guesses_hold(guesses, terms, count);

		/* The evaluation of terms is exact, too. */
		assert_true(want == SMT_YES || !holds);
		assert_true(holds || !exact);
		counts->guessed += holds;
	}
	counts->yes += got == SMT_YES;
	counts->no += got == SMT_NO;
	counts->exact += exact;
	guesses_free(guesses);
	ints_free(ints);
}

static void integers_answer_like_bits(void **state)
{
	struct counts counts = { 0 };

	(void)state;
	for (int round = 0; round < QUESTIONS / 100; round++) {
		struct arena arena = { 0 };
		struct smt smt;

		smt_open(&smt, &arena);
		Z3_solver integers = Z3_mk_simple_solver(smt.z3), bits;

		Z3_solver_inc_ref(smt.z3, integers);
		bits = Z3_mk_solver_for_logic(smt.z3, Z3_mk_string_symbol(smt.z3, "QF_BV"));
		Z3_solver_inc_ref(smt.z3, bits);
		for (int i = 0; i < 100; i++)
			compare(&smt, integers, bits, &counts);
		Z3_solver_dec_ref(smt.z3, integers);
		Z3_solver_dec_ref(smt.z3, bits);
		smt_close(&smt);
		arena_free(&arena);
	}
	/* A test of nothing but one answer would say little. */
	assert_true(counts.yes > QUESTIONS / 5);
	assert_true(counts.no > QUESTIONS / 10);
	assert_true(counts.exact > QUESTIONS / 2);
	assert_true(counts.guessed > QUESTIONS / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_answer_like_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
