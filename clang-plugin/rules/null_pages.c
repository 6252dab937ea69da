// SPDX-License-Identifier: GPL-2.0-only
/* A pin without a page array, or FOLL_GET without one: mm/gup.c refuses both. */
#include "rules.h"

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	if (site->form->pages < 0 || !rule_is_null(e, pages) || rule_is_internal(e, site))
		return;
	if (site->row->kind == KIND_PIN)
		report(e, s, rule, site, &site->event->pos, NULL,
		       "%s() is given no page array: nobody could release the pins", site->row->name);
	else if (rule_flag_set(e, s, flags, "FOLL_GET"))
		report(e, s, rule, site, &site->event->pos, NULL,
		       "%s() is given FOLL_GET but no page array", site->row->name);
}

const struct rule rule_null_pages = {
	.id = "null-pages", .level = LEVEL_ERROR, .acquire = acquire,
};
