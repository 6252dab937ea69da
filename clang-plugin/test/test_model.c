// SPDX-License-Identifier: GPL-2.0-only
/* The model: arena, terms, and the check that refuses broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../choice.h"
#include "../model_build.h"
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

/* Who reaches the API through others is chosen, in any order; who only resembles it is not. */
static void who_reaches_the_api_is_chosen(void **state)
{
	struct gup_options options = { 0 };
	struct gup_session *session = gup_open(&options);
	struct choice *choice = choice_open(session);
	char name[20];

	(void)state;
	choice_add(choice, "top");
	choice_mention(choice, "middle");
	choice_add(choice, "middle");
	choice_mention(choice, "bottom");
	choice_add(choice, "bottom");
	choice_mention(choice, "pin_user_pages_fast");
	choice_add(choice, "bystander");
	choice_mention(choice, "kmalloc");
	choice_add(choice, "pin_user_pages");
	choice_mention(choice, "bystander");
	choice_add(choice, "cleans");
	choice_add(choice, "scoped");
	choice_mention(choice, "cleans");
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "other_%d", i);
		choice_mention(choice, name);
	}
	choice_want(choice, "cleans");
	choice_spread(choice);
	static const char *const chosen[] = { "top", "middle", "bottom", "cleans", "scoped" };
	static const char *const not[] = { "bystander", "pin_user_pages", "other_1999", "never_said" };

	for (size_t i = 0; i < sizeof(chosen) / sizeof(*chosen); i++)
		assert_int_equal(choice_how(choice, chosen[i], false), CHOICE_WHOLE);
	for (size_t i = 0; i < sizeof(not) / sizeof(*not); i++)
		assert_int_equal(choice_how(choice, not[i], true), CHOICE_NOT);
	choice_close(choice);
	gup_close(session);
}

/* Pages, or flags, that only pass through are of use to who joins files, and to whoever's array is freed. */
static void what_only_passes_pages_on(void **state)
{
	struct gup_options options = { 0 };
	struct gup_session *session = gup_open(&options);
	struct choice *choice = choice_open(session);

	(void)state;
	choice_add(choice, "passes");
	choice_pages(choice);
	choice_add(choice, "flags");
	choice_constant(choice, NULL);
	choice_constant(choice, "FOLL_WRITE");
	choice_add(choice, "frees");
	choice_pages(choice);
	choice_mention(choice, "kfree");
	choice_add(choice, "counts");
	choice_constant(choice, "PAGE_SIZE");
	choice_mention(choice, "kfree");
	choice_add(choice, "fills");
	choice_parameter(choice, "iov_iter");
	choice_mention(choice, "iov_iter_bvec");
	choice_add(choice, "uses");
	choice_mention(choice, "iov_iter_bvec");
	choice_mention(choice, "get_user_page_vma_remote");
	assert_true(choice_wants_inline(choice, "get_user_page_vma_remote"));
	assert_false(choice_wants_inline(choice, "get_user_pages_remote"));	/* nobody names it */
	assert_false(choice_wants_inline(choice, "kfree"));
	choice_add_inline(choice, "get_user_page_vma_remote");
	choice_mention(choice, "get_user_pages_remote");
	choice_spread(choice);
	assert_int_equal(choice_how(choice, "get_user_page_vma_remote", true), CHOICE_PASSING);
	assert_int_equal(choice_how(choice, "get_user_page_vma_remote", false), CHOICE_NOT);
	assert_int_equal(choice_how(choice, "passes", false), CHOICE_NOT);
	assert_int_equal(choice_how(choice, "passes", true), CHOICE_PASSING);
	assert_int_equal(choice_how(choice, "flags", true), CHOICE_PASSING);
	assert_int_equal(choice_how(choice, "frees", false), CHOICE_PASSING);
	assert_int_equal(choice_how(choice, "counts", true), CHOICE_NOT);
	assert_int_equal(choice_how(choice, "fills", false), CHOICE_WHOLE);
	assert_int_equal(choice_how(choice, "uses", true), CHOICE_WHOLE);	/* of the API */
	choice_close(choice);
	gup_close(session);
}

