// SPDX-License-Identifier: GPL-2.0-only
#include "join.h"

#include <stdlib.h>
#include <string.h>

/* Functions of other files that one unit can take in. */
#define MAX_IMPORTS 200

/* The joined model while it is made: which definition became which function. */
struct joining {
	struct program *program;
	struct unit *unit;
	struct joined *joined;
	struct definition **from;	/* of each function of the model */
	int cap_from;
};

/* --- the model ----------------------------------------------------------------------- */

/* The body that this call would run and the engine has no row for; NULL: none. */
static struct definition *body_of(struct program *p, struct unit *unit, const struct gup_event *event)
{
	struct definition *d = event->kind == EVENT_CALL && event->callee && !api_find(p->api, event->callee) ?
		program_find(p, unit, event->callee) : NULL;

	return d && d->touches && !d->function->incomplete ? d : NULL;
}

static const char *free_name(struct joining *j, const char *name)
{
	struct gup_model *m = j->joined->model;
	const char *found = name;

	for (int n = 2; ; n++) {
		int f = 0;

		while (f < m->nr_functions && strcmp(m->functions[f]->name, found))
			f++;
		if (f == m->nr_functions)
			return found;
		found = arena_printf(&m->arena, "%s#%d", name, n);
	}
}

static struct gup_function *copy(struct joining *j, struct definition *d)
{
	struct gup_model *m = j->joined->model;
	struct gup_function *function = model_add_function(m, free_name(j, d->function->name));
	const char *name = function->name;

	*function = *d->function;
	function->name = name;
	function->analysis = NULL;
	function->blocks = arena_alloc(&m->arena, ((size_t)function->nr_blocks + 1) * sizeof(*function->blocks));
	for (int b = 0; b < function->nr_blocks; b++) {
		struct gup_block *block = &function->blocks[b];
		const struct gup_event *events = d->function->blocks[b].events;

		*block = d->function->blocks[b];
		block->events = arena_alloc(&m->arena, ((size_t)block->nr_events + 1) * sizeof(*events));
		if (block->nr_events)
			memcpy(block->events, events, (size_t)block->nr_events * sizeof(*events));
	}
	if (m->nr_functions > j->cap_from) {
		struct definition **from = j->from;

		j->from = arena_alloc(&m->arena, (size_t)m->nr_functions * 2 * sizeof(*from));
		if (from)
			memcpy(j->from, from, (size_t)j->cap_from * sizeof(*from));
		j->cap_from = m->nr_functions * 2;
	}
	j->from[m->nr_functions - 1] = d;
	return function;
}

static struct gup_function *joined_of(const struct joining *j, const struct definition *d)
{
	for (int f = 0; f < j->joined->model->nr_functions; f++)
		if (j->from[f] == d)
			return j->joined->model->functions[f];
	return NULL;
}

/* Calls go to the copies; what is not there yet and can be, comes in. */
static void connect(struct joining *j, int number)
{
	struct gup_function *function = j->joined->model->functions[number];

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			struct gup_event *event = &function->blocks[b].events[i];
			struct definition *d = body_of(j->program, j->from[number]->unit, event);
			struct gup_function *callee = d ? joined_of(j, d) : NULL;

			if (!callee && d && j->joined->model->nr_functions - j->joined->nr_own < MAX_IMPORTS)
				callee = copy(j, d);
			if (callee)
				event->callee = callee->name;
		}
}

/* Does the unit define functions of the API? Their bodies are what the table stands for. */
static bool is_api(const struct program *p, const struct unit *unit)
{
	for (int f = 0; f < unit->model->nr_functions + unit->model->nr_passing; f++) {
		const struct gup_function *function = unit->model->functions[f];

		if (!function->is_static && api_find(p->api, function->name))
			return true;
	}
	return false;
}

/* A function of the unit calls a body of another file that takes or drops references. */
static bool needs_others(struct program *p, struct unit *unit)
{
	const struct gup_model *m = unit->model;

	for (int f = 0; f < m->nr_functions + m->nr_passing; f++)
		for (int b = 0; b < m->functions[f]->nr_blocks; b++)
			for (int i = 0; i < m->functions[f]->blocks[b].nr_events; i++) {
				const struct definition *d = body_of(p, unit, &m->functions[f]->blocks[b].events[i]);

				if (d && d->unit != unit)
					return true;
			}
	return false;
}

