// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "loop.h"

/* The budget of one function, in things that cost the same on every machine. */
#define MAX_STEPS 12000u
#define MAX_FORKS 1500u
#define MAX_QUESTIONS 700u
#define MAX_UNKNOWNS 24u
/* How often a loop head is met on one path: two iterations and the way out. */
#define MAX_TURNS_REFERENCES 3
#define MAX_TURNS_OTHER 2

/* --- questions -------------------------------------------------------------- */

/*
 * Facts that share no symbol with the question, not even through others, cannot
 * change the answer: each was satisfiable when it was added. They stay out.
 */
static int related(struct engine *e, const struct state *s, Z3_ast cond, Z3_ast *terms, int *near)
{
	bool *taken = calloc((size_t)s->nr_facts + 1, sizeof(*taken));
	int count = 0;

	if (!taken)
		abort();
	terms[count++] = cond;
	*near = 1;
	for (int t = 0; t < count; t++)
		for (int i = 0; i < s->nr_facts; i++)
			if (!taken[i] && smt_share(&e->smt, terms[t], s->facts[i])) {
				taken[i] = true;
				terms[count++] = s->facts[i];
				*near += t == 0;
			}
	free(taken);
	return count;
}

static enum smt_answer ask(struct engine *e, const struct state *s, Z3_ast cond)
{
	Z3_ast *terms = malloc(((size_t)s->nr_facts + 1) * sizeof(*terms));
	enum smt_answer answer = SMT_UNKNOWN;
	int count, near;

	if (!terms)
		abort();
	count = related(e, s, cond, terms, &near);
	/* What the nearest facts rule out is ruled out; most proofs need no more than those. */
	if (near < count)
		answer = smt_satisfiable(&e->smt, terms, near);
	if (answer != SMT_NO)
		answer = smt_satisfiable(&e->smt, terms, count);
	free(terms);
	if (answer == SMT_UNKNOWN)
		e->unknowns++;
	return answer;
}

bool engine_possible(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond);

	if (truth >= 0)
		return truth;
	return ask(e, s, cond) == SMT_YES;
}

bool engine_certain(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond);

	if (truth >= 0)
		return truth;
	return ask(e, s, smt_not(&e->smt, cond)) == SMT_NO;
}

/* May the path go on where cond holds? Here an unknown answer counts as yes. */
static bool feasible(struct engine *e, const struct state *s, Z3_ast cond)
{
	int truth = smt_constant_truth(&e->smt, cond);

	if (truth >= 0)
		return truth;
	for (int i = 0; i < s->nr_facts; i++)
		if (smt_share(&e->smt, s->facts[i], cond))
			return ask(e, s, cond) != SMT_NO;
	return true;
}

/* --- trace ------------------------------------------------------------------- */

void engine_step(struct engine *e, struct state *s, enum step_kind kind, const struct gup_pos *pos,
		 const char *text)
{
	struct step *step = arena_alloc(&e->arena, sizeof(*step));

	step->before = s->trace;
	step->kind = kind;
	step->pos = *pos;
	step->text = text ? text : "";
	s->trace = step;
}

void engine_step_value(struct state *s, const char *name, Z3_ast bits, bool is_signed)
{
	struct step *step = (struct step *)s->trace;

	if (!step || step->nr_values >= 3 || !bits)
		return;
	step->names[step->nr_values] = name;
	step->bits[step->nr_values] = bits;
	step->is_signed[step->nr_values++] = is_signed;
}

struct naming { struct engine *e; struct state *s; };

/* The variables that a condition reads, so that a note can show their values. */
static void name_variable(void *data, int var)
{
	struct naming *n = data;
	const struct gup_var *v = &n->s->frames[n->s->depth].function->vars[var];

	if (v->kind == VAR_TEMP || v->is_object || v->type.is_pointer || !v->type.width)
		return;
	struct value value = engine_load(n->e, n->s, place_var(&n->e->places,
		n->s->frames[n->s->depth].id, var, v), v->type);

	engine_step_value(n->s, v->name, value.bits, v->type.is_signed);
}

static void branch_step(struct engine *e, struct state *s, const struct gup_block *block, bool taken)
{
	struct naming naming = { e, s };

	if (!s->nr_holdings)
		return;
	engine_step(e, s, STEP_BRANCH, &block->cond_pos,
		    arena_printf(&e->arena, "'%s' is %s", block->cond_text, taken ? "true" : "false"));
	flow_reads(block->cond, name_variable, &naming);
}

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

static bool seen_before(struct engine *e, uint64_t signature)
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

static void later(struct engine *e, struct state *s)
{
	s->next = e->work;
	e->work = s;
	e->forks++;
}

