// SPDX-License-Identifier: GPL-2.0-only
#include "masks_parts.h"

#include <string.h>

/* States of one block that are kept apart; when there are more, they become one. */
#define MAX_STATES 12

struct states { struct env list[MAX_STATES]; int count; bool joined; };

struct job { int block; struct env env; struct job *next; };

/* What a function returns, and what it leaves behind its pointers, when it returns that. */
struct leaving { struct bits result; struct env env; };

struct walk {
	struct masks *m;
	struct masks_frame frame;
	struct gup_function *function;
	struct states *states;
	struct job *work;
	struct leaving out[MAX_STATES];
	int nr_out;
};

static struct bits eval(const struct gup_function *function, const struct env *env, const struct gup_term *term)
{
	const struct mask_member *member;

	switch (term->kind) {
	case TERM_CONST:
		return bits_const(term->value);
	case TERM_VAR:
		return env->vars[term->var];
	case TERM_FIELD:
		member = member_find(function, env, term);
		return member ? member->bits : bits_top();
	case TERM_DEREF:
		return term->a->kind == TERM_VAR ? env->targets[term->a->var] : bits_top();
	case TERM_ADDR:
	case TERM_FUNCTION:
		return (struct bits){ 0, ~(uint64_t)0, true };
	case TERM_UNARY:
		return bits_unary(term->op, eval(function, env, term->a));
	case TERM_BINARY:
		return bits_binary(term, eval(function, env, term->a), eval(function, env, term->b));
	case TERM_CAST:
		return eval(function, env, term->a);
	default:
		return bits_top();
	}
}

struct bits masks_eval(const struct gup_function *function, const struct env *env,
		       const struct gup_term *term)
{
	return bits_resize(eval(function, env, term), term->type);
}

/* --- environments ------------------------------------------------------------------- */

struct env masks_env(struct masks *m, const struct gup_function *function)
{
	size_t size = ((size_t)function->nr_vars + 1) * sizeof(struct bits);
	struct env env = { arena_alloc(&m->arena, size), arena_alloc(&m->arena, size),
			   masks_room_for_members(&m->arena), 0 };

	for (int i = 0; i < function->nr_vars; i++) {
		env.vars[i] = bits_resize(bits_top(), function->vars[i].type);
		env.targets[i] = bits_top();
	}
	return env;
}

static struct env copy_env(struct masks *m, const struct gup_function *function, const struct env *env)
{
	size_t size = ((size_t)function->nr_vars + 1) * sizeof(struct bits);
	struct env copy = { arena_alloc(&m->arena, size), arena_alloc(&m->arena, size),
			    masks_room_for_members(&m->arena), env->nr_members };

	memcpy(copy.vars, env->vars, size);
	memcpy(copy.targets, env->targets, size);
	if (env->nr_members)
		memcpy(copy.members, env->members, (size_t)env->nr_members * sizeof(*copy.members));
	return copy;
}

static bool same_env(const struct gup_function *function, const struct env *a, const struct env *b)
{
	for (int i = 0; i < function->nr_vars; i++)
		if (!bits_same(a->vars[i], b->vars[i]) || !bits_same(a->targets[i], b->targets[i]))
			return false;
	return masks_same_members(a, b);
}

static void join_env(const struct gup_function *function, struct env *into, const struct env *from)
{
	for (int i = 0; i < function->nr_vars; i++) {
		into->vars[i] = bits_join(into->vars[i], from->vars[i]);
		into->targets[i] = bits_join(into->targets[i], from->targets[i]);
	}
	members_join(into, from);
}

/* --- conditions ----------------------------------------------------------------------- */

static struct bits *slot_of(const struct gup_function *function, struct env *env, const struct gup_term *term)
{
	struct mask_member *member;

	term = masks_plain(term);
	if (term->kind == TERM_VAR)
		return &env->vars[term->var];
	member = member_find(function, env, term);
	if (member)
		return &member->bits;
	return term->kind == TERM_DEREF && term->a->kind == TERM_VAR ? &env->targets[term->a->var] : NULL;
}

