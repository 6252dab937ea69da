// SPDX-License-Identifier: GPL-2.0-only
/*
 * Models made from bytes, each of them one that model_check() accepts: a few
 * functions, blocks with any edges, calls of the API and of each other, terms
 * of any shape and any type. The engine has to come back, with clean memory,
 * whatever it says.
 */
#include <stdlib.h>
#include <string.h>

#include "../gupcheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct gup_session *session;

struct source { const uint8_t *at, *end; struct gup_model *model; struct gup_function *function; };

/* Less than bound; 0 when the bytes are used up. */
static unsigned pick(struct source *s, unsigned bound)
{
	return s->at < s->end ? *s->at++ % bound : 0;
}

static struct gup_type some_type(struct source *s)
{
	static const uint8_t widths[] = { 32, 64, 64, 32, 8, 16, 1, 0, 33 };
	struct gup_type type = { .width = widths[pick(s, sizeof(widths))] };

	type.is_signed = pick(s, 2);
	if (type.width != 64 || pick(s, 3))
		return type;
	type.is_pointer = true;
	type.page_depth = (uint8_t)pick(s, 4);
	type.elem_size = pick(s, 2) ? 8 : pick(s, 70);
	return type;
}

static const struct gup_term *some_term(struct source *s, int depth)
{
	static const char *const names[] = { "pages", "nr", "page", "flags" };
	unsigned kind = pick(s, depth > 4 ? 2 : TERM_UNKNOWN + 1);
	struct gup_term *term;

	if (kind == TERM_VAR && s->function->nr_vars)
		return term_var(s->model, s->function, (int)pick(s, (unsigned)s->function->nr_vars));
	term = term_new(s->model, kind == TERM_VAR ? TERM_CONST : (enum term_kind)kind, some_type(s));
	term->value = (int64_t)pick(s, 256) - 16;
	if (pick(s, 16) == 15)
		term->value = INT64_MIN >> pick(s, 64);
	term->op = (enum term_op)pick(s, OP_LOR + 1);
	term->name = term->kind == TERM_CONST ? NULL : names[pick(s, 4)];
	term->record = "ctx";
	if (kind >= TERM_FIELD && kind <= TERM_CAST)
		term->a = some_term(s, depth + 1);
	if (kind == TERM_INDEX || kind == TERM_BINARY)
		term->b = some_term(s, depth + 1);
	return term;
}

static void some_call(struct source *s, struct gup_event *event)
{
	static const char *const callees[] = {
		"pin_user_pages_fast", "pin_user_pages", "get_user_pages_fast", "unpin_user_pages",
		"unpin_user_page", "put_page", "f0", "f1", "f2", "unpin_user_pages_dirty_lock",
		"get_user_pages_remote", "IS_ERR", "PTR_ERR", "kvfree", "kcalloc", "memcpy", "some_function",
		"set_page_dirty_lock", "kmap", "page_to_pfn", "pfn_to_page", "sg_set_page",
		"unpin_user_page_range_dirty_lock", "iov_iter_get_pages2", "get_user_page_fast_only",
		"pin_user_pages_remote", "page_folio", "folio_put", "get_page", "release_pages",
	};
	unsigned callee = pick(s, sizeof(callees) / sizeof(*callees) + 1);
	static const int counts[] = { 4, 2, 1, 3, 0, 5, 6, 7 };

	event->callee = callee ? callees[callee - 1] : NULL;
	event->nr_args = counts[pick(s, 8)];
	event->args = arena_alloc(&s->model->arena, 8 * sizeof(*event->args));
	event->arg_text = arena_alloc(&s->model->arena, 8 * sizeof(*event->arg_text));
	for (int i = 0; i < event->nr_args; i++) {
		event->args[i] = some_term(s, 0);
		event->arg_text[i] = "x";
	}
	event->result = (int)pick(s, (unsigned)s->function->nr_vars + 1) - 1;
	event->result_used = pick(s, 2);
	event->noreturn = pick(s, 32) == 31;
}

static void some_event(struct source *s, struct gup_block *block)
{
	static const enum event_kind kinds[] = { EVENT_CALL, EVENT_CALL, EVENT_ASSIGN, EVENT_RETURN };
	struct gup_event *event = model_add_event(s->model, block, kinds[pick(s, 4)]);

	event->pos = (struct gup_pos){ .file = "f.c", .line = 1 + pick(s, 50), .column = 1 };
	event->text = "text";
	if (event->kind == EVENT_CALL)
		some_call(s, event);
	if (event->kind == EVENT_ASSIGN)
		event->lhs = some_term(s, 0);
	if (event->kind == EVENT_ASSIGN || (event->kind == EVENT_RETURN && pick(s, 3)))
		event->rhs = some_term(s, 0);
}

static void some_edges(struct source *s, struct gup_block *block)
{
	unsigned shape = pick(s, 5);

	if (shape > 1) {
		block->cond = some_term(s, 0);
		block->cond_text = "cond";
		block->cond_pos = (struct gup_pos){ .file = "f.c", .line = 9, .column = 1 };
	}
	if (shape > 2 && !block->cond->type.width)
		shape = 1;
	for (unsigned i = 0; i < (shape > 1 ? shape : 1); i++) {
		struct gup_edge edge = { .target = (int)pick(s, (unsigned)s->function->nr_blocks) };

		edge.kind = shape == 0 ? EDGE_ALWAYS : shape == 1 ? EDGE_UNKNOWN :
			    shape == 2 ? (i ? EDGE_FALSE : EDGE_TRUE) : i ? EDGE_CASE : EDGE_DEFAULT;
		edge.low = edge.high = (int)pick(s, 8) - 2;
		model_add_edge(s->model, block, edge);
	}
}

static void some_function(struct source *s, const char *name)
{
	struct gup_function *function = model_add_function(s->model, name);
	int vars = 1 + (int)pick(s, 7), params = (int)pick(s, 5);

	s->function = function;
	for (int i = 0; i < vars; i++) {
		struct gup_var var = { .name = "v", .type = some_type(s) };

		var.kind = i < params ? VAR_PARAM : pick(s, 4) == 3 ? VAR_GLOBAL : VAR_LOCAL;
		var.is_object = pick(s, 4) == 3;
		var.address_taken = pick(s, 4) == 3;
		model_add_var(s->model, function, var);
	}
	function->nr_params = params < vars ? params : vars;
	function->returns = some_type(s);
	function->is_static = pick(s, 2);
	model_set_blocks(s->model, function, 2 + (int)pick(s, 7));
	function->entry = function->nr_blocks - 1;
	for (int b = function->nr_blocks - 1; b > 0; b--) {
		for (unsigned left = pick(s, 4); left; left--)
			some_event(s, &function->blocks[b]);
		some_edges(s, &function->blocks[b]);
	}
}

static void unheard(void *data, const struct gup_diag *diag)
{
	(void)data;
	if (!diag->message || !diag->rule)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct gup_options options = { .quiet = true };

	(void)argc;
	(void)argv;
	session = gup_open(&options);
	return session ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { data, data + size, model_new("f.c"), NULL };
	struct gup_host host = { NULL, unheard };

	some_function(&source, "f0");
	for (unsigned i = 0, more = pick(&source, 3); i < more; i++)
		some_function(&source, i ? "f2" : "f1");
	if (model_check(source.model))
		abort();
	gup_check(session, source.model, &host);
	model_free(source.model);
	return 0;
}
