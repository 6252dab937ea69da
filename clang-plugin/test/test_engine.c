// SPDX-License-Identifier: GPL-2.0-only
/* The engine on models built by hand: what it says, and that it always comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../engine.h"
#include "build.h"

struct heard { int findings, notes; char rules[200]; };

static void hear(void *data, const struct gup_diag *diag)
{
	struct heard *heard = data;

	if (diag->is_note) {
		heard->notes++;
		return;
	}
	heard->findings++;
	strncat(heard->rules, diag->rule, sizeof(heard->rules) - strlen(heard->rules) - 2);
	strcat(heard->rules, " ");
}

static struct heard check(struct gup_model *model)
{
	struct gup_options options = { 0 };
	struct gup_session *session = gup_open(&options);
	struct heard heard = { 0 };
	struct gup_host host = { &heard, hear };

	assert_non_null(session);
	int count = gup_check(session, model, &host);

	assert_int_equal(count, heard.findings);
	gup_close(session);
	return heard;
}

enum ending { RELEASE_RET, RELEASE_NR, RELEASE_NOTHING };

/*
 * int f(int n, struct page **pages) {
 *	int ret = pin_user_pages_fast(0, n, FOLL_WRITE, pages);
 *	if (ret != n) { if (ret > 0) RELEASE; return -14; }
 *	return 0;
 * }
 */
static struct gup_model *short_pin(enum ending ending)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	struct gup_type s32 = type_int(32, true), u64 = type_int(64, false);
	int n = add_var(model, f, "n", VAR_PARAM, s32);
	int pages = add_var(model, f, "pages", VAR_PARAM, page_pointer(2));
	int ret = add_var(model, f, "ret", VAR_LOCAL, s32);
	const struct gup_term *zero = term_const(model, 0, s32);
	struct gup_term *flags = term_const(model, 1, type_int(32, false));
	const struct gup_term *pin[] = { term_const(model, 0, u64), term_var(model, f, n), flags,
					 term_var(model, f, pages) };

	flags->name = "FOLL_WRITE";
	f->returns = s32;
	model_set_blocks(model, f, 6);
	f->entry = 5;
	f->exit = 0;
	add_call(model, &f->blocks[5], 1, "pin_user_pages_fast", ret, 4, pin);
	f->blocks[5].cond = term_binary(model, OP_NE, s32, term_var(model, f, ret), term_var(model, f, n));
	f->blocks[5].cond_text = "ret != n";
	add_edge(model, &f->blocks[5], EDGE_TRUE, 4);
	add_edge(model, &f->blocks[5], EDGE_FALSE, 1);
	f->blocks[4].cond = term_binary(model, OP_GT, s32, term_var(model, f, ret), zero);
	f->blocks[4].cond_text = "ret > 0";
	add_edge(model, &f->blocks[4], EDGE_TRUE, 3);
	add_edge(model, &f->blocks[4], EDGE_FALSE, 2);
	struct gup_term *count = term_new(model, TERM_CAST, u64);

	count->a = term_var(model, f, ending == RELEASE_NR ? n : ret);
	const struct gup_term *unpin[] = { term_var(model, f, pages), count };

	if (ending != RELEASE_NOTHING)
		add_call(model, &f->blocks[3], 3, "unpin_user_pages", -1, 2, unpin);
	add_edge(model, &f->blocks[3], EDGE_ALWAYS, 2);
	add_return(model, &f->blocks[2], 4, term_const(model, -14, s32));
	add_edge(model, &f->blocks[2], EDGE_ALWAYS, 0);
	add_return(model, &f->blocks[1], 5, zero);
	add_edge(model, &f->blocks[1], EDGE_ALWAYS, 0);
	return model;
}

static void balanced_is_silent(void **state)
{
	struct gup_model *model = short_pin(RELEASE_RET);

	(void)state;
	assert_int_equal(check(model).findings, 0);
	model_free(model);
}

static void short_leak_is_found(void **state)
{
	struct gup_model *model = short_pin(RELEASE_NOTHING);
	struct heard heard = check(model);

	(void)state;
	assert_string_equal(heard.rules, "partial-pin-leak ");
	assert_true(heard.notes >= 3);
	model_free(model);
}

static void wrong_count_is_found(void **state)
{
	struct gup_model *model = short_pin(RELEASE_NR);

	(void)state;
	assert_string_equal(check(model).rules, "release-wrong-count ");
	model_free(model);
}

/* A loop that never ends, a block without a way out, a function that calls itself. */
static void odd_shapes_end(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	int ret = add_var(model, f, "ret", VAR_LOCAL, type_int(32, true));
	int page = add_var(model, f, "page", VAR_LOCAL, page_pointer(1));
	struct gup_term *address = term_new(model, TERM_ADDR, page_pointer(2));
	const struct gup_term *args[] = { term_const(model, 0, type_int(64, false)),
					  term_const(model, 1, type_int(32, true)),
					  term_const(model, 0, type_int(32, false)), address };

	(void)state;
	address->a = term_var(model, f, page);
	model_set_blocks(model, f, 4);
	f->entry = 3;
	f->exit = 0;
	add_edge(model, &f->blocks[3], EDGE_ALWAYS, 2);
	add_call(model, &f->blocks[2], 1, "pin_user_pages_fast", ret, 4, args);
	add_call(model, &f->blocks[2], 2, "f", -1, 0, NULL);
	add_edge(model, &f->blocks[2], EDGE_UNKNOWN, 2);
	add_edge(model, &f->blocks[2], EDGE_UNKNOWN, 1);
	check(model);
	model_free(model);
}

