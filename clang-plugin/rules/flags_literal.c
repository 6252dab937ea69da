// SPDX-License-Identifier: GPL-2.0-only
/* A bool or a bare number where gup_flags belongs: the parameters of before 4.9 and 5.2 live on. */
#include "rules.h"

#include <string.h>

/* How far a value is followed back through variables and callers. */
#define MAX_DEPTH 6

/* In order of what wins when a variable may hold several of them. */
enum origin { ORIGIN_ZERO, ORIGIN_BARE, ORIGIN_FLAGS };

struct search {
	const struct gup_model *model;
	const struct gup_function *function;
	int depth;
};

static enum origin origin_of(const struct search *in, const struct gup_term *term);

static enum origin stronger(enum origin a, enum origin b)
{
	return a > b ? a : b;
}

static enum origin constant(const struct gup_term *term)
{
	/* true and false are enumerators in the kernel, FOLL_ names macros or enumerators. */
	if (term->name && (!strcmp(term->name, "true") || !strcmp(term->name, "false")))
		return ORIGIN_BARE;
	if (!term->value)
		return ORIGIN_ZERO;
	return term->name ? ORIGIN_FLAGS : ORIGIN_BARE;
}

/* Everything that the function assigns to a variable of its own. */
static enum origin assigned(const struct search *in, int var)
{
	struct search deeper = { in->model, in->function, in->depth + 1 };
	enum origin origin = ORIGIN_ZERO;

	for (int b = 0; b < in->function->nr_blocks; b++)
		for (int i = 0; i < in->function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &in->function->blocks[b].events[i];

			if (event->kind == EVENT_CALL && event->result == var)
				return in->function->vars[var].type.is_bool ? ORIGIN_BARE : ORIGIN_FLAGS;
			if (event->kind == EVENT_ASSIGN && event->lhs->kind == TERM_VAR &&
			    event->lhs->var == var)
				origin = stronger(origin, origin_of(&deeper, event->rhs));
		}
	return origin;
}

/* Everything that the callers in this file pass for a parameter of a static function. */
static enum origin passed(const struct search *in, int param)
{
	enum origin origin = ORIGIN_ZERO;

	for (int f = 0; f < in->model->nr_functions; f++) {
		struct search caller = { in->model, in->model->functions[f], in->depth + 1 };

		for (int b = 0; b < caller.function->nr_blocks; b++)
			for (int i = 0; i < caller.function->blocks[b].nr_events; i++) {
				const struct gup_event *event = &caller.function->blocks[b].events[i];

				if (event->kind == EVENT_CALL && event->callee && param < event->nr_args &&
				    !strcmp(event->callee, in->function->name))
					origin = stronger(origin, origin_of(&caller, event->args[param]));
			}
	}
	return origin;
}

static enum origin variable(const struct search *in, int var)
{
	const struct gup_var *v = &in->function->vars[var];
	enum origin own;

	if (v->type.is_bool)
		return ORIGIN_BARE;
	if (in->depth > MAX_DEPTH || v->address_taken || v->is_object || v->kind == VAR_GLOBAL)
		return in->depth > MAX_DEPTH ? ORIGIN_ZERO : ORIGIN_FLAGS;
	own = assigned(in, var);
	if (v->kind != VAR_PARAM)
		return own;
	if (!in->function->is_static)
		return ORIGIN_FLAGS;
	return stronger(own, passed(in, var));
}

static enum origin origin_of(const struct search *in, const struct gup_term *term)
{
	enum origin a, b;

	if (term->type.is_bool)
		return ORIGIN_BARE;
	switch (term->kind) {
	case TERM_CAST:
		return origin_of(in, term->a);
	case TERM_CONST:
		return constant(term);
	case TERM_VAR:
		return variable(in, term->var);
	case TERM_UNARY:
		return term->op == OP_LNOT ? ORIGIN_BARE : ORIGIN_FLAGS;
	case TERM_BINARY:
		if (term->op >= OP_LT)
			return ORIGIN_BARE;
		if (term->op != OP_OR)
			return ORIGIN_FLAGS;
		/* `FOLL_FORCE | write` is no better for the FOLL_FORCE. */
		a = origin_of(in, term->a);
		b = origin_of(in, term->b);
		return a == ORIGIN_BARE || b == ORIGIN_BARE ? ORIGIN_BARE : stronger(a, b);
	default:
		return ORIGIN_FLAGS;
	}
}

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	struct search search = { e->model, site->function, 0 };
	int at = site->form->flags;

	(void)flags;
	(void)pages;
	if (at < 0 || origin_of(&search, site->event->args[at]) != ORIGIN_BARE)
		return;
	report(e, s, rule, site, &site->event->pos, NULL,
	       "'%s' is passed as gup_flags of %s() and is a truth value or a bare number: FOLL_ flags belong there",
	       site->event->arg_text[at], site->row->name);
}

const struct rule rule_flags_literal = {
	.id = "flags-literal", .level = LEVEL_ERROR, .acquire = acquire,
};