static void build(struct joining *j)
{
	struct gup_model *m = model_new(j->unit->model->file), *own = j->unit->model;

	j->joined->model = m;
	m->root = own->root;
	m->tree = own->tree;
	m->target = own->target;
	for (int i = 0; i < own->nr_flags; i++)
		model_add_flag(m, own->flags[i]);
	for (int f = 0; f < own->nr_functions + own->nr_passing; f++)
		copy(j, program_own(j->program, j->unit, own->functions[f]));
	j->joined->nr_own = m->nr_functions;
	/* What comes in is appended, and connected in its turn. */
	for (int f = 0; f < m->nr_functions; f++)
		connect(j, f);
}

/* --- the run --------------------------------------------------------------------------- */

struct edge { int from, to; };

/* The calls among the functions of the joined model. */
static struct edge *edges_of(const struct joining *j, int *count)
{
	struct gup_model *m = j->joined->model;
	struct edge *edges = NULL;
	int room = 0;

	*count = 0;
	for (int f = 0; f < m->nr_functions; f++)
		for (int b = 0; b < m->functions[f]->nr_blocks; b++)
			for (int i = 0; i < m->functions[f]->blocks[b].nr_events; i++) {
				const struct gup_event *event = &m->functions[f]->blocks[b].events[i];
				int to = 0;

				if (event->kind != EVENT_CALL || !event->callee)
					continue;
				while (to < m->nr_functions && strcmp(m->functions[to]->name, event->callee))
					to++;
				if (to == m->nr_functions)
					continue;
				if (*count == room)
					edges = program_grow(j->program, edges, &room, sizeof(*edges));
				edges[(*count)++] = (struct edge){ f, to };
			}
	return edges;
}

/* Which functions reach a body of another file, and which one that acquires: by calls alone. */
static void reach(const struct joining *j, const bool *acquires, bool *others, bool *acquired)
{
	int count;
	struct edge *edges = edges_of(j, &count);

	for (bool changed = true; changed;) {
		changed = false;
		for (int i = 0; i < count; i++) {
			int f = edges[i].from, c = edges[i].to;
			bool other = others[f] || others[c] || c >= j->joined->nr_own;
			bool takes = acquired[f] || acquired[c] || acquires[c];

			changed |= other != others[f] || takes != acquired[f];
			others[f] = other;
			acquired[f] = takes;
		}
	}
}

static bool hands_on(const struct engine *e, const struct gup_function *caller)
{
	for (int b = 0; b < caller->nr_blocks; b++)
		for (int i = 0; i < caller->blocks[b].nr_events; i++) {
			const struct gup_event *event = &caller->blocks[b].events[i];
			struct gup_function *callee = event->kind == EVENT_CALL ?
				model_find(e->model, event->callee) : NULL;

			for (int s = 0; callee && s < e->nr_sites; s++)
				if (e->sites[s].function == callee && e->sites[s].hands_on)
					return true;
		}
	return false;
}

static bool is_foreign(const struct joined *joined, const char *file)
{
	for (int f = joined->nr_own; file && f < joined->model->nr_functions; f++)
		if (joined->model->functions[f]->pos.file &&
		    !strcmp(joined->model->functions[f]->pos.file, file))
			return true;
	return false;
}

static bool is_own(const struct joined *joined, const char *file)
{
	return file && !strcmp(file, joined->model->file);
}

/* Does the path go through a body of another file? */
static bool calls_foreign(struct joined *joined, const struct finding_step *step)
{
	for (int f = joined->nr_own; step->kind == STEP_CALL && f < joined->model->nr_functions; f++)
		if (!strcmp(step->text, arena_printf(&joined->kept, "Calling %s()", joined->model->functions[f]->name)))
			return true;
	return false;
}

/* What the unit says without the others, once it is asked for. */
static const struct engine *alone(struct joined *joined)
{
	struct engine *e = &joined->alone;

	if (e->model)
		return e;
	engine_open(e, joined->unit->model, joined->engine.api, joined->engine.options, &joined->kept);
	for (int f = 0; f < e->model->nr_functions; f++)
		if (flow_of(e->model, e->api, e->model->functions[f])->acquires)
			engine_run(e, e->model->functions[f], false);
	return e;
}

static bool same_place(const struct finding *a, const struct finding *b)
{
	return a->rule == b->rule && a->pos.line == b->pos.line && a->pos.column == b->pos.column &&
	       a->pos.file && b->pos.file && !strcmp(a->pos.file, b->pos.file);
}

static bool is_known(struct joined *joined, const struct finding *finding)
{
	const struct engine *e = alone(joined);

	for (int i = 0; i < e->nr_findings; i++)
		if (same_place(&e->findings[i], finding))
			return true;
	return false;
}

static bool calls(const struct gup_function *caller, const struct gup_function *callee)
{
	for (int b = 0; b < caller->nr_blocks; b++)
		for (int i = 0; i < caller->blocks[b].nr_events; i++) {
			const struct gup_event *event = &caller->blocks[b].events[i];

			if (event->kind == EVENT_CALL && event->callee && !strcmp(event->callee, callee->name))
				return true;
		}
	return false;
}

