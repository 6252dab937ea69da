// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that hand a parameter on as gup_flags: what an acquire is asked for,
 * their callers decide, wherever those are. Arguments are followed back through
 * assignments; no paths are run.
 */
#include "flag_params.h"

struct search {
	struct program *program;
	struct flag_params *found;
};

static bool add_read(const struct gup_term *term, bool *vars)
{
	bool changed = false;

	if (!term)
		return false;
	if (term->kind == TERM_VAR && !vars[term->var] && !term->type.is_pointer) {
		vars[term->var] = true;
		return true;
	}
	changed |= add_read(term->a, vars);
	changed |= add_read(term->b, vars);
	return changed;
}

/* Which variables the value of the term may come from. */
static void trace_back(const struct gup_function *function, const struct gup_term *term, bool *vars)
{
	bool changed = add_read(term, vars);

	while (changed) {
		changed = false;
		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const struct gup_event *event = &function->blocks[b].events[i];

				if (event->kind == EVENT_ASSIGN && event->lhs->kind == TERM_VAR &&
				    vars[event->lhs->var])
					changed |= add_read(event->rhs, vars);
			}
	}
}

static void add(struct search *s, struct definition *d, int param, const struct gup_event *acquire)
{
	struct flag_params *found = s->found;

	for (int i = 0; i < found->count; i++)
		if (found->list[i].definition == d && found->list[i].param == param)
			return;
	if (found->count == found->room)
		found->list = program_grow(s->program, found->list, &found->room, sizeof(*found->list));
	found->list[found->count++] = (struct flag_param){ d, param, acquire };
}

/* The parameters from which this argument of a call may come. */
static void look_at(struct search *s, struct definition *d, const struct gup_term *term,
		    const struct gup_event *acquire)
{
	const struct gup_function *function = d->function;
	bool *vars = arena_alloc(&s->program->arena, (size_t)function->nr_vars + 1);

	trace_back(function, term, vars);
	for (int i = 0; i < function->nr_params; i++)
		if (vars[i] && function->vars[i].type.width == 32 && !function->vars[i].type.is_pointer)
			add(s, d, i, acquire);
}

static void look_at_function(struct search *s, struct definition *d)
{
	for (int b = 0; b < d->function->nr_blocks; b++)
		for (int i = 0; i < d->function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &d->function->blocks[b].events[i];
			const struct api_row *row = api_of_call(s->program->api, event);
			const struct api_params *form = row && row->role == ROLE_ACQUIRE ?
				api_form(row, event->nr_args) : NULL;

			if (form && form->flags >= 0)
				look_at(s, d, event->args[form->flags], event);
		}
}

struct flag_params *flag_params_find(struct program *p)
{
	struct search s = { p, arena_alloc(&p->arena, sizeof(*s.found)) };

	for (int u = 0; u < p->nr_units; u++)
		for (int f = 0; f < p->units[u].model->nr_functions; f++) {
			struct gup_function *function = p->units[u].model->functions[f];
			const struct api_row *own = api_find(p->api, function->name);

			/* What the API does inside the table says. */
			if (!own || own->role != ROLE_ACQUIRE)
				look_at_function(&s, program_own(p, &p->units[u], function));
		}
	/* Their callers, and so on: the list grows behind the loop. */
	for (int i = 0; i < s.found->count; i++) {
		const struct flag_param at = s.found->list[i];
		const struct callers *callers = program_callers(p, at.definition);

		for (int c = 0; c < callers->count; c++) {
			const struct caller *caller = &callers->list[c];
			struct definition *d = program_own(p, caller->unit, caller->function);

			if (d && at.param < caller->event->nr_args)
				look_at(&s, d, caller->event->args[at.param], at.acquire);
		}
	}
	return s.found;
}
