// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <inttypes.h>
#include <string.h>

#include "merge.h"
#include "walk.h"

/* The budget of one function, in things that cost the same on every machine. */
#define MAX_STEPS 12000u
#define MAX_FORKS 1500u
#define MAX_QUESTIONS 700u
#define MAX_UNKNOWNS 12u
#define MAX_WORK 2000000u		/* of the solver, in its own units */
#define MAX_MEMORY (12u << 20)	/* bytes of terms and states */

/* --- sites and frames ---------------------------------------------------------- */

struct site *engine_site(struct engine *e, const struct gup_event *event)
{
	for (int i = 0; i < e->nr_sites; i++)
		if (e->sites[i].event == event)
			return &e->sites[i];
	return NULL;
}

void engine_site_open(struct engine *e, struct site *site, const char *why)
{
	if (!site->open)
		site->open = arena_strdup(e->kept, why);
}

int engine_frame(struct engine *e, const char *path)
{
	for (int i = 0; i < e->nr_frames; i++)
		if (!strcmp(e->frame_paths[i], path))
			return i + 1;
	if (e->nr_frames == e->cap_frames) {
		int cap = e->cap_frames ? e->cap_frames * 2 : 16;
		const char **paths = arena_alloc(&e->arena, (size_t)cap * sizeof(*paths));

		if (e->nr_frames)
			memcpy(paths, e->frame_paths, (size_t)e->nr_frames * sizeof(*paths));
		e->frame_paths = paths;
		e->cap_frames = cap;
	}
	e->frame_paths[e->nr_frames++] = path;
	return e->nr_frames;
}

/* --- work list ------------------------------------------------------------------ */

bool engine_seen(struct engine *e, uint64_t signature)
{
	if (e->nr_seen * 2 >= e->cap_seen) {
		unsigned cap = e->cap_seen ? e->cap_seen * 2 : 256, old = e->cap_seen;
		uint64_t *table = arena_alloc(&e->arena, cap * sizeof(*table));

		for (unsigned i = 0; i < old; i++)
			for (unsigned at = (unsigned)e->seen[i] & (cap - 1); e->seen[i];
			     at = (at + 1) & (cap - 1))
				if (!table[at]) {
					table[at] = e->seen[i];
					break;
				}
		e->seen = table;
		e->cap_seen = cap;
	}
	signature = signature ? signature : 1;
	unsigned at = (unsigned)signature & (e->cap_seen - 1);

	for (; e->seen[at]; at = (at + 1) & (e->cap_seen - 1))
		if (e->seen[at] == signature)
			return true;
	e->seen[at] = signature;
	e->nr_seen++;
	return false;
}

/* `while (bytes)` without a turn: said before the path meets others, for which it is not so. */
static void settle_bytes(struct engine *e, struct state *s)
{
	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (h->vague_count && !engine_feasible(e, s, smt_nonzero(&e->smt, h->held)))
			h->held = smt_number(&e->smt, 0, 64);
	}
}

/* At the head of a block that paths meet at, a state waits for the others. */
static void wait_to_merge(struct engine *e, struct state *s)
{
	const struct frame *frame = &s->frames[s->depth];
	const struct flow *flow = flow_of(e->model, e->api, frame->function);

	if (frame->event < 0 && flow->blocks[frame->block].is_join) {
		engine_trim(e, s);
		settle_bytes(e, s);
	}
	merge_drop_gone(e, s);
	merge_later(e, s);
}

void engine_later(struct engine *e, struct state *s)
{
	e->forks++;
	if (e->merging) {
		wait_to_merge(e, s);
		return;
	}
	s->next = e->work;
	e->work = s;
}

static void open_sites(struct engine *e, const char *why)
{
	for (int i = 0; i < e->nr_sites; i++)
		if (e->sites[i].function == e->root && !e->sites[i].failed)
			engine_site_open(e, &e->sites[i], why);
}

