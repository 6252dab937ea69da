// SPDX-License-Identifier: GPL-2.0-only
#include "asserts.h"

#include <string.h>

#include "cases.h"
#include "masks.h"

/* How far up the callers of a function are asked, and how many ways to call it are kept. */
#define MAX_UP 4
#define MAX_CONTEXTS 64

/* Blocks of a function that only makes flags. */
#define MAX_FLAG_BLOCKS 24

struct context { struct env env; const char **chain; int nr_chain; };
struct contexts { struct context list[MAX_CONTEXTS]; int count; bool unseen; };

/* What one question of the walk is about; the hooks get it as their data. */
struct question {
	struct asserts *asserts;
	struct program *program;
	const struct gup_event *event;	/* collect the arguments of this call */
	struct env args[MAX_CONTEXTS];
	int nr_args;
	bool too_many;
	/* at the assert */
	struct assert_site *site;
	const struct context *context;
	bool unsure;			/* the call itself leaves open whether FOLL_GET is set */
	bool reached, found;
};

const char *assert_verdict_text(enum assert_verdict verdict)
{
	static const char *const texts[] = { "satisfied", "may trip", "trips" };

	return texts[verdict];
}

/* All that can come to the assert, callers of callers included. */
static void mark(struct program *p, struct definition *d)
{
	const struct callers *callers;

	if (d->leads)
		return;
	d->leads = true;
	callers = program_callers(p, d);
	for (int i = 0; i < callers->count; i++) {
		struct definition *up = program_own(p, callers->list[i].unit, callers->list[i].function);

		if (up && !up->leads)
			mark(p, up);
	}
}

/* --- carrying flags ------------------------------------------------------------------ */

static const char **chain_of(struct program *p, const struct context *context, const char *from,
			     const struct masks_frame *frame, int *count)
{
	int depth = 0, at;
	const char **chain;

	for (const struct masks_frame *f = frame; f; f = f->outer)
		depth++;
	*count = context->nr_chain + 1 + depth;
	chain = arena_alloc(&p->arena, (size_t)*count * sizeof(*chain));
	for (int i = 0; i < context->nr_chain; i++)
		chain[i] = context->chain[i];
	chain[context->nr_chain] = from;
	at = *count;
	for (const struct masks_frame *f = frame; f; f = f->outer)
		chain[--at] = f->definition->function->name;
	return chain;
}

/* Keeps the worst that was seen; the first of them, for its chain. */
static void judge(struct question *q, enum assert_verdict verdict, const char *why,
		  const struct masks_frame *frame)
{
	struct assert_site *site = q->site;

	if (q->found && verdict <= site->verdict)
		return;
	q->found = true;
	site->verdict = verdict;
	site->why = why;
	site->chain = chain_of(q->program, q->context, site->function->name, frame,
			       &site->nr_chain);
}

static uint64_t good_flags(const struct gup_model *model)
{
	return (uint64_t)(model_flag(model, "FOLL_GET") | model_flag(model, "FOLL_PIN"));
}

/* What the checks on the way ask about an unknown value tells which path this is, not what the value was. */
static void judge_flags(struct question *q, struct bits pages, struct bits flags, uint64_t good,
			const struct masks_frame *frame)
{
	q->reached = true;
	if (bits_certain_zero(pages))
		judge(q, ASSERT_SATISFIED, "pages is NULL: the assert does not look at the flags", frame);
	else if (flags.ones & good)
		judge(q, ASSERT_SATISFIED, "FOLL_GET or FOLL_PIN is certainly set at the assert", frame);
	else if (flags.may & good || q->unsure)
		judge(q, ASSERT_MAY_TRIP, "whether FOLL_GET is set depends on a value that is not known here", frame);
	else
		judge(q, ASSERT_TRIPS, "pages is given, and neither FOLL_GET nor FOLL_PIN is set on the way to the assert",
		      frame);
}

static bool at_assert(struct masks *m, const struct masks_frame *frame, int block, const struct env *env)
{
	struct question *q = m->data;

	for (int i = 0; i < q->asserts->nr_points; i++) {
		const struct assert_point *point = &q->asserts->points[i];

		if (point->definition != frame->definition || point->block != block)
			continue;
		judge_flags(q, env->vars[point->pages], env->vars[point->flags],
			    good_flags(point->definition->unit->model), frame);
		return false;
	}
	return true;
}

