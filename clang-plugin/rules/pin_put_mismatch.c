// SPDX-License-Identifier: GPL-2.0-only
/* Pinned pages are put, or pages that were got are unpinned. */
#include "rules.h"

static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	bool pin = h->kind == KIND_PIN;

	if ((h->kind != KIND_PIN && h->kind != KIND_GET) || h->kind == info->row->kind)
		return;
	if (info->row->kind != KIND_PIN && info->row->kind != KIND_GET)
		return;
	/* The put may belong to a get_page() of its own. */
	if (h->extra_ref)
		return;
	report(e, s, rule, h->site, &info->event->pos, smt_nonzero(&e->smt, info->released),
	       pin ? "Pages pinned by %s() are released by %s(), which drops a plain reference" :
		     "Pages got by %s() are released by %s(), which drops a pin",
	       h->site->row->name, info->row->name);
}

const struct rule rule_pin_put_mismatch = {
	.id = "pin-put-mismatch", .level = LEVEL_ERROR, .release = release,
	.summary = "Pinned pages are released by a put, or got pages by an unpin.",
};