/* `f &= ~1u` counts in what its type asks for, `p += 1` in elements. */
static void compound_assignment(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	struct gup_type u8 = type_int(8, false), s32 = type_int(32, true);
	struct gup_type pointer = { .width = 64, .is_pointer = true, .elem_size = 4 };
	struct gup_var byte = { .name = "byte", .type = u8 }, p = { .name = "p", .type = pointer };
	int byte_var = model_add_var(model, f, byte), p_var = model_add_var(model, f, p);

	(void)state;
	model_set_blocks(model, f, 1);
	const struct gup_term *lhs = term_var(model, f, byte_var), *one = term_const(model, 1, s32);
	struct gup_block *block = &f->blocks[0];

	model_add_compound(model, block, at(1), lhs, OP_ADD, s32, s32, one, "byte += 1");
	model_add_compound(model, block, at(2), term_var(model, f, p_var), OP_ADD, pointer, pointer, one, "p += 1");
	const struct gup_term *value = block->events[0].rhs;

	assert_int_equal(value->kind, TERM_CAST);
	assert_int_equal(value->type.width, 8);
	assert_int_equal(value->a->kind, TERM_BINARY);
	assert_int_equal(value->a->a->kind, TERM_CAST);
	assert_int_equal(block->events[1].rhs->kind, TERM_BINARY);
	assert_int_equal(block->events[1].rhs->a->kind, TERM_VAR);
	model_free(model);
}

/* The only way is taken, two ways without a test teach nothing, with one they are its two sides. */
static void ways_out_of_a_block(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_block one = { 0 }, any = { 0 }, test = { 0 };
	const int targets[] = { 3, 4 };

	(void)state;
	model_add_ways(model, &one, targets, 1);
	model_add_ways(model, &any, targets, 2);
	model_set_condition(&test, term_const(model, 1, type_int(32, true)), "1", at(1));
	model_add_ways(model, &test, targets, 2);
	assert_int_equal(one.edges[0].kind, EDGE_ALWAYS);
	assert_int_equal(any.edges[0].kind, EDGE_UNKNOWN);
	assert_int_equal(any.edges[1].kind, EDGE_UNKNOWN);
	assert_int_equal(test.edges[0].kind, EDGE_TRUE);
	assert_int_equal(test.edges[1].kind, EDGE_FALSE);
	assert_int_equal(test.edges[1].target, 4);
	model_free(model);
}

/* What a cleanup does comes before the function is left, and behind what is returned. */
static void a_return_comes_last(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_block block = { 0 }, none = { 0 };

	(void)state;
	model_add_call(model, &block, at(1), "before", "before()", 0);
	model_add_return(model, &block, at(2), NULL, "return");
	model_add_call(model, &block, at(3), "first", "first()", 0);
	model_add_call(model, &block, at(3), "second", "second()", 0);
	model_return_last(&block);
	model_return_last(&none);
	assert_int_equal(block.nr_events, 4);
	assert_string_equal(block.events[1].callee, "first");
	assert_string_equal(block.events[2].callee, "second");
	assert_int_equal(block.events[3].kind, EVENT_RETURN);
	model_free(model);
}

static void names_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(model_builtin("__builtin_expect"), BUILTIN_EXPECT);
	assert_int_equal(model_builtin("__builtin_trap"), BUILTIN_STOP);
	assert_int_equal(model_builtin("__builtin_constant_p"), BUILTIN_CONSTANT);
	assert_int_equal(model_builtin("__builtin_bswap32"), BUILTIN_PURE);
	assert_int_equal(model_builtin("__builtin_memcpy"), BUILTIN_NOT);
	assert_int_equal(model_builtin("kfree"), BUILTIN_NOT);
	assert_true(model_wants_flag("FOLL_WRITE") && model_wants_flag("PAGE_SHIFT"));
	assert_false(model_wants_flag("FOLL_") || model_wants_flag("PAGE_SHIFTS") || model_wants_flag(""));
	assert_true(gup_file_is_local("drivers/x/y.h"));
	assert_false(gup_file_is_local("include/linux/mm.h") || gup_file_is_local("/usr/lib/x.h") ||
		     gup_file_is_local(""));
	assert_true(gup_is_built_for("Debian clang version 19.1.7 (3~deb12u1)", 19));
	assert_false(gup_is_built_for("Debian clang version 14.0.6", 19) || gup_is_built_for("gcc", 19));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_keeps_large_and_small),
		cmocka_unit_test(good_model_passes),
		cmocka_unit_test(broken_models_are_refused),
		cmocka_unit_test(terms_read_like_c),
		cmocka_unit_test(who_reaches_the_api_is_chosen),
		cmocka_unit_test(what_only_passes_pages_on),
		cmocka_unit_test(compound_assignment),
		cmocka_unit_test(ways_out_of_a_block),
		cmocka_unit_test(a_return_comes_last),
		cmocka_unit_test(names_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
