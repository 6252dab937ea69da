// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages taken with FOLL_WRITE, used, and released on a successful path without
 * being marked dirty: Documentation/core-api/pin_user_pages.rst, CASE 1 and 5.
 */
#include "rules.h"

#include <string.h>

static const char message[] =
	"Pages taken with FOLL_WRITE by %s() are released without being marked dirty";

/* Certainly written: then it does not matter how the path ends. */
static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	if (!h->written || h->dirtied || !rule_flag_possible(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &info->event->pos, smt_nonzero(&e->smt, info->released),
	       message, h->site->row->name);
}

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	const struct gup_event *event = h->clean_release;

	if (error || kept || !event || h->dirtied || !h->data_used)
		return;
	if (!rule_flag_set(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &event->pos, smt_nonzero(&e->smt, h->count),
	       message, h->site->row->name);
}

/* --- filled in one function, released in another ------------------------------ */

static bool dirties(const struct gup_event *event)
{
	return event->kind == EVENT_CALL && event->callee && strcasestr(event->callee, "dirty");
}

/* Is anything marked dirty in this file? Then somebody may have seen to it. */
static bool file_dirties(struct engine *e)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				if (dirties(&function->blocks[b].events[i]))
					return true;
	}
	return false;
}

static bool calls(const struct gup_function *function, const char *name)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind == EVENT_CALL && event->callee && !strcmp(event->callee, name))
				return true;
		}
	return false;
}

/*
 * Asked for with FOLL_WRITE on some paths and without on others: that is the
 * direction of a transfer, not the copy-on-write that reads ask for as well.
 */
static const struct kept_field *written_field(const struct engine *e, const struct gup_term *array,
					      enum api_kind kind)
{
	for (int i = 0; i < e->nr_fields; i++) {
		const struct kept_field *field = &e->fields[i];

		if (field->kind == kind && field->site->for_write && field->site->for_read &&
		    !strcmp(field->field, array->name) && !strcmp(field->record, array->record))
			return field;
	}
	return NULL;
}

static void check_release(struct engine *e, const struct rule *rule,
			  const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row;
	const struct gup_term *array = rule_released_array(e, function, event, &row);
	const struct kept_field *field = array ? written_field(e, array, row->kind) : NULL;

	/* What an error path of the acquiring function drops was not written to. */
	if (!field || field->site->function == function || calls(field->site->function, function->name))
		return;
	struct finding_step filled = rule_filled_here(e, field->site);

	report_plain(e, rule, field->site, &event->pos, &filled,
		     "Pages that %s() takes in %s.%s, for some transfers with FOLL_WRITE, are released without being marked dirty",
		     field->site->row->name, array->record, array->name);
}

static void finish(struct engine *e, const struct rule *rule)
{
	bool any = false;

	for (int i = 0; i < e->nr_fields; i++)
		any |= e->fields[i].site->for_write && e->fields[i].site->for_read;
	if (!any || file_dirties(e))
		return;
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				check_release(e, rule, function, &function->blocks[b].events[i]);
	}
}

const struct rule rule_dirty_missing = {
	.id = "dirty-missing", .level = LEVEL_WARNING, .release = release, .end = end,
	.finish = finish,
};
