// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of structures in the walk of masks.c: those that the path has written
 * to, through a variable that is the structure or points to it. A write by way
 * of another variable may be to the same structure: what was known is forgotten.
 */
#include "masks_parts.h"

#include <string.h>

const struct gup_term *masks_plain(const struct gup_term *term)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	return term;
}

struct mask_member *masks_room_for_members(struct arena *arena)
{
	return arena_alloc(arena, MASKS_MAX_MEMBERS * sizeof(struct mask_member));
}

/* The variable whose member the term is; -1: it is none, or one that others see, too. */
static int owner_of(const struct gup_function *function, const struct gup_term *term)
{
	if (term->kind != TERM_FIELD)
		return -1;
	term = masks_plain(term->a);
	while (term->kind == TERM_DEREF || term->kind == TERM_ADDR)
		term = masks_plain(term->a);
	return term->kind == TERM_VAR && function->vars[term->var].kind != VAR_GLOBAL ? term->var : -1;
}

/* The structure that the argument hands over: p, or &s. */
static int handed_over(const struct gup_term *arg)
{
	arg = masks_plain(arg);
	if (arg->kind == TERM_ADDR)
		arg = masks_plain(arg->a);
	return arg->kind == TERM_VAR ? arg->var : -1;
}

static struct mask_member *find(const struct env *env, int var, const char *field)
{
	for (int i = 0; i < env->nr_members; i++)
		if (env->members[i].var == var && !strcmp(env->members[i].field, field))
			return &env->members[i];
	return NULL;
}

struct mask_member *member_find(const struct gup_function *function, const struct env *env,
				const struct gup_term *term)
{
	int var = owner_of(function, term);

	return var < 0 ? NULL : find(env, var, term->name);
}

static void add(struct env *env, int var, const char *field, struct bits bits)
{
	struct mask_member *m = find(env, var, field);

	if (!m && (!env->members || env->nr_members == MASKS_MAX_MEMBERS))
		return;
	if (!m)
		m = &env->members[env->nr_members++];
	*m = (struct mask_member){ var, field, bits };
}

void members_forget(struct env *env, int var)
{
	int kept = 0;

	for (int i = 0; i < env->nr_members; i++)
		if (env->members[i].var != var)
			env->members[kept++] = env->members[i];
	env->nr_members = kept;
}

static void forget_field(struct env *env, const char *field)
{
	int kept = 0;

	for (int i = 0; i < env->nr_members; i++)
		if (strcmp(env->members[i].field, field))
			env->members[kept++] = env->members[i];
	env->nr_members = kept;
}

static void copy_all(struct env *to, int to_var, const struct env *from, int from_var)
{
	for (int i = 0; i < from->nr_members; i++)
		if (from->members[i].var == from_var)
			add(to, to_var, from->members[i].field, from->members[i].bits);
}

void members_store(const struct gup_function *function, struct env *env, const struct gup_term *lhs,
		   const struct gup_term *rhs, struct bits value)
{
	const struct gup_term *to = masks_plain(lhs);
	int var = owner_of(function, to), from;

	if (to->kind == TERM_FIELD) {
		forget_field(env, to->name);
		if (var >= 0 && to->type.width)
			add(env, var, to->name, value);
		return;
	}
	while (to->kind == TERM_DEREF)
		to = masks_plain(to->a);
	if (to->kind != TERM_VAR)
		return;
	members_forget(env, to->var);
	from = rhs ? handed_over(rhs) : -1;
	if (from >= 0 && from != to->var)
		copy_all(env, to->var, env, from);
}

void masks_pass_members(struct env *to, const struct env *from, const struct gup_event *event)
{
	for (int i = 0; i < event->nr_args; i++)
		if (handed_over(event->args[i]) >= 0)
			copy_all(to, i, from, handed_over(event->args[i]));
}

void members_come_back(struct env *env, const struct gup_event *event, const struct env *out)
{
	for (int i = 0; i < event->nr_args; i++) {
		int var = handed_over(event->args[i]);

		if (var < 0)
			continue;
		members_forget(env, var);
		if (out)
			copy_all(env, var, out, i);
	}
}

bool masks_same_members(const struct env *a, const struct env *b)
{
	if (a->nr_members != b->nr_members)
		return false;
	for (int i = 0; i < a->nr_members; i++) {
		const struct mask_member *m = find(b, a->members[i].var, a->members[i].field);

		if (!m || !bits_same(m->bits, a->members[i].bits))
			return false;
	}
	return true;
}

void members_join(struct env *into, const struct env *from)
{
	int kept = 0;

	for (int i = 0; i < into->nr_members; i++) {
		const struct mask_member *m = find(from, into->members[i].var, into->members[i].field);

		if (!m)
			continue;
		into->members[kept] = into->members[i];
		into->members[kept++].bits = bits_join(into->members[i].bits, m->bits);
	}
	into->nr_members = kept;
}
