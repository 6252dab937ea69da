// SPDX-License-Identifier: GPL-2.0-only
/* A combination of flags that mm/gup.c of this tree refuses. */
#include "rules.h"

/*
 * mm/gup.c is_valid_gup_args() (6.3 and later) refuses INTERNAL_GUP_FLAGS of
 * mm/internal.h from callers. FOLL_UNLOCKABLE tells such a tree from an older
 * one, where only FOLL_PIN is refused: get_user_pages(), get_user_pages_remote().
 */
static const char *internal_flag(struct engine *e, const struct state *s, Z3_ast flags)
{
	static const char *const names[] = {
		"FOLL_TOUCH", "FOLL_TRIED", "FOLL_REMOTE", "FOLL_FAST_ONLY", "FOLL_UNLOCKABLE"
	};

	if (!model_flag(e->model, "FOLL_UNLOCKABLE"))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rule_flag_set(e, s, flags, names[i]))
			return names[i];
	return NULL;
}

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	const struct gup_pos *pos = &site->event->pos;
	const char *name = site->row->name, *internal;

	(void)pages;
	if (!flags || rule_is_internal(e, site))
		return;
	if (rule_flag_set(e, s, flags, "FOLL_PIN"))
		report(e, s, rule, site, pos, NULL, "%s() is given FOLL_PIN, which callers must not set",
		       name);
	else if (site->row->kind == KIND_PIN && rule_flag_set(e, s, flags, "FOLL_GET"))
		report(e, s, rule, site, pos, NULL,
		       "%s() is given FOLL_GET, which excludes FOLL_PIN: the call is refused", name);
	internal = internal_flag(e, s, flags);
	if (internal)
		report(e, s, rule, site, pos, NULL, "%s() is given %s, which is internal to mm/gup.c",
		       name, internal);
	if (rule_flag_set(e, s, flags, "FOLL_LONGTERM") && rule_flag_set(e, s, flags, "FOLL_PCI_P2PDMA"))
		report(e, s, rule, site, pos, NULL,
		       "%s() is given FOLL_LONGTERM with FOLL_PCI_P2PDMA, which is refused", name);
}

const struct rule rule_flags_conflict = {
	.id = "flags-conflict", .level = LEVEL_ERROR, .acquire = acquire,
	.summary = "The flags are a combination that mm/gup.c refuses.",
};