static void go(struct state *s, int block)
{
	s->frames[s->depth].before = s->frames[s->depth].block;
	s->frames[s->depth].block = block;
	s->frames[s->depth].event = -1;
}

/* --- loops ------------------------------------------------------------------------ */

/* Forgets what the loop assigns, so that any number of turns is covered. */
static void forget_loop(struct engine *e, struct state *s, const bool *body, int but)
{
	struct frame *frame = &s->frames[s->depth];
	const struct gup_function *function = frame->function;

	for (int v = 0; v < function->nr_vars; v++)
		if (v != but && !function->vars[v].is_object && function->vars[v].type.width &&
		    loop_assigns(function, body, v)) {
			struct value value = { engine_vague(e, function->vars[v].type.width), NULL };

			state_write(&e->arena, s, place_var(&e->places, frame->id, v,
							    &function->vars[v]), value);
		}
}

static void mark_dirty(struct engine *e, struct state *s, const struct gup_function *function,
		       const bool *body, const struct place *array)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; body[b] && i < function->blocks[b].nr_events; i++) {
			const struct api_row *row = function->blocks[b].events[i].kind == EVENT_CALL ?
				api_find(e->api, function->blocks[b].events[i].callee) : NULL;

			for (int h = 0; row && row->role == ROLE_DIRTY && h < s->nr_holdings; h++)
				if (s->holdings[h].array == array)
					s->holdings[h].dirtied = true;
		}
}

/* The whole of a counting loop at once: releases array[i .. bound). */
static void run_counting(struct engine *e, struct state *s, const struct counting_loop *loop,
			 const bool *body)
{
	struct frame *frame = &s->frames[s->depth];
	const struct gup_var *counter = &frame->function->vars[loop->index];
	struct smt *smt = &e->smt;
	Z3_ast more = engine_condition(e, s, loop->bound);
	Z3_ast low = engine_count(e, s, loop->bound->a), high = engine_count(e, s, loop->bound->b);
	struct release_info info = { .row = api_find(e->api, loop->release->callee),
				     .event = loop->release, .exact = !loop->guarded };
	const struct place *array = engine_points(e, engine_eval(e, s, loop->array));

	info.array = place_array(&e->places, array, &info.base);
	info.base = smt_binary(smt, OP_ADD, true, info.base, low);
	info.asked = smt_ite(smt, more, smt_binary(smt, OP_SUB, true, high, low),
			     smt_number(smt, 0, 64));
	engine_step(e, s, STEP_RELEASE, &loop->release->pos, loop->release->text);
	engine_step_value(s, "times", info.asked, true);
	mark_dirty(e, s, frame->function, body, info.array);
	engine_release_range(e, s, &info);
	Z3_ast last = smt_ite(smt, more, high, low);
	struct value end = { smt_resize(smt, last, counter->type.width, true), NULL };

	forget_loop(e, s, body, loop->index);
	state_write(&e->arena, s, place_var(&e->places, frame->id, loop->index, counter), end);
	go(s, loop->exit);
}

/* Leaves a loop that was run often enough by every way out; false: there is none from its head. */
static bool run_out(struct engine *e, struct state *s, const struct gup_block *block,
		    const bool *body)
{
	int chosen = -1;

	forget_loop(e, s, body, -1);
	for (int i = 0; i < block->nr_edges; i++) {
		if (body[block->edges[i].target])
			continue;
		if (chosen >= 0) {
			struct state *other = state_copy(&e->arena, s);

			go(other, chosen);
			later(e, other);
		}
		chosen = block->edges[i].target;
	}
	if (chosen < 0)
		return false;
	go(s, chosen);
	return true;
}

/* --- edges ------------------------------------------------------------------------- */

static Z3_ast edge_condition(struct engine *e, const struct gup_block *block, int at, Z3_ast truth,
			     Z3_ast value)
{
	const struct gup_edge *edge = &block->edges[at];
	struct smt *smt = &e->smt;
	bool is_signed = block->cond && block->cond->type.is_signed;
	Z3_ast cond;

	switch (edge->kind) {
	case EDGE_TRUE:
		return truth;
	case EDGE_FALSE:
		return smt_not(smt, truth);
	case EDGE_CASE:
		return smt_and(smt, smt_compare(smt, OP_GE, is_signed, value,
						smt_number(smt, edge->low, smt_width(smt, value))),
			       smt_compare(smt, OP_LE, is_signed, value,
					   smt_number(smt, edge->high, smt_width(smt, value))));
	case EDGE_DEFAULT:
		cond = Z3_mk_true(smt->z3);
		for (int i = 0; i < block->nr_edges; i++)
			if (block->edges[i].kind == EDGE_CASE)
				cond = smt_and(smt, cond, smt_not(smt,
					edge_condition(e, block, i, truth, value)));
		return cond;
	default:
		return Z3_mk_true(smt->z3);
	}
}