/* A flag that becomes part of the value: FOLL_WRITE, flags | FOLL_WRITE, but no test for one. */
static bool says_a_flag(const struct gup_term *term)
{
	if (!term || (term->kind == TERM_BINARY && term->op != OP_OR))
		return false;
	return (term->kind == TERM_CONST && term->name && !strncmp(term->name, "FOLL_", 5)) ||
	       says_a_flag(term->a) || says_a_flag(term->b);
}

/* A small function that makes flags for its caller, and takes no pages itself. */
static bool makes_flags(const struct program *p, const struct gup_function *function)
{
	bool says = false;

	if (function->nr_blocks > MAX_FLAG_BLOCKS)
		return false;
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			const struct api_row *row = api_of_call(p->api, event);

			if (row && row->role == ROLE_ACQUIRE)
				return false;
			says = says || says_a_flag(event->rhs);
		}
	return says;
}

/* In a file that has the assert, mm/gup.c? */
static bool beside_assert(const struct question *q, const struct definition *d)
{
	for (int i = 0; i < q->asserts->nr_points; i++)
		if (q->asserts->points[i].definition->unit == d->unit)
			return true;
	return false;
}

/* In mm/gup.c itself flags are passed on by value, and only checked elsewhere. */
static bool is_flag_maker(const struct question *q, struct definition *d)
{
	if (beside_assert(q, d))
		return false;
	if (!d->flags_known)
		d->makes_flags = makes_flags(q->program, d->function);
	d->flags_known = true;
	return d->makes_flags;
}

/* Bodies that lead to the assert, those that make flags, and checks that are handed the flags by address. */
static bool enters(struct masks *m, struct definition *callee)
{
	const struct api_row *row;

	if (callee->leads) {
		/* A page fault leads there, too: by way of files that no flags of ours go through. */
		row = api_find(m->program->api, callee->function->name);
		return beside_assert(m->data, callee) || (row && row->role == ROLE_ACQUIRE);
	}
	if (is_flag_maker(m->data, callee))
		return true;
	for (int i = 0; callee->function->is_static && i < callee->function->nr_params; i++)
		if (callee->function->vars[i].type.is_pointer && callee->function->vars[i].type.elem_size &&
		    callee->function->vars[i].type.elem_size <= 8 && !callee->function->vars[i].type.page_depth &&
		    !callee->function->vars[i].record)
			return callee->function->nr_blocks < 100;
	return false;
}

static bool enters_helpers(struct masks *m, struct definition *callee)
{
	return !callee->leads && enters(m, callee);
}

static bool same_args(const struct env *a, const struct env *b, int nr_args)
{
	for (int i = 0; i < nr_args; i++)
		if (!bits_same(a->vars[i], b->vars[i]))
			return false;
	return masks_same_members(a, b);
}

static bool at_call(struct masks *m, const struct masks_frame *frame, const struct gup_event *event,
		    const struct env *env)
{
	struct question *q = m->data;
	struct env args = { arena_alloc(&q->program->arena, ((size_t)event->nr_args + 1) * sizeof(struct bits)),
			    arena_alloc(&q->program->arena, ((size_t)event->nr_args + 1) * sizeof(struct bits)),
			    NULL, 0 };

	if (event != q->event)
		return true;
	for (int i = 0; i < event->nr_args; i++) {
		args.vars[i] = masks_eval(frame->definition->function, env, event->args[i]);
		args.targets[i] = bits_top();
	}
	if (env->nr_members) {
		args.members = masks_room_for_members(&q->program->arena);
		masks_pass_members(&args, env, event);
	}
	for (int i = 0; i < q->nr_args; i++)
		if (same_args(&q->args[i], &args, event->nr_args))
			return true;
	if (q->nr_args == MAX_CONTEXTS)
		q->too_many = true;
	else
		q->args[q->nr_args++] = args;
	return true;
}

/* The arguments of this call, on each of the paths to it. */
static void collect(struct question *q, struct definition *from, const struct env *entry,
		    const struct gup_event *event)
{
	struct masks m = { .program = q->program, .data = q, .at_call = at_call, .enters = enters_helpers };
	struct env top = masks_env(&m, from->function);

	q->event = event;
	q->nr_args = 0;
	masks_run(&m, from, entry ? entry : &top);
	q->too_many |= m.gave_up;
	arena_free(&m.arena);
}

