// SPDX-License-Identifier: GPL-2.0-only
/* A bool or a bare number where gup_flags belongs: the parameters of before 4.9 and 5.2 live on. */
#include "rules.h"

#include <ctype.h>
#include <string.h>

static bool is_truth(const struct gup_term *term)
{
	while (term->kind == TERM_CAST && !term->type.is_bool)
		term = term->a;
	if (term->type.is_bool)
		return true;
	if (term->kind == TERM_UNARY)
		return term->op == OP_LNOT;
	return term->kind == TERM_BINARY && term->op >= OP_LT;
}

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	int at = site->form->flags;

	(void)flags;
	(void)pages;
	if (at < 0)
		return;
	const struct gup_term *term = site->event->args[at];
	const char *text = site->event->arg_text[at];
	bool number = term->kind == TERM_CONST && term->value && isdigit((unsigned char)text[0]);
	bool word = !strcmp(text, "true") || !strcmp(text, "false");

	if (!number && !word && !is_truth(term))
		return;
	report(e, s, rule, site, &site->event->pos, NULL,
	       "'%s' is passed as gup_flags of %s(): FOLL_ flags belong there", text,
	       site->row->name);
}

const struct rule rule_flags_literal = {
	.id = "flags-literal", .level = LEVEL_ERROR, .acquire = acquire,
	.summary = "A bool or a bare number is passed where gup_flags belongs.",
};
