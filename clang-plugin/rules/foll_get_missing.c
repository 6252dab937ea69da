// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list that the 2019 review asked for: pages is given and neither FOLL_GET
 * nor FOLL_PIN is certainly set where __get_user_pages_locked() would assert it.
 */
#include "rules.h"

static const char message[] =
	"%s() is given pages without FOLL_GET: it works today because "
	"__get_user_pages_locked() sets the flag, and would fail once that is an assert";

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	const struct api_row *row = site->row;

	if (row->kind != KIND_GET || !row->reaches_assert || rule_is_internal(e, site) || site->form->flags < 0)
		return;
	if (row->adds_foll_get && !e->options->entry_policy)
		return;
	if (site->form->pages >= 0 && rule_is_null(e, pages))
		return;
	if (rule_flag_set(e, s, flags, "FOLL_GET") || rule_flag_set(e, s, flags, "FOLL_PIN"))
		return;
	if (engine_callers_decide(e, site, site->form->flags) || engine_callers_decide(e, site, site->form->pages)) {
		site->left_to_callers = true;
		return;
	}
	report(e, s, rule, site, &site->event->pos, NULL, message, row->name);
}

/* A static function that nobody in sight calls: by a pointer, perhaps. */
static void finish(struct engine *e, const struct rule *rule)
{
	for (int i = 0; i < e->nr_sites; i++) {
		struct site *site = &e->sites[i];

		if (site->left_to_callers && !site->reached_above)
			report_plain(e, rule, site, &site->event->pos, NULL, message, site->row->name);
	}
}

const struct rule rule_foll_get_missing = {
	.id = "foll-get-missing", .level = LEVEL_WARNING, .acquire = acquire, .finish = finish,
};
