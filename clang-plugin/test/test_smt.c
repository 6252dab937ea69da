// SPDX-License-Identifier: GPL-2.0-only
/* Signs and widths are exact: that is what the engine rests on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../place.h"
#include "../state.h"

struct fixture { struct arena arena; struct smt smt; struct places places; };

static int open_all(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	smt_open(&fixture.smt, &fixture.arena);
	places_open(&fixture.places, &fixture.smt, &fixture.arena);
	*state = &fixture;
	return 0;
}

static int close_all(void **state)
{
	struct fixture *f = *state;

	smt_close(&f->smt);
	arena_free(&f->arena);
	return 0;
}

/* int ret = -14; unsigned n = 8: (ret < n) is false in C. */
static void signed_meets_unsigned(void **state)
{
	struct smt *smt = &((struct fixture *)*state)->smt;
	Z3_ast ret = smt_symbol(smt, "!ret", 32), n = smt_number(smt, 8, 32);
	Z3_ast negative = smt_compare(smt, OP_LT, true, ret, smt_number(smt, 0, 32));
	Z3_ast less_unsigned[2] = { negative, smt_compare(smt, OP_LT, false, ret, n) };
	Z3_ast less_signed[2] = { negative, smt_compare(smt, OP_LT, true, ret, n) };

	assert_int_equal(smt_satisfiable(smt, less_unsigned, 2), SMT_NO);
	assert_int_equal(smt_satisfiable(smt, less_signed, 2), SMT_YES);
}

static void widths_extend_by_sign(void **state)
{
	struct smt *smt = &((struct fixture *)*state)->smt;
	int64_t number = 0;
	Z3_ast minus = smt_number(smt, -14, 32);

	assert_true(smt_constant(smt, smt_resize(smt, minus, 64, true), &number));
	assert_int_equal(number, -14);
	assert_true(smt_constant(smt, smt_resize(smt, minus, 64, false), &number));
	assert_int_equal(number, 4294967282);

	/* There and back again it is the same term, which rules compare by. */
	Z3_ast x = smt_symbol(smt, "!x", 32);

	assert_ptr_equal(smt_resize(smt, smt_resize(smt, x, 64, true), 32, true), x);
	assert_ptr_equal(smt_resize(smt, smt_resize(smt, x, 64, false), 32, true), x);
}

static void the_same_question_is_asked_once(void **state)
{
	struct smt *smt = &((struct fixture *)*state)->smt;
	Z3_ast x = smt_symbol(smt, "!x", 32), one = smt_nonzero(smt, x);

	assert_int_equal(smt_satisfiable(smt, &one, 1), SMT_YES);
	unsigned asked = smt->asked;

	assert_int_equal(smt_satisfiable(smt, &one, 1), SMT_YES);
	assert_int_equal(smt->asked, asked);
}

static void symbols_are_found(void **state)
{
	struct smt *smt = &((struct fixture *)*state)->smt;
	Z3_ast x = smt_symbol(smt, "!x", 64), y = smt_symbol(smt, SMT_VAGUE "y", 64);
	Z3_ast sum = smt_binary(smt, OP_ADD, true, x, y);

	assert_int_equal(smt_symbols(smt, sum)->count, 2);
	assert_true(smt_symbols(smt, sum)->vague);
	assert_false(smt_symbols(smt, x)->vague);
	assert_true(smt_share(smt, sum, x));
	assert_false(smt_share(smt, x, y));
	assert_true(smt_within(smt, sum, x, y));
	assert_false(smt_within(smt, sum, x, x));
}

static void equal_places_are_one(void **state)
{
	struct fixture *f = *state;
	struct gup_var v = { .name = "pages", .type = { .width = 64 } };
	const struct place *var = place_var(&f->places, 1, 0, &v);
	const struct place *array = place_target(&f->places, var, "");
	Z3_ast two = smt_number(&f->smt, 2, 64), zero = smt_number(&f->smt, 0, 64), index;

	assert_ptr_equal(place_target(&f->places, var, ""), array);
	assert_ptr_not_equal(place_target(&f->places, var, "later"), array);
	assert_ptr_equal(place_elem(&f->places, array, zero, 8), array);
	const struct place *fourth = place_elem(&f->places, place_elem(&f->places, array, two, 8), two, 8);

	assert_ptr_equal(place_array(&f->places, fourth, &index), array);
	int64_t number;

	assert_true(smt_constant(&f->smt, index, &number));
	assert_int_equal(number, 4);
	assert_true(place_inside(fourth, array));
	assert_false(place_inside(array, var));
}

static void memory_remembers_and_forgets(void **state)
{
	struct fixture *f = *state;
	struct state *s = state_new(&f->arena);
	struct gup_var v = { .name = "x", .type = { .width = 64 }, .is_object = true };
	const struct place *object = place_var(&f->places, 1, 0, &v);
	const struct place *field = place_field(&f->places, object, "nr", "thing");
	struct value seven = { smt_number(&f->smt, 7, 32), NULL };
	const char *stamp;

	assert_null(state_find(s, field, &stamp));
	assert_string_equal(stamp, "");
	state_write(&f->arena, s, field, seven);
	assert_ptr_equal(state_find(s, field, &stamp)->value.bits, seven.bits);
	struct state *copy = state_copy(&f->arena, s);

	state_forget(&f->arena, s, object, "call");
	assert_null(state_find(s, field, &stamp));
	assert_string_equal(stamp, "call");
	assert_non_null(state_find(copy, field, &stamp));
	state_stamp(&f->arena, copy, object, "call");
	assert_non_null(state_find(copy, field, &stamp));
	assert_true(state_signature(&f->smt, s) != state_signature(&f->smt, copy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(signed_meets_unsigned, open_all, close_all),
		cmocka_unit_test_setup_teardown(widths_extend_by_sign, open_all, close_all),
		cmocka_unit_test_setup_teardown(the_same_question_is_asked_once, open_all, close_all),
		cmocka_unit_test_setup_teardown(symbols_are_found, open_all, close_all),
		cmocka_unit_test_setup_teardown(equal_places_are_one, open_all, close_all),
		cmocka_unit_test_setup_teardown(memory_remembers_and_forgets, open_all, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