static void take_members(struct env *to, const struct env *args)
{
	for (int i = 0; i < args->nr_members; i++)
		to->members[to->nr_members++] = args->members[i];
}

/* From the entry of the callee to the assert, with these arguments. */
static void carry(struct question *q, struct definition *callee, const struct env *args, int nr_args)
{
	struct masks m = { .program = q->program, .data = q, .at_block = at_assert, .enters = enters };
	struct env entry = masks_env(&m, callee->function);

	for (int i = 0; i < nr_args && i < callee->function->nr_params; i++)
		entry.vars[i] = args->vars[i];
	take_members(&entry, args);
	masks_run(&m, callee, &entry);
	if (m.gave_up)
		judge(q, ASSERT_MAY_TRIP, "there are too many paths to the assert", NULL);
	arena_free(&m.arena);
}

/* Can the table tell what becomes of the flags of a call whose function has no body here? */
static const struct api_params *flags_by_table(const struct assert_site *site)
{
	const struct api_params *form = api_form(site->row, site->event->nr_args);

	return site->row->kind == KIND_GET && site->row->reaches_assert && !site->row->adds_foll_get && form &&
	       form->flags >= 0 && good_flags(site->unit->model) ? form : NULL;
}

/* An inline function of a header, say: that its caller's flags come to the assert as they are the table says. */
static void carry_by_table(struct question *q, const struct env *args)
{
	const struct api_params *form = flags_by_table(q->site);
	const struct masks_frame point = { .definition = q->asserts->points[0].definition };

	judge_flags(q, form->pages >= 0 ? args->vars[form->pages] : bits_const(1), args->vars[form->flags],
		    good_flags(q->site->unit->model), &point);
}

/* Is it open, where the site is called, whether its flags have FOLL_GET or FOLL_PIN? */
static bool is_unsure(const struct assert_site *site, const struct env *args)
{
	const struct api_params *form = api_form(site->row, site->event->nr_args);
	uint64_t good = good_flags(site->unit->model);

	return form && form->flags >= 0 && args->vars[form->flags].may & good &&
	       !(args->vars[form->flags].ones & good);
}

/* One way to call the function that has the site. */
static void judge_context(struct question *q, struct definition *from, struct definition *callee,
			  const struct context *context)
{
	struct question args = { .program = q->program, .asserts = q->asserts };

	q->context = context;
	collect(&args, from, context->env.vars ? &context->env : NULL, q->site->event);
	for (int i = 0; i < args.nr_args; i++) {
		q->unsure = is_unsure(q->site, &args.args[i]);
		if (callee)
			carry(q, callee, &args.args[i], q->site->event->nr_args);
		else
			carry_by_table(q, &args.args[i]);
	}
	if (args.too_many)
		judge(q, ASSERT_MAY_TRIP, "there are too many paths to the call", NULL);
}

static void add_context(struct program *p, struct contexts *list, struct definition *d, const struct env *args,
			int nr_args, const struct context *outer, const char *caller)
{
	struct masks m = { .program = p };
	struct context *c;

	if (list->count == MAX_CONTEXTS) {
		list->unseen = true;
		return;
	}
	c = &list->list[list->count++];
	c->env = masks_env(&m, d->function);
	for (int i = 0; i < nr_args && i < d->function->nr_params; i++)
		c->env.vars[i] = args->vars[i];
	c->env.members = masks_room_for_members(&p->arena);
	take_members(&c->env, args);
	c->nr_chain = outer->nr_chain + 1;
	c->chain = arena_alloc(&p->arena, (size_t)c->nr_chain * sizeof(*c->chain));
	for (int i = 0; i < outer->nr_chain; i++)
		c->chain[i] = outer->chain[i];
	c->chain[outer->nr_chain] = caller;
	/* The environment lives as long as the program. */
	c->env.vars = memcpy(arena_alloc(&p->arena, ((size_t)d->function->nr_vars + 1) * sizeof(struct bits)),
			     c->env.vars, (size_t)d->function->nr_vars * sizeof(struct bits));
	c->env.targets = memcpy(arena_alloc(&p->arena, ((size_t)d->function->nr_vars + 1) * sizeof(struct bits)),
				c->env.targets, (size_t)d->function->nr_vars * sizeof(struct bits));
	arena_free(&m.arena);
}