/* What is known where the term is (not) zero. */
static void assume(const struct gup_function *function, struct env *env, const struct gup_term *term, bool yes)
{
	struct bits *slot;

	term = masks_plain(term);
	slot = slot_of(function, env, term);
	if (slot && yes) {
		slot->nonzero = true;
		if (slot->may && !(slot->may & (slot->may - 1)))
			slot->ones = slot->may;
	} else if (slot) {
		*slot = bits_const(0);
	} else if (term->kind == TERM_UNARY && term->op == OP_LNOT) {
		assume(function, env, term->a, !yes);
	} else if (term->kind == TERM_BINARY && (term->op == OP_EQ || term->op == OP_NE)) {
		const struct gup_term *constant = masks_plain(term->b);

		if (term->op == OP_NE)
			yes = !yes;
		if (constant->kind != TERM_CONST)
			return;
		if (!constant->value)
			assume(function, env, term->a, !yes);
		else if (yes && (slot = slot_of(function, env, term->a)))
			*slot = bits_const(constant->value);
	} else if (term->kind == TERM_BINARY && term->op == OP_AND) {
		const struct gup_term *mask = masks_plain(term->b);

		slot = slot_of(function, env, term->a);
		if (!slot || mask->kind != TERM_CONST)
			return;
		if (!yes)
			slot->may &= ~(uint64_t)mask->value;
		else if (!(mask->value & (mask->value - 1)))
			slot->ones |= (uint64_t)mask->value;
		slot->may |= slot->ones;
	}
}

/* --- the walk --------------------------------------------------------------------------- */

static void push(struct walk *w, int block, const struct env *env)
{
	struct states *states = &w->states[block];
	struct job *job;

	for (int i = 0; i < states->count; i++)
		if (same_env(w->function, &states->list[i], env))
			return;
	job = arena_alloc(&w->m->arena, sizeof(*job));
	job->block = block;
	job->env = copy_env(w->m, w->function, env);
	if (states->count == MAX_STATES || states->joined) {
		for (int i = 0; i < states->count; i++)
			join_env(w->function, &job->env, &states->list[i]);
		states->joined = true;
		for (int i = 0; i < states->count; i++)
			if (same_env(w->function, &states->list[i], &job->env))
				return;
		states->count = 0;
	}
	states->list[states->count++] = job->env;
	job->next = w->work;
	w->work = job;
}

static void leave(struct walk *w, const struct env *env, struct bits result)
{
	int i;

	for (i = 0; i < w->nr_out; i++)
		if (bits_same(w->out[i].result, result) && same_env(w->function, &w->out[i].env, env))
			return;
	if (w->nr_out == MAX_STATES) {
		i = MAX_STATES - 1;
		w->out[i].result = bits_join(w->out[i].result, result);
		join_env(w->function, &w->out[i].env, env);
		return;
	}
	w->out[w->nr_out++] = (struct leaving){ result, copy_env(w->m, w->function, env) };
}

static void store(struct walk *w, struct env *env, const struct gup_event *event)
{
	const struct gup_term *lhs = event->lhs;
	struct bits value = bits_resize(masks_eval(w->function, env, event->rhs), lhs->type);
	struct bits *slot = lhs->kind == TERM_FIELD ? NULL : slot_of(w->function, env, lhs);

	members_store(w->function, env, lhs, event->rhs, value);
	if (slot)
		*slot = value;
	if (slot && lhs->kind == TERM_VAR)
		env->targets[lhs->var] = bits_top();
}

static const struct gup_term *address_of(const struct gup_term *term)
{
	term = masks_plain(term);
	return term->kind == TERM_ADDR && masks_plain(term->a)->kind == TERM_VAR ? masks_plain(term->a) : NULL;
}

/* The callee may write where the arguments point. */
static void forget_targets(struct env *env, const struct gup_event *event)
{
	for (int i = 0; i < event->nr_args; i++) {
		const struct gup_term *var = address_of(event->args[i]), *arg = masks_plain(event->args[i]);

		if (var)
			env->vars[var->var] = bits_resize(bits_top(), var->type);
		else if (arg->kind == TERM_VAR)
			env->targets[arg->var] = bits_top();
	}
}

static bool runs_already(const struct masks_frame *frame, const struct definition *d, int *depth)
{
	for (*depth = 0; frame; frame = frame->outer, ++*depth)
		if (frame->definition == d)
			return true;
	return false;
}

static void run(struct walk *w, const struct env *entry);