static void start(struct engine *e, struct gup_function *root)
{
	e->root = root;
	e->work = NULL;
	e->seen = NULL;
	e->nr_seen = e->cap_seen = 0;
	e->nr_frames = e->cap_frames = 0;
	e->steps = e->unknowns = e->forks = e->idle_steps = 0;
	e->merges = 0;
	e->truncated = e->exits = false;
	e->over_budget = NULL;
	memset(&e->arena, 0, sizeof(e->arena));
	smt_open(&e->smt, &e->arena);
	places_open(&e->places, &e->smt, &e->arena);
	struct state *s = state_new(&e->arena);

	s->frames[0] = (struct frame){ .function = root, .path = root->name, .block = root->entry,
				       .event = -1, .result_var = -1 };
	s->frames[0].id = engine_frame(e, root->name);
	e->work = s;
}

/*
 * Callers are run for what their helpers hand to them, merged states when paths
 * were too many: a second look, at a quarter of the price.
 */
static const char *exhausted(const struct engine *e)
{
	unsigned paths = e->is_caller ? 4 : 1, share = e->merging && !e->is_caller ? 2 : paths;

	if (e->steps > MAX_STEPS / paths)
		return "the function has too many paths (steps)";
	if (e->forks > MAX_FORKS / paths)
		return "the function has too many paths (branches)";
	if (e->smt.work > MAX_WORK / share)
		return "the function needs too much of the solver's work";
	if (e->smt.asked > MAX_QUESTIONS / share)
		return "the function needs too many solver questions";
	/* Of merged paths what cannot be answered is only not proven. */
	if (!e->merging && e->unknowns > MAX_UNKNOWNS / paths)
		return "the solver cannot answer about the function's arithmetic";
	if (e->arena.total > MAX_MEMORY)
		return "the function has too many paths (memory)";
	return NULL;
}

/* Runs what waits, each path by itself or all that meet as one, until the budget is spent. */
static void run_waiting(struct engine *e)
{
	while (e->work && !e->over_budget) {
		struct state *s = e->work;

		if (e->merging)
			s = merge_next(e);
		else
			e->work = s->next;
		for (;;) {
			e->steps++;
			e->over_budget = exhausted(e);
			if (e->over_budget || !engine_advance(e, s))
				break;
			if (e->merging && s->frames[s->depth].event < 0) {
				wait_to_merge(e, s);
				break;
			}
		}
	}
}

static bool calls(const struct gup_function *function, const struct gup_function *callee)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const char *name = function->blocks[b].events[i].callee;

			if (name && !strcmp(name, callee->name))
				return true;
		}
	return false;
}

/* An operation of a structure is called from where nobody here sees it. */
static bool is_operation(const struct engine *e, const struct gup_function *function)
{
	for (int i = 0; i < e->model->nr_slots; i++)
		if (!strcmp(e->model->slots[i].function, function->name))
			return true;
	return false;
}

/*
 * Was every caller in the file followed to its ends, and so, `up` more times, those
 * of static callers that hand on what they were handed?
 */
static bool callers_ran(struct engine *e, const struct gup_function *callee, int up)
{
	int callers = 0;

	if (is_operation(e, callee))
		return false;
	for (int f = 0; f < e->model->nr_functions; f++) {
		struct gup_function *function = e->model->functions[f];
		struct flow *flow;

		if (!calls(function, callee))
			continue;
		callers++;
		flow = flow_of(e->model, e->api, function);
		if (!flow->ran_whole)
			return false;
		if (up && function->is_static && flow->hands_on && !callers_ran(e, function, up - 1))
			return false;
	}
	return callers > 0;
}

/*
 * What a static function leaves behind on an error path its callers have to show. What a
 * caller leaves on one of its own is that one's affair: when nobody could be followed
 * further, the site's verdict is what its function and the callers that were followed prove.
 */
