// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags that mm/gup.c of this tree refuses: those that mm/internal.h of the
 * tree keeps for mm/ itself, and what the API table lists as refused.
 */
#include "rules.h"

#include <string.h>

static bool among(const struct api_refusal *refusal, const char *name)
{
	for (int i = 0; i < refusal->nr_flags; i++)
		if (!strcmp(refusal->flags[i], name))
			return true;
	return false;
}

/* The generation of the tree: FOLL_ flags were macros up to 6.2, and each came with a release. */
static bool applies(const struct engine *e, const struct api_refusal *refusal)
{
	if (refusal->tree_lacks && model_flag(e->model, refusal->tree_lacks))
		return false;
	for (int i = 0; refusal->macros_only && i < e->model->nr_flags; i++)
		if (!strcmp(e->model->flags[i].name, "FOLL_WRITE"))
			return e->model->flags[i].is_macro;
	return true;
}

/* The flags that the refusal is about, as text, when all of them are set; or the one that is not listed. */
static const char *refused(struct engine *e, const struct state *s, Z3_ast flags,
			   const struct api_refusal *refusal)
{
	const char *text = "";

	for (int i = 0; refusal->all_but && i < e->model->nr_flags; i++) {
		const struct gup_flag *flag = &e->model->flags[i];

		/* PAGE_SHIFT is kept among them, and is none. */
		if (strncmp(flag->name, "FOLL_", 5) || flag->is_internal || among(refusal, flag->name))
			continue;
		if (rule_flag_set(e, s, flags, flag->name))
			return flag->name;
	}
	for (int i = 0; !refusal->all_but && i < refusal->nr_flags; i++) {
		if (!rule_flag_set(e, s, flags, refusal->flags[i]))
			return NULL;
		text = arena_printf(e->kept, "%s%s%s", text, i ? " with " : "", refusal->flags[i]);
	}
	return *text ? text : NULL;
}

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	const struct gup_pos *pos = &site->event->pos;
	const char *name = site->row->name;

	(void)pages;
	if (!flags || rule_is_internal(e, site))
		return;
	/* mm/gup.c is_valid_gup_args(), INTERNAL_GUP_FLAGS of mm/internal.h: 6.3 and later. */
	for (int i = 0; i < e->model->nr_flags; i++) {
		const struct gup_flag *flag = &e->model->flags[i];

		if (flag->is_internal && rule_flag_set(e, s, flags, flag->name)) {
			report(e, s, rule, site, pos, NULL,
			       "%s() is given %s, which is internal to mm/: the call is refused", name,
			       flag->name);
			return;
		}
	}
	for (int i = 0; i < api_count_refusals(e->api); i++) {
		const struct api_refusal *refusal = api_refusal_at(e->api, i);
		const char *text;

		if (!api_refuses(refusal, site->row) || !applies(e, refusal))
			continue;
		text = refused(e, s, flags, refusal);
		if (text)
			report(e, s, rule, site, pos, NULL, "%s() is given %s, which mm/gup.c refuses: %s",
			       name, text, refusal->why);
	}
}

const struct rule rule_flags_conflict = {
	.id = "flags-conflict", .level = LEVEL_ERROR, .acquire = acquire,
};
