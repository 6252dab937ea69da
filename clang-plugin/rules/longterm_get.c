// SPDX-License-Identifier: GPL-2.0-only
/* FOLL_LONGTERM needs a pin: Documentation/core-api/pin_user_pages.rst, CASE 2. */
#include "rules.h"

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	(void)pages;
	if (site->row->kind != KIND_GET || rule_is_internal(e, site) ||
	    !rule_flag_set(e, s, flags, "FOLL_LONGTERM"))
		return;
	report(e, s, rule, site, &site->event->pos, NULL,
	       "%s() is given FOLL_LONGTERM, which belongs to pin_user_pages*()", site->row->name);
}

const struct rule rule_longterm_get = {
	.id = "longterm-get", .level = LEVEL_WARNING, .acquire = acquire,
};