static void settle(struct engine *e, struct site *site)
{
	if (site->deferred && !callers_ran(e, site->function, 0))
		engine_site_open(e, site, site->deferred);
	if (!site->deferred_above || site->failed || site->open || callers_ran(e, site->function, MAX_FRAMES))
		return;
	site->proof = arena_printf(e->kept, "%s; %s", site->proof ? site->proof : "no path of its own leaves any behind",
				   site->deferred_above);
}

void engine_settle(struct engine *e)
{
	for (int i = 0; i < e->nr_sites; i++)
		settle(e, &e->sites[i]);
}

static void finish_run(struct engine *e)
{
	if (e->options->stats)
		fprintf(stderr, "%s: stats: %s%s: %u steps, %u branches, %u questions, %u unknown, work %" PRIu64 ", %zu kB\n",
			e->model->file, e->root->name, e->merging ? " (merged)" : "", e->steps, e->forks,
			e->smt.asked, e->unknowns, e->smt.work, e->arena.total / 1024);
	smt_close(&e->smt);
	arena_free(&e->arena);
}

/*
 * Too many paths to run each by itself: run them merged. What that proves is
 * proven of each of them; what it cannot prove stays open.
 */
static void run_merged(struct engine *e, struct gup_function *root)
{
	const char *why = e->over_budget;

	for (int i = 0; i < e->nr_sites; i++)
		if (e->sites[i].function == root)
			e->sites[i].open = NULL;
	e->merging = true;
	start(e, root);
	e->smt.integers_only = true;
	run_waiting(e);
	if (!e->over_budget && !e->exits)
		open_sites(e, why);
	for (int i = 0; i < e->nr_sites; i++) {
		struct site *site = &e->sites[i];

		if (site->function == root && !site->failed && (site->doubted || e->over_budget))
			engine_site_open(e, site, why);
	}
	finish_run(e);
	e->merging = false;
}

void engine_run(struct engine *e, struct gup_function *root, bool is_caller)
{
	e->is_caller = is_caller;
	if (root->incomplete) {
		e->root = root;
		open_sites(e, root->incomplete);
		return;
	}
	start(e, root);
	run_waiting(e);
	if (!e->over_budget && !e->exits)
		open_sites(e, "no path reaches the end of the function within two turns of each loop");
	finish_run(e);
	flow_of(e->model, e->api, root)->ran_whole = !e->over_budget;
	if (e->over_budget && !is_caller)
		run_merged(e, root);
}

static bool is_site(const struct engine *e, const struct gup_event *event)
{
	const struct api_row *row = event->kind == EVENT_CALL ? api_find(e->api, event->callee) : NULL;

	return row && row->role == ROLE_ACQUIRE;
}

/* Counts the sites of a function, or (into != NULL) writes them down. */
static int find_sites(const struct engine *e, struct gup_function *function, struct site *into)
{
	int count = 0;

	/* Clang numbers blocks from the last to the first. */
	for (int b = function->nr_blocks - 1; b >= 0; b--)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (!is_site(e, event))
				continue;
			if (into) {
				const struct api_row *row = api_find(e->api, event->callee);

				into[count] = (struct site){ .function = function, .event = event,
							     .row = row };
				into[count].form = api_form(row, event->nr_args);
			}
			count++;
		}
	return count;
}

void engine_open(struct engine *e, struct gup_model *model, const struct api *api,
		 const struct gup_options *options, struct arena *kept)
{
	int count = 0;

	smt_keep_tables();
	memset(e, 0, sizeof(*e));
	e->model = model;
	e->api = api;
	e->options = options;
	e->kept = kept;
	for (int f = 0; f < model->nr_functions; f++)
		count += find_sites(e, model->functions[f], NULL);
	e->sites = arena_alloc(kept, ((size_t)count + 1) * sizeof(*e->sites));
	for (int f = 0; f < model->nr_functions; f++)
		e->nr_sites += find_sites(e, model->functions[f], &e->sites[e->nr_sites]);
}
