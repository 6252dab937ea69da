// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain references on pages whose data is written, or goes to a device: that is
 * what pins are for, Documentation/core-api/pin_user_pages.rst, CASE 1, 2 and 5.
 */
#include "rules.h"

#include <string.h>

/* A socket buffer may be copied from: that is for the CPU. */
static bool is_for_a_device(const struct gup_event *event)
{
	enum page_use use = cases_use_of(event, NULL);

	return use == USE_DEVICE || (use == USE_REQUEST && !strstr(event->callee, "skb"));
}

static void use(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		Z3_ast index, Z3_ast count, const struct gup_event *event)
{
	(void)index;
	(void)count;
	/* An iterator's pages may be kernel memory, which nobody can pin. */
	if (h->kind != KIND_GET || !h->flags || !is_for_a_device(event))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, smt_nonzero(&e->smt, h->count),
	       "Pages got by %s() go to a device through %s(): they should be pinned",
	       h->site->row->name, event->callee);
}

/* Marked dirty because somebody wrote; but for who came by page tables that a notifier keeps right, CASE 3. */
static bool was_written(const struct holding *h)
{
	return h->written || (h->marked && !rule_uses_notifier(h->site->function));
}

/* Written by the CPU, or by somebody: CASE 5. */
static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	(void)kept;
	if (error || h->kind != KIND_GET || !h->flags || !was_written(h) ||
	    !rule_flag_possible(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, smt_nonzero(&e->smt, h->count),
	       "Pages got by %s() are written to: they should be pinned", h->site->row->name);
}

/* --- got into a field, used in another function ------------------------------------ */

static const struct kept_field *got_field(const struct engine *e, const struct gup_term *field)
{
	for (int i = 0; field && i < e->nr_fields; i++)
		if (e->fields[i].kind == KIND_GET && e->fields[i].site->form->flags >= 0 &&
		    !strcmp(e->fields[i].field, field->name) &&
		    !strcmp(e->fields[i].record, field->record))
			return &e->fields[i];
	return NULL;
}

static void check_event(struct engine *e, const struct rule *rule,
			const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row = event->kind == EVENT_CALL ? api_find(e->api, event->callee) : NULL;
	bool dirties = row && row->role == ROLE_DIRTY;

	if (event->kind != EVENT_CALL || (!dirties && !is_for_a_device(event)))
		return;
	for (int i = 0; i < event->nr_args; i++) {
		const struct gup_term *field = engine_holder_of(e, function, event->args[i], false);
		const struct kept_field *kept = got_field(e, field);
		struct finding_step used = { STEP_CALL, event->pos, NULL };

		if (!kept)
			continue;
		used.text = arena_printf(e->kept, "%s() %s the pages of %s%s%s here", event->callee,
					 dirties ? "marks" : "takes", field->record,
					 *field->record ? "." : "", field->name);
		report_plain(e, rule, kept->site, &kept->site->event->pos, &used,
			     dirties ? "Pages got by %s() are marked dirty by %s(), as somebody wrote to them: they should be pinned" :
				       "Pages got by %s() go to a device through %s(): they should be pinned",
			     kept->site->row->name, event->callee);
	}
}

static void finish(struct engine *e, const struct rule *rule)
{
	for (int f = 0; e->nr_fields && f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				check_event(e, rule, function, &function->blocks[b].events[i]);
	}
}

const struct rule rule_should_pin = {
	.id = "should-pin", .level = LEVEL_WARNING, .once_per_site = true, .use = use, .end = end,
	.finish = finish,
};
