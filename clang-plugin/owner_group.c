// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields between which pages are copied (an array, and the scatterlist that is
 * made of it) own them together: a group, of which all events are looked at as
 * one.
 */
#include "owner_parts.h"

#include <stdlib.h>
#include <string.h>

static struct owned_field *leader_of(struct owned_field *f)
{
	while (f->leader)
		f = f->leader;
	return f;
}

static int by_name(const void *a, const void *b)
{
	const struct owned_field *x = *(struct owned_field *const *)a, *y = *(struct owned_field *const *)b;
	int order = strcmp(x->record, y->record);

	return order ? order : strcmp(x->field, y->field);
}

void owner_join_fields(struct owned_field *a, struct owned_field *b)
{
	a = leader_of(a);
	b = leader_of(b);
	/* By name, so that the order of files does not matter. */
	if (a != b && by_name(&a, &b) < 0)
		b->leader = a;
	else if (a != b)
		a->leader = b;
}

static void add_all(struct program *program, struct owner_lists *to, const struct owner_events *from)
{
	for (int i = 0; i < from->count; i++)
		owner_add_event(program, to, from->list[i]);
}

static void add_member(struct program *program, struct owned_group *g, struct owned_field *f)
{
	if (!g->first || (f->events.takes.count && !g->first->events.takes.count))
		g->first = f;
	g->escapes |= f->escapes;
	g->fed |= f->fed;
	g->referenced |= f->referenced;
	g->unclear |= f->unclear;
	add_all(program, &g->events, &f->events.takes);
	add_all(program, &g->events, &f->events.drops);
	add_all(program, &g->events, &f->events.uses);
}

void owner_sort_fields(struct program *program, struct owners *o, struct owned_field **table, unsigned size)
{
	struct owned_field **fields = arena_alloc(&program->arena, ((size_t)o->nr_fields + 1) * sizeof(*fields));
	int count = 0;

	for (unsigned i = 0; i < size; i++)
		for (struct owned_field *f = table[i]; f; f = f->next)
			fields[count++] = f;
	qsort(fields, (size_t)count, sizeof(*fields), by_name);
	/* The record itself comes before its fields. */
	for (int i = 1; i < count; i++)
		if (!strcmp(fields[i]->record, fields[i - 1]->record))
			fields[i]->unclear |= fields[i - 1]->unclear;
	o->fields = fields;
	o->groups = arena_alloc(&program->arena, ((size_t)count + 1) * sizeof(*o->groups));
	for (int i = 0; i < count; i++) {
		struct owned_field *leader = leader_of(fields[i]);

		if (!leader->group)
			leader->group = &o->groups[o->nr_groups++];
		add_member(program, leader->group, fields[i]);
	}
}
