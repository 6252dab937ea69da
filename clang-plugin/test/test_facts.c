// SPDX-License-Identifier: GPL-2.0-only
/* Facts: what is written is read back; what is cut, damaged or foreign is refused in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../codec.h"
#include "../facts.h"
#include "../output.h"
#include "build.h"

static struct gup_pos in_tree(struct gup_model *model, uint32_t line)
{
	return (struct gup_pos){ .file = arena_printf(&model->arena, "%sdrivers/a.c", model->root),
				 .line = line, .column = 7 };
}

static const struct gup_term *one_of(struct gup_model *model, enum term_kind kind,
				     const struct gup_term *a, const struct gup_term *b)
{
	struct gup_term *term = term_new(model, kind, page_pointer(1));

	term->a = a;
	term->b = b;
	term->op = kind == TERM_UNARY ? OP_NEG : kind == TERM_BINARY ? OP_SHL : OP_NONE;
	if (kind == TERM_FIELD || kind == TERM_FUNCTION)
		term->name = "chunks";
	if (kind == TERM_FIELD)
		term->record = "umem";
	term->value = kind == TERM_CONST ? INT64_MIN : 0;
	term->var = kind == TERM_VAR ? 0 : -1;
	return term;
}

/* A model with one of everything, as if it lay in the tree at `root`. */
static struct gup_model *all_kinds(const char *root)
{
	struct gup_model *model = model_new("");
	struct gup_function *f = model_add_function(model, "f");
	struct gup_var global = { .name = "g", .record = "ctx", .kind = VAR_GLOBAL, .is_static = true };

	model->root = arena_strdup(&model->arena, root);
	model->file = in_tree(model, 1).file;
	model->tree = "6.1.192";
	model->target = "x86_64-linux-gnu";
	model->api = UINT64_MAX;
	model_add_flag(model, (struct gup_flag){ "FOLL_PIN", 0x40000, true, false });
	model_add_flag(model, (struct gup_flag){ "FOLL_GET", 4, false, true });
	add_var(model, f, "page", VAR_PARAM, page_pointer(1));
	model_add_var(model, f, global);
	f->pos = in_tree(model, 10);
	f->end = in_tree(model, 90);
	f->is_static = f->variadic = true;
	model_set_blocks(model, f, 2);
	f->entry = 1;
	const struct gup_term *var = one_of(model, TERM_VAR, NULL, NULL), *args[TERM_UNKNOWN + 1];

	for (int kind = TERM_CONST; kind <= TERM_UNKNOWN; kind++)
		args[kind] = one_of(model, (enum term_kind)kind, var, var);
	struct gup_event *call = add_call(model, &f->blocks[1], 20, NULL, 0, TERM_UNKNOWN + 1, args);

	call->pos = in_tree(model, 20);
	call->pos.macro = "for_each_page";
	call->pos.body_file = in_tree(model, 1).file;
	call->pos.body_line = 3;
	call->target = args[TERM_FIELD];
	call->noreturn = call->callee_static = true;
	add_return(model, &f->blocks[1], 21, NULL);
	add_return(model, &f->blocks[1], 22, var);
	f->blocks[1].cond = var;
	f->blocks[1].cond_text = "page";
	model_add_edge(model, &f->blocks[1], (struct gup_edge){ EDGE_CASE, 0, -3, INT64_MAX });
	model_add_passing(model, "passes")->incomplete = "of some reason";
	model_add_slot(model, (struct gup_slot){ "ops", "get_pages", "f", true, in_tree(model, 5) });
	return model;
}

static char *text_of(const struct gup_model *model)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	model_print(out, model);
	fclose(out);
	return text;
}

static void what_is_written_is_read(void **state)
{
	struct gup_model *model = all_kinds("/src/linux/");
	size_t size, again;
	unsigned char *bytes = facts_encode(model, &size);
	char *error = NULL, *text = text_of(model), *other;
	struct gup_model *copy = facts_decode(bytes, size, "/src/linux/", &error);

	(void)state;
	assert_non_null(copy);
	other = text_of(copy);
	assert_string_equal(text, other);
	assert_string_equal(copy->file, "/src/linux/drivers/a.c");
	assert_string_equal(copy->functions[0]->blocks[1].events[0].pos.body_file, copy->file);
	assert_string_equal(copy->tree, "6.1.192");
	assert_int_equal(copy->functions[0]->blocks[1].edges[0].high, INT64_MAX);
	assert_string_equal(copy->functions[0]->vars[1].record, "ctx");
	assert_true(copy->flags[0].is_internal && copy->flags[1].is_macro && copy->api == UINT64_MAX);
	copy->root = "/src/linux/";
	unsigned char *twice = facts_encode(copy, &again);

	assert_int_equal(size, again);
	assert_memory_equal(bytes, twice, size);
	free(text);
	free(other);
	free(bytes);
	free(twice);
	model_free(copy);
	model_free(model);
}

