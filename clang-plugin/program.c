// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "facts.h"

/* All calls by one name, or of what is in one field; and what the field may hold. */
struct called {
	const char *name, *record;	/* record: the name is a field's */
	struct callers callers;
	struct definition **held;	/* what was put into the field */
	int nr_held, cap_held;
	struct slot_of { struct called *field; struct definition *held; } *slots;
	int nr_slots, cap_slots;	/* where functions of this name were put */
	struct called *next;
};

void *program_grow(struct program *p, void *list, int *room, size_t size)
{
	void *more = arena_alloc(&p->arena, ((size_t)*room * 2 + 8) * size);

	if (list)
		memcpy(more, list, (size_t)*room * size);
	*room = *room * 2 + 8;
	return more;
}

void program_note(struct program *p, const char *text)
{
	if (p->nr_notes == p->cap_notes)
		p->notes = program_grow(p, p->notes, &p->cap_notes, sizeof(*p->notes));
	p->notes[p->nr_notes++] = arena_strdup(&p->arena, text);
}

bool program_is_file(const char *file, const char *tail)
{
	size_t size = strlen(file), wanted = strlen(tail);

	return size >= wanted && !strcmp(file + size - wanted, tail) &&
	       (size == wanted || file[size - wanted - 1] == '/');
}

static unsigned hash(const struct program *p, const char *name)
{
	unsigned h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h & (p->nr_buckets - 1);
}

/* --- who is who ----------------------------------------------------------------- */

static void define(struct program *p, struct unit *unit, struct gup_function *function)
{
	struct definition *d = arena_alloc(&p->arena, sizeof(*d)), **end;

	*d = (struct definition){ .unit = unit, .function = function };
	for (end = &p->buckets[hash(p, function->name)]; *end; end = &(*end)->next)
		;
	*end = d;
}

struct definition *program_own(const struct program *p, const struct unit *unit,
			       const struct gup_function *function)
{
	struct definition *d = p->buckets[hash(p, function->name)];

	while (d && (d->unit != unit || d->function != function))
		d = d->next;
	return d;
}

struct definition *program_find(const struct program *p, const struct unit *from, const char *name)
{
	struct definition *outer = NULL;

	for (struct definition *d = p->buckets[hash(p, name)]; d; d = d->next) {
		if (strcmp(d->function->name, name))
			continue;
		if (d->unit == from)
			return d;
		if (!outer && !d->function->is_static)
			outer = d;
	}
	return outer;
}

static struct called *called_of(struct program *p, const char *name, const char *record)
{
	struct called **chain = &p->called[hash(p, name)], *c;

	for (c = *chain; c; c = c->next)
		if (!strcmp(c->name, name) && !c->record == !record &&
		    (!record || !strcmp(c->record, record)))
			return c;
	c = arena_alloc(&p->arena, sizeof(*c));
	c->name = name;
	c->record = record;
	c->next = *chain;
	return *chain = c;
}

static struct called *called_find(const struct program *p, const char *name, const char *record)
{
	for (struct called *c = p->called[hash(p, name)]; c; c = c->next)
		if (!strcmp(c->name, name) && !c->record == !record &&
		    (!record || !strcmp(c->record, record)))
			return c;
	return NULL;
}

/* The field that a call through a pointer reads: ops->get_pages(...). */
static const struct gup_term *slot_of(const struct gup_event *event)
{
	const struct gup_term *term = event->callee ? NULL : event->target;

	while (term && (term->kind == TERM_CAST || term->kind == TERM_DEREF || term->kind == TERM_INDEX))
		term = term->a;
	return term && term->kind == TERM_FIELD ? term : NULL;
}

static void add_caller(struct program *p, struct called *called, struct caller caller)
{
	struct callers *c = &called->callers;

	if (c->count == c->room)
		c->list = program_grow(p, c->list, &c->room, sizeof(*c->list));
	c->list[c->count++] = caller;
}

static void index_calls(struct program *p, struct unit *unit, struct gup_function *function)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			const struct gup_term *slot;

			if (event->kind != EVENT_CALL)
				continue;
			slot = slot_of(event);
			if (event->callee)
				add_caller(p, called_of(p, event->callee, NULL),
					   (struct caller){ unit, function, event });
			else if (slot)
				add_caller(p, called_of(p, slot->name, slot->record),
					   (struct caller){ unit, function, event });
		}
}

static void index_slot(struct program *p, struct unit *unit, const struct gup_slot *slot)
{
	struct definition *d = program_find(p, unit, slot->function);
	struct called *c = called_of(p, slot->field, slot->record), *name;

	if (!d)
		return;
	name = called_of(p, slot->function, NULL);
	for (int i = 0; i < name->nr_slots; i++)
		if (name->slots[i].field == c && name->slots[i].held == d)
			return;
	if (name->nr_slots == name->cap_slots)
		name->slots = program_grow(p, name->slots, &name->cap_slots, sizeof(*name->slots));
	name->slots[name->nr_slots++] = (struct slot_of){ c, d };
	if (c->nr_held == c->cap_held)
		c->held = program_grow(p, c->held, &c->cap_held, sizeof(*c->held));
	c->held[c->nr_held++] = d;
}

int program_targets(const struct program *p, const struct unit *from, const struct gup_event *event,
		    void (*visit)(void *data, struct definition *), void *data)
{
	const struct gup_term *slot = slot_of(event);
	struct definition *d = event->callee ? program_find(p, from, event->callee) : NULL;
	struct called *c = slot ? called_find(p, slot->name, slot->record) : NULL;

	if (d)
		visit(data, d);
	for (int i = 0; c && i < c->nr_held; i++)
		visit(data, c->held[i]);
	return d ? 1 : c ? c->nr_held : 0;
}

