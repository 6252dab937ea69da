// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain references on pages whose data a device reads or writes: that is what
 * pins are for, Documentation/core-api/pin_user_pages.rst, CASE 1 and 2.
 */
#include "rules.h"

#include <string.h>

/* include/linux/dma-mapping.h, include/linux/scatterlist.h */
static bool is_for_a_device(const char *callee)
{
	return callee && (strstr(callee, "dma_map") || strstr(callee, "pci_map") ||
			  !strncmp(callee, "sg_set_page", 11) ||
			  !strncmp(callee, "sg_alloc_", 9) || strstr(callee, "pages_to_sg"));
}

static void use(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		Z3_ast index, const struct gup_event *event)
{
	(void)index;
	/* An iterator's pages may be kernel memory, which nobody can pin. */
	if (h->kind != KIND_GET || !h->flags || !is_for_a_device(event->callee))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, smt_nonzero(&e->smt, h->count),
	       "Pages got by %s() go to a device through %s(): they should be pinned",
	       h->site->row->name, event->callee);
}

const struct rule rule_should_pin = {
	.id = "should-pin", .level = LEVEL_WARNING, .use = use,
};
