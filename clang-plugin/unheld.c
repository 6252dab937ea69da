// SPDX-License-Identifier: GPL-2.0-only
/* A release on a path on which nothing was acquired. */
#include "engine.h"

#include <string.h>

static bool is_at(struct engine *e, struct state *s, const struct gup_term *term,
		  const struct place *array)
{
	struct value value = engine_eval(e, s, term);
	Z3_ast index;

	return value.points && place_array(&e->places, value.points, &index) == array;
}

/* The site that this call is, or that lies in the function which it calls with the array. */
static struct site *site_behind(struct engine *e, struct state *s, const struct gup_event *event,
				const struct place *array)
{
	struct site *site = event->kind == EVENT_CALL ? engine_site(e, event) : NULL;

	if (site)
		return site->form && site->form->pages >= 0 &&
		       is_at(e, s, event->args[site->form->pages], array) ? site : NULL;
	for (int i = 0; event->callee && i < e->nr_sites; i++)
		for (int a = 0; !strcmp(e->sites[i].function->name, event->callee) && a < event->nr_args; a++)
			if (event->args[a]->type.page_depth > 1 && is_at(e, s, event->args[a], array))
				return &e->sites[i];
	return NULL;
}

/*
 * The site that fills the array once a function that is run now gets there, or
 * NULL; *where is the event of that function that is run.
 */
static struct site *site_filling(struct engine *e, const struct state *s, const struct place *array,
				 const struct gup_event **where)
{
	struct state *then = state_copy(&e->arena, s);

	for (; then->depth >= 0; then->depth--) {
		const struct frame *frame = &then->frames[then->depth];
		const struct gup_function *function = frame->function;

		*where = &function->blocks[frame->block].events[frame->event - 1];
		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				struct site *site = site_behind(e, then, &function->blocks[b].events[i],
								array);

				if (site)
					return site;
			}
	}
	return NULL;
}

/*
 * Nothing on this path filled the array. That is certain of memory which was
 * allocated here, and which nobody else was given or wrote to.
 */
void engine_release_unheld(struct engine *e, struct state *s, const struct release_info *info)
{
	const struct gup_event *where;
	struct site *site;

	if (!info->array->is_private || info->array->kind != PLACE_FRESH || !info->exact)
		return;
	for (int i = 0; i < s->nr_attachments; i++)
		if (s->attachments[i].inner == info->array)
			return;
	for (int i = 0; i < s->nr_entries; i++)
		if (s->entries[i].place != info->array && place_inside(s->entries[i].place, info->array))
			return;
	site = site_filling(e, s, info->array, &where);
	for (int i = 0; site && gup_rules[i]; i++)
		if (gup_rules[i]->unheld)
			gup_rules[i]->unheld(e, s, site, gup_rules[i], info, where);
}