/* What the callee does with these arguments: each way out of it is a way on for the caller. */
static bool enter(struct walk *w, const struct gup_event *event, const struct env *env, struct walk *in)
{
	struct definition *d = event->callee ?
		program_find(w->m->program, w->frame.definition->unit, event->callee) : NULL;
	int depth;

	if (!d || runs_already(&w->frame, d, &depth) || depth >= MASKS_MAX_DEPTH ||
	    d->function->incomplete || d->function->nr_params != event->nr_args ||
	    !w->m->enters || !w->m->enters(w->m, d))
		return false;
	struct env args = masks_env(w->m, d->function);

	for (int i = 0; i < event->nr_args; i++) {
		const struct gup_term *var = address_of(event->args[i]), *arg = masks_plain(event->args[i]);

		args.vars[i] = bits_resize(masks_eval(w->function, env, event->args[i]), d->function->vars[i].type);
		if (var)
			args.targets[i] = env->vars[var->var];
		else if (arg->kind == TERM_VAR)
			args.targets[i] = env->targets[arg->var];
	}
	masks_pass_members(&args, env, event);
	*in = (struct walk){ .m = w->m, .function = d->function,
			     .frame = { &w->frame, d, event } };
	run(in, &args);
	return true;
}

static struct env after_call(struct walk *w, const struct gup_event *event, const struct env *before,
			     const struct leaving *out)
{
	struct env env = copy_env(w->m, w->function, before);

	forget_targets(&env, event);
	members_come_back(&env, event, &out->env);
	for (int i = 0; i < event->nr_args; i++) {
		const struct gup_term *var = address_of(event->args[i]), *arg = masks_plain(event->args[i]);

		if (var)
			env.vars[var->var] = bits_resize(out->env.targets[i], var->type);
		else if (arg->kind == TERM_VAR)
			env.targets[arg->var] = out->env.targets[i];
	}
	if (event->result >= 0)
		env.vars[event->result] = bits_resize(out->result, w->function->vars[event->result].type);
	return env;
}

static void go_on(struct walk *w, const struct gup_block *block, struct env *env)
{
	struct bits cond = block->cond ? masks_eval(w->function, env, block->cond) : bits_top();

	for (int i = 0; i < block->nr_edges; i++) {
		const struct gup_edge *edge = &block->edges[i];
		struct env next = copy_env(w->m, w->function, env);
		bool yes = edge->kind == EDGE_TRUE;

		if (block->cond && (yes || edge->kind == EDGE_FALSE)) {
			if (yes ? bits_certain_zero(cond) : bits_certain_nonzero(cond))
				continue;
			assume(w->function, &next, block->cond, yes);
		}
		push(w, edge->target, &next);
	}
}

/* From this event on to the end of the block; a call that leaves in several ways goes on in each. */
static void run_events(struct walk *w, int number, int first, struct env env)
{
	const struct gup_block *block = &w->function->blocks[number];

	for (int i = first; i < block->nr_events; i++) {
		const struct gup_event *event = &block->events[i];
		struct walk in;

		if (event->kind == EVENT_ASSIGN) {
			store(w, &env, event);
			if (event->rhs && address_of(event->rhs))
				env.vars[address_of(event->rhs)->var] = bits_top();
		} else if (event->kind == EVENT_RETURN) {
			leave(w, &env, event->rhs ? masks_eval(w->function, &env, event->rhs) : bits_top());
			return;
		} else {
			if (event->noreturn ||
			    (w->m->at_call && !w->m->at_call(w->m, &w->frame, event, &env)))
				return;
			if (enter(w, event, &env, &in)) {
				for (int o = 0; o < in.nr_out; o++)
					run_events(w, number, i + 1, after_call(w, event, &env, &in.out[o]));
				return;
			}
			forget_targets(&env, event);
			members_come_back(&env, event, NULL);
			if (event->result >= 0)
				env.vars[event->result] = bits_resize(bits_top(), w->function->vars[event->result].type);
		}
	}
	if (number == w->function->exit)
		leave(w, &env, bits_top());
	else
		go_on(w, block, &env);
}

static void run(struct walk *w, const struct env *entry)
{
	w->states = arena_alloc(&w->m->arena, (size_t)w->function->nr_blocks * sizeof(*w->states));
	push(w, w->function->entry, entry);
	while (w->work) {
		struct job *job = w->work;

		w->work = job->next;
		if (++w->m->steps > MASKS_MAX_STEPS) {
			w->m->gave_up = true;
			return;
		}
		if (!w->m->at_block || w->m->at_block(w->m, &w->frame, job->block, &job->env))
			run_events(w, job->block, 0, copy_env(w->m, w->function, &job->env));
	}
}

void masks_run(struct masks *m, struct definition *definition, const struct env *entry)
{
	struct walk w = { .m = m, .function = definition->function, .frame = { NULL, definition, NULL } };

	if (!definition->function->incomplete)
		run(&w, entry);
}
