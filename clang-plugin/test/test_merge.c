// SPDX-License-Identifier: GPL-2.0-only
/* More paths than anyone can run: merged, they are proven, or left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../engine.h"
#include "build.h"

#define FORKS 14

static const struct gup_term *assign(struct gup_model *model, struct gup_function *f,
				     struct gup_block *block, int var, const struct gup_term *value)
{
	struct gup_event *event = model_add_event(model, block, EVENT_ASSIGN);

	event->pos = at(2);
	event->lhs = term_var(model, f, var);
	event->rhs = value;
	event->text = "x = ...";
	return event->lhs;
}

/* ret = pin(n pages); FORKS times: x_i = c_i ? 1 : 2; then unpin(ret pages) or not; return sum of x. */
static struct gup_model *many_paths(bool releases)
{
	struct gup_model *model = model_new("test.c");
	struct gup_function *f = model_add_function(model, "f");
	struct gup_type s32 = type_int(32, true), u64 = type_int(64, false);
	int n = add_var(model, f, "n", VAR_PARAM, s32);
	int flags = add_var(model, f, "flags", VAR_PARAM, type_int(32, false));
	int pages = add_var(model, f, "pages", VAR_LOCAL, page_pointer(2));
	int ret = add_var(model, f, "ret", VAR_LOCAL, s32), given[FORKS], made[FORKS];
	const struct gup_term *pin[] = { term_const(model, 0, u64), term_var(model, f, n),
					 term_var(model, f, flags),
					 term_var(model, f, pages) };
	const struct gup_term *sum = term_const(model, 0, s32), *size = term_const(model, 64, u64);

	f->returns = s32;
	for (int i = 0; i < FORKS; i++) {
		given[i] = add_var(model, f, arena_printf(&model->arena, "c%d", i), VAR_LOCAL, s32);
		made[i] = add_var(model, f, arena_printf(&model->arena, "x%d", i), VAR_LOCAL, s32);
	}
	/* Blocks: 0 exit, 1 the end, 2 the release, then three a fork, the first of all last. */
	model_set_blocks(model, f, 3 * FORKS + 4);
	f->exit = 0;
	f->entry = 3 * FORKS + 3;
	struct gup_block *first = &f->blocks[f->entry];

	add_call(model, first, 1, "kmalloc", pages, 1, &size);
	add_call(model, first, 1, "pin_user_pages_fast", ret, 4, pin);
	add_edge(model, first, EDGE_ALWAYS, f->entry - 1);
	for (int i = 0; i < FORKS; i++) {
		int head = f->entry - 1 - 3 * i;

		f->blocks[head].cond = term_var(model, f, given[i]);
		f->blocks[head].cond_text = "c";
		add_edge(model, &f->blocks[head], EDGE_TRUE, head - 1);
		add_edge(model, &f->blocks[head], EDGE_FALSE, head - 2);
		assign(model, f, &f->blocks[head - 1], made[i], term_const(model, 1, s32));
		assign(model, f, &f->blocks[head - 2], made[i], term_const(model, 2, s32));
		add_edge(model, &f->blocks[head - 1], EDGE_ALWAYS, head - 3 > 2 ? head - 3 : 1);
		add_edge(model, &f->blocks[head - 2], EDGE_ALWAYS, head - 3 > 2 ? head - 3 : 1);
		sum = term_binary(model, OP_ADD, s32, sum, term_var(model, f, made[i]));
	}
	const struct gup_term *unpin[] = { term_var(model, f, pages), term_var(model, f, ret) };

	if (releases) {
		f->blocks[1].cond = term_binary(model, OP_GT, s32, term_var(model, f, ret),
						term_const(model, 0, s32));
		f->blocks[1].cond_text = "ret > 0";
		add_edge(model, &f->blocks[1], EDGE_TRUE, 2);
		add_edge(model, &f->blocks[1], EDGE_FALSE, 0);
		add_call(model, &f->blocks[2], 3, "unpin_user_pages", -1, 2, unpin);
		add_edge(model, &f->blocks[2], EDGE_ALWAYS, 0);
	} else {
		add_edge(model, &f->blocks[1], EDGE_ALWAYS, 0);
	}
	add_return(model, &f->blocks[1], 4, sum);
	return model;
}

struct verdict { bool open, failed, proven; int findings; };

static struct verdict run(struct gup_model *model)
{
	struct gup_options options = { 0 };
	struct arena kept = { 0 };
	struct engine e;
	char *error = NULL;
	struct api *api = api_load(NULL, &error);

	assert_null(model_check(model));
	engine_open(&e, model, api, &options, &kept);
	flow_of(model, api, model->functions[0]);
	engine_run(&e, model->functions[0], false);
	assert_int_equal(e.nr_sites, 1);
	struct verdict verdict = { e.sites[0].open != NULL, e.sites[0].failed,
				   e.sites[0].proof != NULL, e.nr_findings };

	arena_free(&kept);
	api_free(api);
	return verdict;
}

static void balance_is_proven(void **state)
{
	struct gup_model *model = many_paths(true);
	struct verdict verdict = run(model);

	(void)state;
	assert_true(verdict.proven);
	assert_false(verdict.open);
	assert_false(verdict.failed);
	model_free(model);
}

static void a_leak_is_no_proof(void **state)
{
	struct gup_model *model = many_paths(false);
	struct verdict verdict = run(model);

	(void)state;
	/* The run of single paths may meet it before its budget ends, and then it says so. */
	assert_true(verdict.failed || verdict.open);
	assert_int_equal(verdict.failed, verdict.findings > 0);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(balance_is_proven),
		cmocka_unit_test(a_leak_is_no_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