/* Every way to call the function that the facts know, from `up` levels of callers. */
static void find_contexts(struct question *q, struct definition *d, int up, struct contexts *list)
{
	static const struct context nobody;
	const struct callers *callers = program_callers(q->program, d);

	list->unseen |= !callers->count;
	for (int i = 0; i < callers->count; i++) {
		const struct caller *c = &callers->list[i];
		struct definition *from = program_own(q->program, c->unit, c->function);
		struct question *args = arena_alloc(&q->program->arena, sizeof(*args));
		struct contexts *outer = arena_alloc(&q->program->arena, sizeof(*outer));

		if (!from || from == d)
			continue;
		*args = (struct question){ .program = q->program, .asserts = q->asserts };
		if (up > 1)
			find_contexts(q, from, up - 1, outer);
		if (!outer->count)
			outer->list[outer->count++] = nobody;
		for (int o = 0; o < outer->count; o++) {
			collect(args, from, outer->list[o].env.vars ? &outer->list[o].env : NULL, c->event);
			for (int n = 0; n < args->nr_args; n++)
				add_context(q->program, list, d, &args->args[n], c->event->nr_args,
					    &outer->list[o], from->function->name);
		}
		list->unseen |= args->too_many;
	}
}

/* Is FOLL_LONGTERM among the flags of the call? */
static void note_longterm(struct assert_site *site, const struct env *args)
{
	const struct api_params *form = api_form(site->row, site->event->nr_args);
	uint64_t mask = (uint64_t)model_flag(site->unit->model, "FOLL_LONGTERM");

	if (form && form->flags >= 0 && mask)
		site->longterm |= args->vars[form->flags].ones & mask ? LONGTERM_SET :
				  args->vars[form->flags].may & mask ? LONGTERM_MAYBE : LONGTERM_CLEAR;
}

static void note_longterm_in(struct question *q, struct assert_site *site, struct definition *from,
			     const struct context *context)
{
	collect(q, from, context && context->env.vars ? &context->env : NULL, site->event);
	for (int i = 0; i < q->nr_args; i++)
		note_longterm(site, &q->args[i]);
	if (q->too_many)
		site->longterm |= LONGTERM_MAYBE;
}

/* What the call itself leaves open, the callers may tell, when all are known. */
static void judge_longterm(struct program *p, struct asserts *a, struct assert_site *site)
{
	struct question q = { .program = p, .asserts = a };
	struct definition *from = program_own(p, site->unit, site->function);

	note_longterm_in(&q, site, from, NULL);
	for (int up = 1; up <= MAX_UP && site->longterm & LONGTERM_MAYBE; up++) {
		struct contexts *contexts = arena_alloc(&p->arena, sizeof(*contexts));

		find_contexts(&q, from, up, contexts);
		if (!contexts->count || contexts->unseen)
			return;
		site->longterm = 0;
		for (int i = 0; i < contexts->count; i++)
			note_longterm_in(&q, site, from, &contexts->list[i]);
	}
}

static void judge_by_table(struct assert_site *site)
{
	const struct api_row *row = site->row;

	if (row->adds_foll_get || row->kind == KIND_PIN || !row->reaches_assert) {
		site->verdict = ASSERT_SATISFIED;
		site->why = row->kind == KIND_PIN ? "a pin states FOLL_PIN itself" :
			    row->adds_foll_get ? "the function adds FOLL_GET itself" :
			    "no path leads from the function to the assert";
	} else {
		site->verdict = ASSERT_MAY_TRIP;
		site->why = "the body of the function is not among the facts";
	}
}

static void judge_site(struct program *p, struct asserts *a, struct assert_site *site)
{
	static const struct context plain;
	struct definition *from = program_own(p, site->unit, site->function);
	struct definition *callee = program_find(p, site->unit, site->event->callee);
	struct question q = { .asserts = a, .program = p, .site = site };

	if (callee && callee->function->incomplete)
		callee = NULL;
	if (!a->nr_points || (!callee && !flags_by_table(site))) {
		judge_by_table(site);
		return;
	}
	judge_context(&q, from, callee, &plain);
	/* What the function itself does not tell, its callers may. */
	for (int up = 1; up <= MAX_UP && q.found && site->verdict == ASSERT_MAY_TRIP; up++) {
		struct contexts *contexts = arena_alloc(&p->arena, sizeof(*contexts));
		struct assert_site before = *site;

		find_contexts(&q, from, up, contexts);
		if (!contexts->count)
			break;
		q.found = false;
		for (int i = 0; i < contexts->count; i++)
			judge_context(&q, from, callee, &contexts->list[i]);
		if (!q.found || (contexts->unseen && site->verdict == ASSERT_SATISFIED)) {
			*site = before;
			break;
		}
	}
	if (!q.reached) {
		site->verdict = ASSERT_SATISFIED;
		site->why = "no path leads from the call to the assert";
	}
}

