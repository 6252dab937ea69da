// SPDX-License-Identifier: GPL-2.0-only
/* The model as text: what `gupcheck dump` shows and what tests compare. */
#include "model.h"

#include <inttypes.h>
#include <string.h>

static const char *const op_text[] = {
	"", "-", "~", "!", "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^",
	"<", "<=", ">", ">=", "==", "!=", "&&", "||",
};

enum term_op term_op_of(const char *text)
{
	/* Past the unary ones, of which "-" is a binary one too. */
	for (enum term_op op = OP_ADD; op <= OP_LOR; op++)
		if (!strcmp(op_text[op], text))
			return op;
	return !strcmp(text, "~") ? OP_NOT : !strcmp(text, "!") ? OP_LNOT : OP_NONE;
}

static const char *var_name(struct arena *arena, const struct gup_function *function, int var)
{
	const struct gup_var *v = &function->vars[var];

	if (v->kind == VAR_TEMP)
		return arena_printf(arena, "$%d", var);
	return v->name;
}

static const char *type_text(struct arena *arena, struct gup_type type)
{
	if (type.is_pointer)
		return type.page_depth ? arena_printf(arena, "page*%d", type.page_depth) : "ptr";
	if (type.is_bool)
		return "bool";
	return arena_printf(arena, "%c%d", type.is_signed ? 's' : 'u', type.width);
}

/* For structures and pointers to them, which one. */
static const char *var_type(struct arena *arena, const struct gup_var *var)
{
	if (!var->record || var->type.page_depth)
		return type_text(arena, var->type);
	return arena_printf(arena, "%s%s", var->record, var->type.is_pointer ? "*" : "");
}

char *term_text(struct arena *arena, const struct gup_function *function,
		const struct gup_term *term)
{
	if (!term)
		return arena_strdup(arena, "-");
	const char *a = term->a ? term_text(arena, function, term->a) : "";
	const char *b = term->b ? term_text(arena, function, term->b) : "";

	switch (term->kind) {
	case TERM_CONST:
		return arena_printf(arena, "%" PRId64, term->value);
	case TERM_VAR:
		return arena_strdup(arena, var_name(arena, function, term->var));
	case TERM_FIELD:
		if (term->a->kind == TERM_DEREF)
			return arena_printf(arena, "%s->%s",
					    term_text(arena, function, term->a->a), term->name);
		return arena_printf(arena, "%s.%s", a, term->name);
	case TERM_INDEX:
		return arena_printf(arena, "%s[%s]", a, b);
	case TERM_DEREF:
		return arena_printf(arena, "*%s", a);
	case TERM_ADDR:
		return arena_printf(arena, "&%s", a);
	case TERM_UNARY:
		return arena_printf(arena, "%s%s", op_text[term->op], a);
	case TERM_BINARY:
		return arena_printf(arena, "(%s %s %s)", a, op_text[term->op], b);
	case TERM_CAST:
		return arena_printf(arena, "(%s)%s", type_text(arena, term->type), a);
	case TERM_FUNCTION:
		return arena_printf(arena, "%s()", term->name);
	case TERM_UNKNOWN:
		break;
	}
	return arena_strdup(arena, "?");
}

static void print_event(FILE *out, struct arena *arena, const struct gup_function *function,
			const struct gup_event *event)
{
	fprintf(out, "    %4u: ", event->pos.line);
	switch (event->kind) {
	case EVENT_ASSIGN:
		fprintf(out, "%s = %s\n", term_text(arena, function, event->lhs),
			term_text(arena, function, event->rhs));
		break;
	case EVENT_RETURN:
		fprintf(out, "return %s\n",
			event->rhs ? term_text(arena, function, event->rhs) : "");
		break;
	case EVENT_CALL:
		if (event->result >= 0)
			fprintf(out, "%s = ", var_name(arena, function, event->result));
		fprintf(out, "%s(", event->callee ? event->callee : event->target ?
			arena_printf(arena, "(*%s)", term_text(arena, function, event->target)) : "*");
		for (int i = 0; i < event->nr_args; i++)
			fprintf(out, "%s%s", i ? ", " : "",
				term_text(arena, function, event->args[i]));
		fprintf(out, ")%s%s%s", event->callee_static ? " static" : "",
			event->noreturn ? " noreturn" : "",
			event->result >= 0 && !event->result_used ? " ignored" : "");
		if (event->pos.macro)
			fprintf(out, " in %s", event->pos.macro);
		if (event->pos.body_file)
			fprintf(out, " from %s:%u", event->pos.body_file, event->pos.body_line);
		fputc('\n', out);
		break;
	}
}

static void print_edges(FILE *out, struct arena *arena, const struct gup_function *function,
			const struct gup_block *block)
{
	static const char *const kinds[] = { "", "true ", "false ", "case ", "default ", "maybe " };

	if (block->cond)
		fprintf(out, "    %4u: test %s\n", block->cond_pos.line,
			term_text(arena, function, block->cond));
	for (int i = 0; i < block->nr_edges; i++) {
		const struct gup_edge *edge = &block->edges[i];

		fprintf(out, "          %s", kinds[edge->kind]);
		if (edge->kind == EDGE_CASE)
			fprintf(out, "%" PRId64 "..%" PRId64 " ", edge->low, edge->high);
		fprintf(out, "-> B%d\n", edge->target);
	}
}

static void print_function(FILE *out, const struct gup_function *function, bool passing)
{
	struct arena arena = { 0 };

	fprintf(out, "%s%s%s(", passing ? "passing " : "", function->is_static ? "static " : "",
		function->name);
	for (int i = 0; i < function->nr_params; i++)
		fprintf(out, "%s%s %s", i ? ", " : "", var_type(&arena, &function->vars[i]),
			function->vars[i].name);
	fprintf(out, ")%s%s\n", function->incomplete ? " incomplete: " : "",
		function->incomplete ? function->incomplete : "");
	for (int b = 0; b < function->nr_blocks && !function->incomplete; b++) {
		const struct gup_block *block = &function->blocks[b];

		fprintf(out, "  B%d%s%s\n", b, b == function->entry ? " entry" : "",
			b == function->exit ? " exit" : "");
		for (int i = 0; i < block->nr_events; i++)
			print_event(out, &arena, function, &block->events[i]);
		print_edges(out, &arena, function, block);
	}
	arena_free(&arena);
}

void model_print(FILE *out, const struct gup_model *model)
{
	for (int f = 0; f < model->nr_functions + model->nr_passing; f++)
		print_function(out, model->functions[f], f >= model->nr_functions);
	for (int i = 0; i < model->nr_slots; i++)
		fprintf(out, "slot %s.%s = %s%s\n", model->slots[i].record, model->slots[i].field,
			model->slots[i].is_static ? "static " : "", model->slots[i].function);
}