const struct callers *program_callers(struct program *p, const struct definition *definition)
{
	struct callers *found = arena_alloc(&p->arena, sizeof(*found));
	struct called all = { 0 }, *by_name = called_find(p, definition->function->name, NULL);

	for (int i = 0; by_name && i < by_name->callers.count; i++) {
		struct caller *c = &by_name->callers.list[i];

		if (program_find(p, c->unit, definition->function->name) == definition)
			add_caller(p, &all, *c);
	}
	for (int i = 0; by_name && i < by_name->nr_slots; i++) {
		const struct callers *c = &by_name->slots[i].field->callers;

		for (int n = 0; by_name->slots[i].held == definition && n < c->count; n++)
			add_caller(p, &all, c->list[n]);
	}
	*found = all.callers;
	return found;
}

/* --- reading --------------------------------------------------------------------- */

static int by_source(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	int order = strcmp(x->model->file, y->model->file);

	if (!order)
		order = strcmp(x->model->target, y->model->target);
	if (order)
		return order;
	/* Two configurations of one file: by what is in them, never by where they lie. */
	size_t sizes[2];
	unsigned char *bytes[2] = { facts_encode(x->model, &sizes[0]), facts_encode(y->model, &sizes[1]) };

	order = memcmp(bytes[0], bytes[1], sizes[0] < sizes[1] ? sizes[0] : sizes[1]);
	if (!order)
		order = sizes[0] < sizes[1] ? -1 : sizes[0] > sizes[1];
	free(bytes[0]);
	free(bytes[1]);
	return order;
}

static void look_at_age(struct program *p, const struct unit *unit)
{
	struct stat facts, source;

	if (stat(unit->path, &facts) || stat(unit->model->file, &source))
		return;
	if (source.st_mtime > facts.st_mtime)
		program_note(p, arena_printf(&p->arena, "the facts of %s are older than the source: make them again",
					     unit->model->file));
}

/* The same source with the same facts, in several configurations: one of them says it all. */
static void drop_copies(struct program *p)
{
	int kept = 0;

	for (int i = 0; i < p->nr_units; i++) {
		if (kept && !by_source(&p->units[kept - 1], &p->units[i]))
			model_free(p->units[i].model);
		else
			p->units[kept++] = p->units[i];
	}
	p->nr_units = kept;
}

static bool is_one_tree(const struct program *p)
{
	const struct unit *first = NULL;

	for (int i = 0; i < p->nr_units; i++) {
		const struct unit *unit = &p->units[i];

		/* An external module's source belongs to no tree. */
		if (!*unit->model->tree)
			continue;
		if (!first)
			first = unit;
		if (!strcmp(unit->model->tree, first->model->tree))
			continue;
		fprintf(stderr, "gupcheck: facts of two kernels: %s is of %s, %s of %s: link one kernel at a time\n",
			first->model->file, first->model->tree, unit->model->file, unit->model->tree);
		return false;
	}
	return true;
}

static void index_all(struct program *p)
{
	int functions = 1;

	for (int u = 0; u < p->nr_units; u++)
		functions += p->units[u].model->nr_functions + p->units[u].model->nr_passing;
	for (p->nr_buckets = 256; p->nr_buckets < (unsigned)functions; p->nr_buckets *= 2)
		;
	p->buckets = arena_alloc(&p->arena, p->nr_buckets * sizeof(*p->buckets));
	p->called = arena_alloc(&p->arena, p->nr_buckets * sizeof(*p->called));
	for (int u = 0; u < p->nr_units; u++)
		for (int f = 0; f < p->units[u].model->nr_functions + p->units[u].model->nr_passing; f++)
			define(p, &p->units[u], p->units[u].model->functions[f]);
	for (int u = 0; u < p->nr_units; u++) {
		struct unit *unit = &p->units[u];

		for (int f = 0; f < unit->model->nr_functions + unit->model->nr_passing; f++)
			index_calls(p, unit, unit->model->functions[f]);
		for (int s = 0; s < unit->model->nr_slots; s++)
			index_slot(p, unit, &unit->model->slots[s]);
	}
}

bool program_open(struct program *p, const struct api *api, char **files, int count, const char *root)
{
	bool good = true;

	*p = (struct program){ .api = api };
	p->units = arena_alloc(&p->arena, ((size_t)count + 1) * sizeof(*p->units));
	for (int i = 0; i < count; i++) {
		char *error;
		struct gup_model *model = facts_read(files[i], root, &error);

		if (model)
			p->units[p->nr_units++] = (struct unit){ files[i], model, NULL };
		else
			fprintf(stderr, "gupcheck: %s\n", error);
		good = good && model;
		free(error);
	}
	if (!good || !is_one_tree(p))
		return false;
	qsort(p->units, (size_t)p->nr_units, sizeof(*p->units), by_source);
	drop_copies(p);
	for (int i = 0; i < p->nr_units; i++) {
		if (i && !strcmp(p->units[i - 1].model->file, p->units[i].model->file))
			p->units[i].same = p->units[i - 1].same ? p->units[i - 1].same : &p->units[i - 1];
		look_at_age(p, &p->units[i]);
	}
	index_all(p);
	return true;
}

void program_close(struct program *p)
{
	for (int i = 0; i < p->nr_units; i++)
		model_free(p->units[i].model);
	arena_free(&p->arena);
}