/* The policy of 2019: the caller of a get states FOLL_GET in the call. */
static void judge_entry(struct program *p, struct asserts *a, struct assert_site *site)
{
	const struct api_params *form = api_form(site->row, site->event->nr_args);
	uint64_t get = (uint64_t)model_flag(site->unit->model, "FOLL_GET");
	struct question args = { .program = p, .asserts = a };

	site->why = "the policy asks nothing of this function";
	if (site->row->kind != KIND_GET || !site->row->reaches_assert || !form || form->flags < 0 || !get)
		return;
	site->why = "FOLL_GET is certainly stated, or pages is NULL";
	collect(&args, program_own(p, site->unit, site->function), NULL, site->event);
	for (int i = 0; i < args.nr_args; i++) {
		struct bits flags = args.args[i].vars[form->flags];
		enum assert_verdict verdict = flags.may & get ? ASSERT_MAY_TRIP : ASSERT_TRIPS;

		if ((form->pages >= 0 && bits_certain_zero(args.args[i].vars[form->pages])) ||
		    flags.ones & get || verdict <= site->verdict)
			continue;
		site->verdict = verdict;
		site->why = verdict == ASSERT_TRIPS ? "the call does not state FOLL_GET" :
						      "whether the call states FOLL_GET is not known here";
	}
	if (args.too_many && site->verdict == ASSERT_SATISFIED) {
		site->verdict = ASSERT_MAY_TRIP;
		site->why = "there are too many paths to the call";
	}
}

static bool same_site(const struct assert_site *a, const struct gup_event *event)
{
	return a->event->pos.line == event->pos.line && a->event->pos.column == event->pos.column &&
	       !strcmp(a->event->callee, event->callee) && !strcmp(a->event->pos.file, event->pos.file);
}

/* One line of source is one site, however many configurations and files have it. */
static void add_site(struct program *p, struct asserts *a, struct assert_site site, bool entry_policy)
{
	if (entry_policy)
		judge_entry(p, a, &site);
	else
		judge_site(p, a, &site);
	judge_longterm(p, a, &site);
	for (int i = 0; i < a->nr_sites; i++)
		if (same_site(&a->sites[i], site.event)) {
			if (site.verdict > a->sites[i].verdict)
				a->sites[i] = site;
			return;
		}
	if (a->nr_sites == a->cap_sites)
		a->sites = program_grow(p, a->sites, &a->cap_sites, sizeof(*a->sites));
	a->sites[a->nr_sites++] = site;
}

static void find_sites(struct program *p, struct asserts *a, struct unit *unit, bool entry_policy)
{
	for (int f = 0; f < unit->model->nr_functions; f++) {
		struct gup_function *function = unit->model->functions[f];
		const struct api_row *own = api_find(p->api, function->name);

		/* The API's own functions are judged at their callers. */
		if (own && own->role == ROLE_ACQUIRE)
			continue;
		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const struct gup_event *event = &function->blocks[b].events[i];
				const struct api_row *row = api_of_call(p->api, event);

				if (row && row->role == ROLE_ACQUIRE && event->pos.file)
					add_site(p, a, (struct assert_site){ .unit = unit, .function = function,
						 .event = event, .row = row }, entry_policy);
			}
	}
}

struct asserts *asserts_judge(struct program *p, bool entry_policy)
{
	struct asserts *a = arena_alloc(&p->arena, sizeof(*a));

	assert_points_find(p, a);
	for (int i = 0; i < a->nr_points; i++)
		mark(p, a->points[i].definition);
	if (!a->nr_points && !entry_policy)
		program_note(p, "no facts tell where FOLL_GET is forced (mm/gup.c is not among them): the assert is judged by the API table alone");
	for (int u = 0; u < p->nr_units; u++)
		find_sites(p, a, &p->units[u], entry_policy);
	return a;
}
