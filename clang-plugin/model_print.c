// SPDX-License-Identifier: GPL-2.0-only
/* The model as text: what `gupcheck dump` shows and what tests compare. */
#include "model.h"

#include <inttypes.h>
#include <string.h>

static const char *const op_text[] = {
	"", "-", "~", "!", "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^",
	"<", "<=", ">", ">=", "==", "!=", "&&", "||",
};

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
		fprintf(out, "%s(", event->callee ? event->callee : "*");
		for (int i = 0; i < event->nr_args; i++)
			fprintf(out, "%s%s", i ? ", " : "",
				term_text(arena, function, event->args[i]));
		fprintf(out, ")%s%s%s%s\n", event->noreturn ? " noreturn" : "",
			event->result >= 0 && !event->result_used ? " ignored" : "",
			event->pos.macro ? " in " : "", event->pos.macro ? event->pos.macro : "");
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

void model_print(FILE *out, const struct gup_model *model)
{
	for (int f = 0; f < model->nr_functions; f++) {
		const struct gup_function *function = model->functions[f];
		struct arena arena = { 0 };

		fprintf(out, "%s%s(", function->is_static ? "static " : "", function->name);
		for (int i = 0; i < function->nr_params; i++)
			fprintf(out, "%s%s %s", i ? ", " : "",
				type_text(&arena, function->vars[i].type), function->vars[i].name);
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
}