static void the_place_of_the_tree_is_not_in_them(void **state)
{
	struct gup_model *here = all_kinds("/here/"), *there = all_kinds("../elsewhere/"), *read;
	size_t size, other;
	unsigned char *a = facts_encode(here, &size), *b = facts_encode(there, &other);
	char *error;

	(void)state;
	assert_int_equal(size, other);
	assert_memory_equal(a, b, size);
	read = facts_decode(a, size, "", &error);
	assert_string_equal(read->file, "drivers/a.c");
	free(a);
	free(b);
	model_free(read);
	model_free(here);
	model_free(there);
}

static void refuse(const unsigned char *bytes, size_t size, const char *why)
{
	char *error = NULL;

	assert_null(facts_decode(bytes, size, "", &error));
	assert_non_null(strstr(error, why));
	free(error);
}

static void damage_is_refused(void **state)
{
	struct gup_model *model = all_kinds("");
	size_t size;
	unsigned char *bytes = facts_encode(model, &size);

	(void)state;
	refuse((const unsigned char *)"", 0, "no facts");
	refuse((const unsigned char *)"#include <linux/mm.h>\n\nint x;\nint y;\n", 36, "no facts");
	for (size_t i = 0; i < size; i++) {
		char *error;

		assert_null(facts_decode(bytes, i, "", &error));
		free(error);
		bytes[i] ^= 1;
		assert_null(facts_decode(bytes, size, "", &error));
		free(error);
		bytes[i] ^= 1;
	}
	refuse(bytes, size - 1, "cut short");
	bytes[size - 1] ^= 1;
	refuse(bytes, size, "damaged");
	bytes[15] = '7';
	refuse(bytes, size, "another version");
	free(bytes);
	model_free(model);
}

/* Behind the hash anything can stand: each prefix and each changed byte gives a model or a reason. */
static void hostile_bytes_are_survived(void **state)
{
	struct gup_model *model = all_kinds("");
	struct codec c;

	(void)state;
	codec_write(&c);
	facts_code(&c, model, "");
	unsigned char *bytes = c.bytes;
	size_t size = c.size;

	codec_close(&c);
	for (size_t i = 0; i < size; i++)
		for (int change = 0; change < 256; change++) {
			struct gup_model *read = model_new("");
			unsigned char was = bytes[i];

			bytes[i] = (unsigned char)change;
			codec_read(&c, &read->arena, bytes, change ? size : i);
			facts_code(&c, read, "");
			assert_true(read->arena.total < 4u << 20);
			if (!change)
				assert_non_null(c.wrong);
			if (!c.wrong && !model_check(read))
				free(text_of(read));
			codec_close(&c);
			model_free(read);
			bytes[i] = was;
		}
	free(bytes);
	model_free(model);
}

static void roots_are_found(void **state)
{
	char dir[] = "/tmp/gup-facts-XXXXXX";
	struct arena arena = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	const char *file = arena_printf(&arena, "%s/linux/drivers/misc/a.c", dir);
	const char *root = arena_printf(&arena, "%s/linux/", dir);

	assert_string_equal(facts_root(&arena, file), "");
	assert_string_equal(facts_root(&arena, "a.c"), "");
	assert_int_equal(mkdir(arena_printf(&arena, "%s/linux", dir), 0755), 0);
	assert_true(output_write(arena_printf(&arena, "%sKbuild", root), "", 0));
	assert_true(output_write(arena_printf(&arena, "%sMAINTAINERS", root), "", 0));
	assert_string_equal(facts_root(&arena, file), root);
	assert_string_equal(facts_tree(&arena, root), "");
	static const char text[] = "# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\n";

	assert_true(output_write(arena_printf(&arena, "%sMakefile", root), text, sizeof(text) - 1));
	assert_string_equal(facts_tree(&arena, root), "6.1.192");
	static const char *const names[] = { "Kbuild", "MAINTAINERS", "Makefile", "" };

	for (int i = 0; i < 4; i++)
		assert_int_equal(remove(arena_printf(&arena, "%s%s", root, names[i])), 0);
	assert_int_equal(rmdir(dir), 0);
	arena_free(&arena);
}

static void directories_get_a_file_for_each_source(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(output_path(&arena, "a.sarif", "drivers/a.c", ".sarif"), "a.sarif");
	assert_string_equal(output_path(&arena, "out/", "drivers/a.c", ".sarif"), "out/drivers+a.c.sarif");
	assert_string_equal(output_path(&arena, "out/", "../.././/src/a.c", ".facts"), "out/src+a.c.facts");
	assert_string_equal(output_path(&arena, "/tmp", "/src/a.c", ".facts"), "/tmp/src+a.c.facts");
	assert_false(output_write("/nonexistent/x", "", 0));
	assert_true(output_write("/dev/null", "x", 1));
	assert_int_equal(access("/dev/null", W_OK), 0);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_place_of_the_tree_is_not_in_them),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(hostile_bytes_are_survived),
		cmocka_unit_test(roots_are_found),
		cmocka_unit_test(directories_get_a_file_for_each_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
