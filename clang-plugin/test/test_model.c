// SPDX-License-Identifier: GPL-2.0-only
/* The model: arena, terms, and the check that refuses broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "build.h"

static void arena_keeps_large_and_small(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	char *large = arena_alloc(&arena, 1 << 20);

	large[(1 << 20) - 1] = 1;
	for (int i = 0; i < 10000; i++) {
		char *text = arena_printf(&arena, "%d-%s", i, "text");

		assert_int_equal(atoi(text), i);
	}
	assert_string_equal(arena_strdup(&arena, ""), "");
	arena_free(&arena);
	assert_int_equal(arena.total, 0);
}

static struct gup_function *two_blocks(struct gup_model *model)
{
	struct gup_function *function = model_add_function(model, "f");

	model_set_blocks(model, function, 2);
	function->entry = 1;
	function->exit = 0;
	add_edge(model, &function->blocks[1], EDGE_ALWAYS, 0);
	return function;
}

static void good_model_passes(void **state)
{
	struct gup_model *model = model_new("test.c");

	(void)state;
	two_blocks(model);
	assert_null(model_check(model));
	assert_ptr_equal(model_find(model, "f"), model->functions[0]);
	assert_null(model_find(model, "g"));
	model_add_flag(model, (struct gup_flag){ .name = "FOLL_GET", .value = 4 });
	assert_int_equal(model_flag(model, "FOLL_GET"), 4);
	assert_int_equal(model_flag(model, "FOLL_PIN"), 0);
	model_free(model);
}

static void broken_models_are_refused(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *function = two_blocks(model);

	(void)state;
	add_edge(model, &function->blocks[1], EDGE_ALWAYS, 7);
	assert_non_null(strstr(model_check(model), "bad edge target"));
	model_free(model);

	model = model_new("test.c");
	function = two_blocks(model);
	function->blocks[1].edges[0].kind = EDGE_TRUE;
	assert_non_null(strstr(model_check(model), "without a condition"));
	model_free(model);

	model = model_new("test.c");
	function = two_blocks(model);
	function->blocks[1].cond = term_new(model, TERM_UNKNOWN, type_int(0, false));
	add_edge(model, &function->blocks[1], EDGE_TRUE, 0);
	assert_non_null(strstr(model_check(model), "do not go together"));
	function->blocks[1].edges[0].kind = EDGE_CASE;
	function->blocks[1].edges[1].kind = EDGE_DEFAULT;
	assert_non_null(strstr(model_check(model), "no number"));
	model_free(model);

	model = model_new("test.c");
	function = two_blocks(model);
	struct gup_term *term = term_new(model, TERM_VAR, type_int(32, true));

	term->var = 3;
	add_return(model, &function->blocks[1], 1, term);
	assert_non_null(strstr(model_check(model), "bad variable"));
	model_free(model);

	model = model_new("test.c");
	function = two_blocks(model);
	add_return(model, &function->blocks[1], 1, term_new(model, TERM_DEREF, type_int(32, true)));
	assert_non_null(strstr(model_check(model), "missing term"));
	model_free(model);
}

static void terms_read_like_c(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *function = two_blocks(model);
	int pages = add_var(model, function, "pages", VAR_PARAM, page_pointer(2));
	int i = add_var(model, function, "i", VAR_LOCAL, type_int(32, true));
	struct gup_term *index = term_new(model, TERM_INDEX, page_pointer(1));
	struct arena arena = { 0 };

	(void)state;
	index->a = term_var(model, function, pages);
	index->b = term_binary(model, OP_ADD, type_int(32, true), term_var(model, function, i),
			       term_const(model, 1, type_int(32, true)));
	assert_string_equal(term_text(&arena, function, index), "pages[(i + 1)]");
	struct gup_term *deref = term_new(model, TERM_DEREF, type_int(0, false));
	struct gup_term *field = term_new(model, TERM_FIELD, type_int(32, true));

	deref->a = term_var(model, function, pages);
	field->a = deref;
	field->name = "flags";
	assert_string_equal(term_text(&arena, function, field), "pages->flags");
	arena_free(&arena);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_keeps_large_and_small),
		cmocka_unit_test(good_model_passes),
		cmocka_unit_test(broken_models_are_refused),
		cmocka_unit_test(terms_read_like_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