/* Did it need both files to see this? */
static bool crosses(struct joined *joined, const struct finding *finding)
{
	bool foreign = is_foreign(joined, finding->pos.file), own = is_own(joined, finding->pos.file);
	bool calls = false;

	for (int i = 0; i < finding->nr_steps; i++) {
		foreign |= is_foreign(joined, finding->steps[i].pos.file);
		own |= is_own(joined, finding->steps[i].pos.file);
		calls |= calls_foreign(joined, &finding->steps[i]);
	}
	return own && (foreign || calls) && (is_foreign(joined, finding->pos.file) || !is_known(joined, finding));
}

/*
 * A function that only this file calls is judged as its callers call it: what one of them, run
 * to its end, does not show was a guess about the arguments.
 */
static bool callers_show(struct joined *joined, const struct gup_function *root, const struct finding *finding)
{
	struct gup_model *m = joined->model;
	bool called = false, shown = false;

	for (int f = 0; root->is_static && f < m->nr_functions && !shown; f++) {
		struct engine e;

		if (m->functions[f] == root || !calls(m->functions[f], root))
			continue;
		called = true;
		engine_open(&e, m, joined->engine.api, joined->engine.options, &joined->kept);
		engine_run(&e, m->functions[f], false);
		shown = e.over_budget != NULL;
		for (int i = 0; i < e.nr_findings; i++)
			shown |= same_place(&e.findings[i], finding);
	}
	return !called || shown;
}

/* That a short call leaks says nothing when a full one leaks as well. */
static bool is_said(const struct engine *e, const struct finding *finding)
{
	for (int i = 0; i < e->nr_findings && !strcmp(finding->rule->id, "partial-pin-leak"); i++)
		if (e->findings[i].site == finding->site && !strcmp(e->findings[i].rule->id, "pin-leak"))
			return true;
	return false;
}

/* Runs one root; of what it says only that stays which needs other files. */
static void run_root(const struct joining *j, struct gup_function *root, bool is_caller)
{
	struct engine *e = &j->joined->engine;
	int first = e->nr_findings, count = first;

	engine_run(e, root, is_caller);
	for (int i = first; i < e->nr_findings; i++)
		if (!is_said(e, &e->findings[i]) && crosses(j->joined, &e->findings[i]) &&
		    callers_show(j->joined, root, &e->findings[i]))
			e->findings[count++] = e->findings[i];
	e->nr_findings = count;
}

static void run(const struct joining *j)
{
	struct engine *e = &j->joined->engine;
	struct gup_model *m = j->joined->model;
	size_t size = (size_t)m->nr_functions + 1;
	bool *others = arena_alloc(&m->arena, size), *acquired = arena_alloc(&m->arena, size);
	bool *acquires = arena_alloc(&m->arena, size);
	int theirs;

	for (int f = 0; f < m->nr_functions; f++)
		acquires[f] = join_has_role(j->program, m->functions[f], ROLE_ACQUIRE);
	reach(j, acquires, others, acquired);
	/* Those of the others that acquire first: whether they hand on what they took. */
	for (int f = j->joined->nr_own; f < m->nr_functions; f++)
		if (acquires[f])
			engine_run(e, m->functions[f], false);
	theirs = e->nr_findings;
	for (int f = 0; f < j->joined->nr_own; f++)
		if (others[f] && acquires[f])
			run_root(j, m->functions[f], false);
	for (int f = 0; f < j->joined->nr_own; f++)
		if (others[f] && acquired[f] && !acquires[f] && hands_on(e, m->functions[f]))
			run_root(j, m->functions[f], true);
	/* What their own files say of them is known. */
	e->nr_findings -= theirs;
	if (e->nr_findings)
		memmove(e->findings, e->findings + theirs, (size_t)e->nr_findings * sizeof(*e->findings));
}

struct joined *join_run(struct program *p, struct unit *unit, const struct gup_options *options)
{
	struct joining j = { .program = p, .unit = unit };

	if (is_api(p, unit) || !needs_others(p, unit))
		return NULL;
	j.joined = calloc(1, sizeof(*j.joined));
	if (!j.joined)
		abort();
	j.joined->unit = unit;
	build(&j);
	engine_open(&j.joined->engine, j.joined->model, p->api, options, &j.joined->kept);
	run(&j);
	return j.joined;
}

void join_free(struct joined *joined)
{
	if (!joined)
		return;
	model_free(joined->model);
	arena_free(&joined->kept);
	free(joined);
}
