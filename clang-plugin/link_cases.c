// SPDX-License-Identifier: GPL-2.0-only
#include "link_cases.h"

#include <string.h>

#include "cases.h"

static bool takes(const struct owned_group *group, const struct gup_event *event)
{
	for (int i = 0; i < group->events.takes.count; i++)
		if (group->events.takes.list[i].event == event)
			return true;
	return false;
}

static void look_at_group(struct program *p, struct case_seen *seen, const struct owned_group *group,
			  const struct assert_site *site)
{
	for (int i = 0; i < group->events.uses.count; i++)
		cases_saw_use(seen, group->events.uses.list[i].event, group->events.uses.list[i].row);
	/* Of pages that others come to, too, or that only pass through, it is not said that they stay. */
	if (seen->kept || group->fed || !group->events.drops.count)
		return;
	for (int i = 0; i < group->events.drops.count; i++)
		if (group->events.drops.list[i].function == site->function)
			return;
	seen->kept = arena_printf(&p->arena, "%s.%s", group->first->record, group->first->field);
	seen->kept_in = site->function->name;
}

const char *link_case_of(struct program *p, const struct owners *owners, const struct assert_site *site,
			 const char **evidence)
{
	struct case_seen seen = { .with_pages = true, .longterm = site->longterm,
				  .iterator = site->row->returns == RETURNS_BYTES };
	const char *number;

	for (int i = 0; i < owners->nr_pairs; i++)
		if (owners->pairs[i].take == site->event)
			cases_saw_use(&seen, owners->pairs[i].use.event, owners->pairs[i].use.row);
	for (int i = 0; i < owners->nr_groups; i++)
		if (takes(&owners->groups[i], site->event))
			look_at_group(p, &seen, &owners->groups[i], site);
	number = cases_judge(&p->arena, &seen, false, site->unit->model->file, evidence);
	return !strcmp(number, "unknown") ? NULL : number;
}