/* Follows every edge that is possible; false: none is. */
static bool follow(struct engine *e, struct state *s, const struct gup_block *block)
{
	Z3_ast truth = NULL, value = NULL, conds[64];
	int open[64], count = 0;

	if (block->cond && block->nr_edges && (block->edges[0].kind == EDGE_TRUE ||
					       block->edges[0].kind == EDGE_FALSE))
		truth = engine_condition(e, s, block->cond);
	else if (block->cond)
		value = engine_eval(e, s, block->cond).bits;
	for (int i = 0; i < block->nr_edges && count < 64; i++) {
		conds[count] = edge_condition(e, block, i, truth, value);
		/* One of true and false is possible: when the first is not, the second is. */
		if ((i == 1 && truth && !count) || feasible(e, s, conds[count]))
			open[count++] = i;
	}
	for (int i = count - 1; i >= 0; i--) {
		struct state *next = i ? state_copy(&e->arena, s) : s;
		const struct gup_edge *edge = &block->edges[open[i]];

		if (count > 1 && truth)
			branch_step(e, next, block, edge->kind == EDGE_TRUE);
		if (count > 1 && s->nr_holdings && smt_symbols(&e->smt, conds[i])->vague)
			next->guessed = true;
		state_add_fact(&e->arena, &e->smt, next, conds[i]);
		go(next, edge->target);
		if (i)
			later(e, next);
	}
	return count > 0;
}

/* --- running ------------------------------------------------------------------------ */

static void name_event(struct engine *e, const struct state *s, int event)
{
	const struct frame *frame = &s->frames[s->depth];

	e->key = arena_printf(&e->arena, "%d:%d.%d#%d", frame->id, frame->block, event,
			      state_visits(s, frame->block));
	e->fresh = 0;
}

/* Back to the caller, or the end of the path. */
static bool return_from(struct engine *e, struct state *s)
{
	struct frame *done = &s->frames[s->depth];

	if (!s->depth) {
		engine_leave(e, s, s->return_pos.line ? &s->return_pos : &done->function->end);
		return false;
	}
	int result = done->result_var;
	struct value value = s->returned;

	state_drop_frame(s, done->id);
	s->depth--;
	if (result >= 0) {
		struct gup_event as = { .kind = EVENT_CALL, .result = result };

		engine_set_result(e, s, &as, value);
	}
	s->returned = (struct value){ NULL, NULL };
	return true;
}

/* The first field on the way from the object to the place: what a read of it must name. */
static const char *last_field(const struct place *place)
{
	for (; place; place = place->parent)
		if (place->kind == PLACE_FIELD)
			return place->name;
		else if (place->kind != PLACE_ELEM)
			break;
	return NULL;
}

/* May an event that is still to come read this place? When in doubt, yes. */
static bool may_read_again(const struct state *s, const struct place *place)
{
	const char *field = last_field(place);

	for (int i = 0; i <= s->depth; i++) {
		const struct frame *frame = &s->frames[i];
		const struct flow *flow = frame->function->analysis;
		const struct flow_block *block = &flow->blocks[frame->block];

		if (field) {
			/* A caller goes on in the middle of a block whose reads are all counted. */
			if (flow_has_name(&block->reads, field))
				return true;
		} else if (place->kind == PLACE_VAR) {
			const struct gup_var *v;

			if (place->frame != frame->id)
				continue;
			v = &frame->function->vars[place->var];
			return i < s->depth || v->is_object || v->address_taken ||
			       block->live[place->var];
		} else {
			return true;
		}
	}
	return false;
}

/* Nothing is held and nothing will be: the rest of the path is of no interest. */
static bool is_over(const struct state *s)
{
	bool acquire = false;

	for (int i = 0; i <= s->depth; i++) {
		const struct flow *flow = s->frames[i].function->analysis;

		acquire |= flow->blocks[s->frames[i].block].leads_to_acquire;
	}
	return !acquire && !s->nr_holdings;
}

/* What happens at the head of a block; false: the path ends. */
static bool enter_block(struct engine *e, struct state *s)
{
	struct frame *frame = &s->frames[s->depth];
	struct flow *flow = flow_of(e->model, e->api, frame->function);
	struct flow_block *info = &flow->blocks[frame->block];

	if (is_over(s)) {
		e->exits = true;
		return false;
	}
	if (info->is_join) {
		state_trim(&e->smt, &e->places, s, may_read_again);
		if (seen_before(e, state_signature(&e->smt, s)))
			return false;
	}
	frame->event = 0;
	/* A loop inside a loop is met afresh in each turn of the outer one. */
	if (info->is_header && !info->body[frame->before])
		state_unvisit(s, -1 - frame->block);
	if (info->in_loop)
		state_visit(&e->arena, s, frame->block);
	return true;
}

