// SPDX-License-Identifier: GPL-2.0-only
/* FOLL_LONGTERM on another process's memory: needs a justification, or is refused. */
#include "rules.h"

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	const struct api_params *form = site->form;

	(void)pages;
	if (!site->row->remote || rule_is_internal(e, site) || !rule_flag_set(e, s, flags, "FOLL_LONGTERM"))
		return;
	/* mm/gup.c __get_user_pages_remote() of 6.1 refuses it when locked is given. */
	bool locked = form->locked >= 0 &&
		!rule_is_null(e, engine_eval(e, s, site->event->args[form->locked]));

	report(e, s, rule, site, &site->event->pos, NULL,
	       locked ? "%s() is given FOLL_LONGTERM together with 'locked', which is refused up to 6.1" :
			"%s() pins another process's memory with FOLL_LONGTERM and states no reason",
	       site->row->name);
}

const struct rule rule_longterm_remote = {
	.id = "longterm-remote", .level = LEVEL_WARNING, .acquire = acquire,
};