/* The wrong number of arguments, terms without a type: no crash, no finding out of nothing. */
static void strange_calls_are_survived(void **state)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	const struct gup_term *args[] = { term_new(model, TERM_UNKNOWN, type_int(0, false)),
					  term_new(model, TERM_UNKNOWN, type_int(64, false)) };

	(void)state;
	model_set_blocks(model, f, 2);
	f->entry = 1;
	f->exit = 0;
	add_call(model, &f->blocks[1], 1, "pin_user_pages_fast", -1, 2, args);
	add_call(model, &f->blocks[1], 2, "unpin_user_pages", -1, 2, args);
	add_call(model, &f->blocks[1], 3, "unpin_user_page", -1, 0, args);
	add_call(model, &f->blocks[1], 4, NULL, -1, 2, args);
	add_edge(model, &f->blocks[1], EDGE_ALWAYS, 0);
	assert_int_equal(check(model).findings, 0);
	model_free(model);
}

/*
 * int f(int which, struct page **pages) {
 *	int ret = pin_user_pages_fast(0, 8, FOLL_WRITE, pages);
 *	switch (which) { case 0: … all but the last: if (ret > 0) unpin_user_pages(pages, ret); }
 *	return -14;
 * }
 */
static struct gup_model *wide_switch(int cases)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	struct gup_type s32 = type_int(32, true), u64 = type_int(64, false);
	int which = add_var(model, f, "which", VAR_PARAM, s32);
	int pages = add_var(model, f, "pages", VAR_PARAM, page_pointer(2));
	int ret = add_var(model, f, "ret", VAR_LOCAL, s32);
	struct gup_term *flags = term_const(model, 1, type_int(32, false));
	const struct gup_term *pin[] = { term_const(model, 0, u64), term_const(model, 8, s32), flags,
					 term_var(model, f, pages) };
	struct gup_term *count = term_new(model, TERM_CAST, u64);
	const struct gup_term *unpin[] = { term_var(model, f, pages), count };

	flags->name = "FOLL_WRITE";
	count->a = term_var(model, f, ret);
	f->returns = s32;
	model_set_blocks(model, f, 5);
	f->entry = 4;
	f->exit = 0;
	add_call(model, &f->blocks[4], 1, "pin_user_pages_fast", ret, 4, pin);
	f->blocks[4].cond = term_var(model, f, which);
	f->blocks[4].cond_text = "which";
	for (int i = 0; i < cases; i++)
		model_add_edge(model, &f->blocks[4], (struct gup_edge){ EDGE_CASE, i < cases - 1 ? 3 : 1, i, i });
	add_edge(model, &f->blocks[4], EDGE_DEFAULT, 3);
	f->blocks[3].cond = term_binary(model, OP_GT, s32, term_var(model, f, ret), term_const(model, 0, s32));
	f->blocks[3].cond_text = "ret > 0";
	add_edge(model, &f->blocks[3], EDGE_TRUE, 2);
	add_edge(model, &f->blocks[3], EDGE_FALSE, 1);
	add_call(model, &f->blocks[2], 2, "unpin_user_pages", -1, 2, unpin);
	add_edge(model, &f->blocks[2], EDGE_ALWAYS, 1);
	add_return(model, &f->blocks[1], 3, term_const(model, -14, s32));
	add_edge(model, &f->blocks[1], EDGE_ALWAYS, 0);
	return model;
}

static void the_last_case_is_followed(void **state)
{
	struct gup_model *model = wide_switch(100);

	(void)state;
	assert_string_equal(check(model).rules, "pin-leak ");
	model_free(model);
}

/* A switch that is too wide is not followed in part: the function is open, and says why. */
static void too_many_cases_are_open(void **state)
{
	struct gup_model *model = wide_switch(600);
	struct gup_options options = { 0 };
	struct arena kept = { 0 };
	char *error = NULL;
	struct api *api = api_load(NULL, &error);
	struct engine e;

	(void)state;
	assert_null(model_check(model));
	engine_open(&e, model, api, &options, &kept);
	engine_run(&e, model->functions[0], false);
	assert_int_equal(e.nr_sites, 1);
	assert_int_equal(e.nr_findings, 0);
	assert_non_null(e.sites[0].open);
	assert_non_null(strstr(e.sites[0].open, "too many cases"));
	arena_free(&kept);
	api_free(api);
	model_free(model);
}

static void texts_are_judged(void **state)
{
	struct gup_options options = { 0 };
	struct gup_session *session = gup_open(&options);
	static const char yes[] = "x = pin_user_pages_fast(a, b, c, d);", no[] = "put_page(p);";

	(void)state;
	assert_true(gup_text_is_interesting(session, yes, sizeof(yes)));
	assert_false(gup_text_is_interesting(session, no, sizeof(no)));
	assert_true(gup_name_is_interesting(session, "put_page"));
	assert_false(gup_name_is_interesting(session, "kmalloc"));
	gup_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(balanced_is_silent),
		cmocka_unit_test(short_leak_is_found),
		cmocka_unit_test(wrong_count_is_found),
		cmocka_unit_test(odd_shapes_end),
		cmocka_unit_test(strange_calls_are_survived),
		cmocka_unit_test(the_last_case_is_followed),
		cmocka_unit_test(too_many_cases_are_open),
		cmocka_unit_test(texts_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
