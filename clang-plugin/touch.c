// SPDX-License-Identifier: GPL-2.0-only
/* Which functions take or drop references, themselves or through what they call. */
#include "join.h"

bool join_has_role(const struct program *p, const struct gup_function *function, enum api_role role)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct api_row *row = api_of_call(p->api, &function->blocks[b].events[i]);

			if (row && row->role == role)
				return true;
		}
	return false;
}

static void touch(struct program *p, struct definition *d)
{
	const struct callers *callers;

	if (d->touches)
		return;
	d->touches = true;
	callers = program_callers(p, d);
	for (int i = 0; i < callers->count; i++) {
		struct definition *up = program_own(p, callers->list[i].unit, callers->list[i].function);

		if (up && callers->list[i].event->callee)
			touch(p, up);
	}
}

void join_prepare(struct program *p)
{
	for (int u = 0; u < p->nr_units; u++) {
		const struct gup_model *model = p->units[u].model;

		for (int f = 0; f < model->nr_functions; f++)
			if (join_has_role(p, model->functions[f], ROLE_ACQUIRE) ||
			    join_has_role(p, model->functions[f], ROLE_RELEASE))
				touch(p, program_own(p, &p->units[u], model->functions[f]));
	}
}
