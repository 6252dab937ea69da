// SPDX-License-Identifier: GPL-2.0-only
/* Pinned pages are put, or pages that were got are unpinned. */
#include "rules.h"

#include <string.h>

/* From 5.2 to 5.5 there were no pins: put_user_page*() of include/linux/mm.h ended a get. */
static bool ends_a_get(const struct api_row *row)
{
	return row->kind == KIND_GET || !strncmp(row->name, "put_user_page", 13);
}

static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	bool pin = h->kind == KIND_PIN;

	if ((h->kind != KIND_PIN && h->kind != KIND_GET) || h->kind == info->row->kind)
		return;
	if (info->row->kind != KIND_PIN && info->row->kind != KIND_GET)
		return;
	/* The put may belong to a get_page() of its own. */
	if (h->extra_ref || (!pin && ends_a_get(info->row)))
		return;
	report(e, s, rule, h->site, &info->event->pos, smt_nonzero(&e->smt, info->released),
	       pin ? "Pages pinned by %s() are released by %s(), which drops a plain reference" :
		     "Pages got by %s() are released by %s(), which drops a pin",
	       h->site->row->name, info->row->name);
}

/* A function that releases the field both ways knows which kind it holds. */
static bool releases_as(struct engine *e, const struct gup_function *function,
			const struct gup_term *array, enum api_kind kind)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct api_row *row;
			const struct gup_term *other =
				rule_released_array(e, function, &function->blocks[b].events[i], &row);

			if (other && row->kind == kind && !strcmp(other->name, array->name))
				return true;
		}
	return false;
}

static void check_release(struct engine *e, const struct rule *rule,
			  const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row;
	const struct gup_term *array = rule_released_array(e, function, event, &row);
	const struct kept_field *other;

	if (!array || rule_kept_field(e, array, row->kind))
		return;
	other = rule_kept_field(e, array, row->kind == KIND_PIN ? KIND_GET : KIND_PIN);
	if (other && other->kind == KIND_GET && ends_a_get(row))
		return;
	if (!other || releases_as(e, function, array, other->kind))
		return;
	struct finding_step filled = rule_filled_here(e, other->site);

	report_plain(e, rule, other->site, &event->pos, &filled,
		     "Pages that %s() %s in %s%s%s are released by %s()", other->site->row->name,
		     rule_kind_text(other->kind), array->record, *array->record ? "." : "", array->name,
		     row->name);
}

/* The field is filled in one function and released in another of this file. */
static void finish(struct engine *e, const struct rule *rule)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				check_release(e, rule, function, &function->blocks[b].events[i]);
	}
}

const struct rule rule_pin_put_mismatch = {
	.id = "pin-put-mismatch", .level = LEVEL_ERROR, .release = release, .finish = finish,
};