static bool run_assign(struct engine *e, struct state *s, const struct gup_event *event)
{
	struct value value = engine_eval(e, s, event->rhs);
	const struct place *place = engine_place(e, s, event->lhs);

	if (!event->lhs->type.width) {
		state_stamp(&e->arena, s, place, arena_strdup(&e->arena, e->key));
		return true;
	}
	if (value.bits)
		value.bits = smt_resize(&e->smt, value.bits, event->lhs->type.width,
					event->rhs->type.is_signed);
	engine_store(e, s, event, place, value);
	state_write(&e->arena, s, place, value);
	return true;
}

static bool run_event(struct engine *e, struct state *s, const struct gup_event *event)
{
	switch (event->kind) {
	case EVENT_ASSIGN:
		return run_assign(e, s, event);
	case EVENT_CALL:
		return engine_call(e, s, event);
	case EVENT_RETURN:
		s->returned = event->rhs ? engine_eval(e, s, event->rhs) : (struct value){ NULL, NULL };
		s->return_pos = event->pos;
		return true;
	}
	return true;
}

/* The events of the block from where the frame stands; false: the path ends here. */
static bool run_events(struct engine *e, struct state *s, bool *moved)
{
	int depth = s->depth;

	*moved = false;
	for (;;) {
		struct frame *frame = &s->frames[depth];
		const struct gup_block *block = &frame->function->blocks[frame->block];

		if (frame->event >= block->nr_events)
			return true;
		const struct gup_event *event = &block->events[frame->event];

		name_event(e, s, frame->event);
		frame->event++;
		if (!run_event(e, s, event))
			return false;
		if (s->depth != depth) {
			*moved = true;
			return true;
		}
	}
}

/* One block; false: the path ended. */
static bool advance(struct engine *e, struct state *s)
{
	struct frame *frame = &s->frames[s->depth];
	bool moved;

	if (frame->event < 0) {
		if (frame->block == frame->function->exit)
			return return_from(e, s);
		if (!enter_block(e, s))
			return false;
	}
	if (!run_events(e, s, &moved))
		return false;
	if (moved)
		return true;
	frame = &s->frames[s->depth];
	const struct gup_block *block = &frame->function->blocks[frame->block];
	const struct flow_block *info = &flow_of(e->model, e->api, frame->function)->blocks[frame->block];

	name_event(e, s, block->nr_events);
	if (info->counting) {
		run_counting(e, s, info->counting, info->body);
		return true;
	}
	/* How many pages a number of bytes covers is not known: the loop may have taken them all. */
	for (int i = 0; info->is_header && info->has_references && i < s->nr_holdings; i++)
		s->holdings[i].released |= s->holdings[i].vague_count;
	if (info->is_header) {
		int limit = info->has_references ? MAX_TURNS_REFERENCES : MAX_TURNS_OTHER;

		if (state_visit(&e->arena, s, -1 - frame->block) > limit) {
			e->truncated = true;
			return !info->has_references && run_out(e, s, block, info->body);
		}
	}
	return follow(e, s, block);
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
	e->steps = e->unknowns = e->forks = 0;
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

/* Callers are run for what their helpers hand to them: a second look, at a quarter of the price. */
static const char *exhausted(const struct engine *e)
{
	unsigned share = e->is_caller ? 4 : 1;

	if (e->steps > MAX_STEPS / share)
		return "the function has too many paths (steps)";
	if (e->forks > MAX_FORKS / share)
		return "the function has too many paths (branches)";
	if (e->smt.asked > MAX_QUESTIONS / share)
		return "the function needs too many solver questions";
	if (e->unknowns > MAX_UNKNOWNS / share)
		return "the solver cannot answer about the function's arithmetic";
	return NULL;
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
	while (e->work && !e->over_budget) {
		struct state *s = e->work;

		e->work = s->next;
		do {
			e->steps++;
			e->over_budget = exhausted(e);
		} while (!e->over_budget && advance(e, s));
	}
	if (e->over_budget)
		open_sites(e, e->over_budget);
	else if (!e->exits)
		open_sites(e, "no path reaches the end of the function within two turns of each loop");
	if (e->options->stats)
		fprintf(stderr, "%s: stats: %s: %u steps, %u branches, %u questions, %u unknown, %zu kB\n",
			e->model->file, root->name, e->steps, e->forks, e->smt.asked, e->unknowns,
			e->arena.total / 1024);
	smt_close(&e->smt);
	arena_free(&e->arena);
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
