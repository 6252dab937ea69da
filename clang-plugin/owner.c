// SPDX-License-Identifier: GPL-2.0-only
#include "owner.h"

#include <stdlib.h>
#include <string.h>

/*
 * Within a function, a node is a variable that points to pages or a field that
 * does; nodes between which a pointer is copied become one class. What a
 * function does to the class of a parameter or of its result is its summary,
 * and is done to the caller's argument in turn, until nothing changes.
 */
struct item { struct owner_event event; int where; };

/* where: a parameter's number, or */
#define WHERE_RESULT (-1)

/*
 * Calls that one summary tells of; more are not told. In a circle of a thousand
 * functions each would have to tell of all the others.
 */
#define MAX_ITEMS 64

enum { ESCAPES = 1, FED = 2, REFERENCED = 4 };

struct summary {
	struct definition *definition;
	struct item *items;
	int nr_items, cap_items;
	/* Fields that a parameter's or the result's class holds. */
	struct link { struct owned_field *field; int where; } *links;
	int nr_links, cap_links;
	unsigned char *marks;		/* of each parameter; the result's is the last */
	bool queued;
	struct summary *next;
};

struct node { int parent; struct owned_field *field; unsigned marks; };

struct pass {
	struct program *program;
	struct owners *owners;
	struct owned_field **table;
	struct summary **by_definition;
	unsigned size;
	struct summary **queue;
	int nr_queue, cap_queue, head;
	/* the function at hand */
	struct summary *summary;
	struct node *nodes;		/* variables first, then the result, then fields */
	int nr_nodes, cap_nodes, result;
};

static unsigned hash_text(unsigned h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static struct owned_field *field_of(struct pass *p, const char *record, const char *name)
{
	struct owned_field **chain = &p->table[hash_text(hash_text(2166136261u, record), name) & (p->size - 1)], *f;

	for (f = *chain; f; f = f->next)
		if (!strcmp(f->record, record) && !strcmp(f->field, name))
			return f;
	f = arena_alloc(&p->program->arena, sizeof(*f));
	f->record = record;
	f->field = name;
	f->next = *chain;
	p->owners->nr_fields++;
	return *chain = f;
}

static struct summary *summary_of(struct pass *p, struct definition *d)
{
	struct summary **chain = &p->by_definition[((uintptr_t)d >> 4) & (p->size - 1)], *s;

	for (s = *chain; s; s = s->next)
		if (s->definition == d)
			return s;
	s = arena_alloc(&p->program->arena, sizeof(*s));
	s->definition = d;
	s->marks = arena_alloc(&p->program->arena, (size_t)d->function->nr_params + 1);
	s->next = *chain;
	return *chain = s;
}

static void enqueue(struct pass *p, struct summary *s)
{
	if (s->queued)
		return;
	s->queued = true;
	if (p->nr_queue == p->cap_queue)
		p->queue = program_grow(p->program, p->queue, &p->cap_queue, sizeof(*p->queue));
	p->queue[p->nr_queue++] = s;
}

/* --- classes ---------------------------------------------------------------------- */

static int find(struct pass *p, int node)
{
	while (p->nodes[node].parent != node)
		node = p->nodes[node].parent = p->nodes[p->nodes[node].parent].parent;
	return node;
}

static void unite(struct pass *p, int a, int b)
{
	if (a < 0 || b < 0)
		return;
	a = find(p, a);
	b = find(p, b);
	if (a == b)
		return;
	/* The smaller number leads: parameters before everything else. */
	if (b < a) {
		int c = a;

		a = b;
		b = c;
	}
	p->nodes[b].parent = a;
	p->nodes[a].marks |= p->nodes[b].marks;
}

static int add_node(struct pass *p, struct owned_field *field)
{
	if (p->nr_nodes == p->cap_nodes)
		p->nodes = program_grow(p->program, p->nodes, &p->cap_nodes, sizeof(*p->nodes));
	p->nodes[p->nr_nodes] = (struct node){ p->nr_nodes, field, 0 };
	return p->nr_nodes++;
}

static int field_node(struct pass *p, struct owned_field *field)
{
	for (int i = p->result + 1; i < p->nr_nodes; i++)
		if (p->nodes[i].field == field)
			return i;
	return add_node(p, field);
}

/* The variable or field whose pages the term is, or is one of; -1: none. */
static int node_of(struct pass *p, const struct gup_term *term)
{
	for (; term; term = term->a)
		switch (term->kind) {
		case TERM_VAR:
			return p->summary->definition->function->vars[term->var].kind == VAR_GLOBAL ? -1 : term->var;
		case TERM_FIELD:
			/* A structure in a structure is still the inner one's field. */
			return *term->record && *term->name ?
				field_node(p, field_of(p, term->record, term->name)) : -1;
		case TERM_CAST: case TERM_INDEX: case TERM_DEREF: case TERM_ADDR: case TERM_BINARY:
			break;
		default:
			return -1;
		}
	return -1;
}

static bool has_pages(const struct gup_term *term)
{
	while (term && term->kind == TERM_CAST && !term->type.page_depth)
		term = term->a;
	return term && (term->type.page_depth ||
			(term->kind == TERM_ADDR && term->a->type.page_depth));
}

/* --- one function -------------------------------------------------------------------- */

static void add_item(struct pass *p, struct summary *s, struct owner_event event, int where, bool *changed)
{
	for (int i = 0; i < s->nr_items; i++)
		if (s->items[i].event.event == event.event && s->items[i].where == where)
			return;
	if (s->nr_items == MAX_ITEMS)
		return;
	if (s->nr_items == s->cap_items)
		s->items = program_grow(p->program, s->items, &s->cap_items, sizeof(*s->items));
	s->items[s->nr_items++] = (struct item){ event, where };
	*changed = true;
}

static void add_event(struct pass *p, struct owned_field *field, struct owner_event event)
{
	struct owner_events *events = event.row->role == ROLE_ACQUIRE ? &field->takes : &field->drops;

	for (int i = 0; i < events->count; i++)
		if (events->list[i].event == event.event)
			return;
	if (events->count == events->room)
		events->list = program_grow(p->program, events->list, &events->room, sizeof(*events->list));
	events->list[events->count++] = event;
}

/* Everything that is in the class of `node` gets the event. */
static void attach(struct pass *p, struct owner_event event, int node, bool *changed)
{
	int params = p->summary->definition->function->nr_params;

	if (node < 0)
		return;
	node = find(p, node);
	for (int i = 0; i < p->nr_nodes; i++) {
		if (find(p, i) != node)
			continue;
		if (p->nodes[i].field)
			add_event(p, p->nodes[i].field, event);
		else if (i < params)
			add_item(p, p->summary, event, i, changed);
		else if (i == p->result)
			add_item(p, p->summary, event, WHERE_RESULT, changed);
	}
}

static void mark(struct pass *p, int node, unsigned marks)
{
	if (node >= 0)
		p->nodes[find(p, node)].marks |= marks;
}

struct target { struct pass *pass; const struct gup_event *event; int found; bool events, *changed; };

/* What a callee does to its parameters, it does to the arguments. */
static void through(void *data, struct definition *d)
{
	struct target *t = data;
	struct pass *p = t->pass;
	struct summary *s = summary_of(p, d);
	const struct gup_event *event = t->event;

	t->found++;
	for (int i = 0; !t->events && i < s->nr_links; i++) {
		int where = s->links[i].where;

		if (where < event->nr_args)
			unite(p, where == WHERE_RESULT ? event->result : node_of(p, event->args[where]),
			      field_node(p, s->links[i].field));
	}
	for (int i = 0; !t->events && i < event->nr_args && i < d->function->nr_params; i++)
		mark(p, has_pages(event->args[i]) ? node_of(p, event->args[i]) : -1, s->marks[i]);
	for (int i = 0; t->events && i < s->nr_items; i++) {
		int where = s->items[i].where;

		if (where < event->nr_args)
			attach(p, s->items[i].event, where == WHERE_RESULT ? event->result :
			       node_of(p, event->args[where]), t->changed);
	}
}

static void connect_call(struct pass *p, const struct gup_event *event)
{
	const struct api_row *row = event->callee ? api_find(p->program->api, event->callee) : NULL;
	struct target target = { .pass = p, .event = event };
	const struct gup_function *function = p->summary->definition->function;
	bool result = event->result >= 0 && function->vars[event->result].type.page_depth;

	if (row) {
		for (int i = 0; i < event->nr_args && (row->role == ROLE_REF || row->role == ROLE_TRANSFER); i++)
			if (has_pages(event->args[i]))
				mark(p, node_of(p, event->args[i]), row->role == ROLE_REF ? REFERENCED : ESCAPES);
		if (result && row->role != ROLE_ACQUIRE)
			mark(p, event->result, row->role == ROLE_ALLOC ? 0 : FED);
		return;
	}
	program_targets(p->program, p->summary->definition->unit, event, through, &target);
	if (target.found)
		return;
	for (int i = 0; i < event->nr_args; i++)
		if (has_pages(event->args[i]))
			mark(p, node_of(p, event->args[i]), ESCAPES | FED);
	if (result)
		mark(p, event->result, FED | ESCAPES);
}

static void connect(struct pass *p, const struct gup_event *event)
{
	if (event->kind == EVENT_CALL)
		connect_call(p, event);
	else if (event->kind == EVENT_RETURN && event->rhs && has_pages(event->rhs))
		unite(p, p->result, node_of(p, event->rhs));
	else if (event->kind == EVENT_ASSIGN && has_pages(event->lhs) && event->rhs)
		unite(p, node_of(p, event->lhs), node_of(p, event->rhs));
}

/*
 * What is dropped came out of a function whose body is not here, or from a page frame number:
 * it may have been in any structure that the function handles.
 */
static void drop_unseen(struct pass *p, int node)
{
	const struct gup_function *function = p->summary->definition->function;

	for (int i = 0; node >= 0 && i < p->nr_nodes; i++)
		if (p->nodes[i].field && find(p, i) == find(p, node))
			return;
	if (node >= 0 && !(p->nodes[find(p, node)].marks & FED))
		return;
	for (int v = 0; v < function->nr_vars; v++)
		if (function->vars[v].record)
			field_of(p, function->vars[v].record, "")->unclear = true;
}

static void deliver(struct pass *p, const struct gup_event *event, bool *changed)
{
	const struct api_row *row = event->kind == EVENT_CALL && event->callee ?
		api_find(p->program->api, event->callee) : NULL;
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;
	const struct definition *d = p->summary->definition;
	struct target target = { .pass = p, .event = event, .events = true, .changed = changed };

	if (event->kind != EVENT_CALL)
		return;
	if (!row) {
		program_targets(p->program, d->unit, event, through, &target);
		return;
	}
	if (row->role != ROLE_ACQUIRE && row->role != ROLE_RELEASE)
		return;
	struct owner_event found = { d->unit, d->function, event, row };

	if (row->role == ROLE_RELEASE)
		drop_unseen(p, form && form->pages >= 0 ? node_of(p, event->args[form->pages]) : -1);
	if (form && form->pages >= 0)
		attach(p, found, node_of(p, event->args[form->pages]), changed);
	else if (row->role == ROLE_ACQUIRE && event->result >= 0)
		attach(p, found, event->result, changed);
}

/* Fields in the class of a parameter or of the result. */
static void tell_links(struct pass *p, bool *changed)
{
	struct summary *s = p->summary;
	int params = s->definition->function->nr_params;

	for (int i = p->result + 1; i < p->nr_nodes; i++)
		for (int n = 0; n <= params; n++) {
			int node = n == params ? p->result : n, where = n == params ? WHERE_RESULT : n;
			bool there = find(p, node) != find(p, i);

			for (int l = 0; !there && l < s->nr_links; l++)
				there = s->links[l].field == p->nodes[i].field && s->links[l].where == where;
			if (there)
				continue;
			if (s->nr_links == s->cap_links)
				s->links = program_grow(p->program, s->links, &s->cap_links, sizeof(*s->links));
			s->links[s->nr_links++] = (struct link){ p->nodes[i].field, where };
			*changed = true;
		}
}

/* What the classes tell about their fields, and about parameters for the callers. */
static void conclude(struct pass *p, bool *changed)
{
	struct summary *s = p->summary;
	int params = s->definition->function->nr_params;

	for (int i = p->result + 1; i < p->nr_nodes; i++) {
		struct owned_field *f = p->nodes[i].field;
		unsigned marks = p->nodes[find(p, i)].marks;

		f->escapes |= !!(marks & ESCAPES);
		f->fed |= !!(marks & FED);
		f->referenced |= !!(marks & REFERENCED);
		for (int o = p->result + 1; o < i; o++)
			if (find(p, o) == find(p, i))
				f->mixed = p->nodes[o].field->mixed = true;
	}
	for (int n = 0; n <= params; n++) {
		unsigned marks = p->nodes[find(p, n == params ? p->result : n)].marks;

		*changed |= (s->marks[n] | marks) != s->marks[n];
		s->marks[n] |= (unsigned char)marks;
	}
}

static void each_event(struct pass *p, void (*visit)(struct pass *, const struct gup_event *))
{
	const struct gup_function *function = p->summary->definition->function;

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			visit(p, &function->blocks[b].events[i]);
}

static bool analyse(struct pass *p, struct summary *s)
{
	const struct gup_function *function = s->definition->function;
	bool changed = false;

	p->summary = s;
	p->nr_nodes = 0;
	for (int v = 0; v < function->nr_vars; v++)
		add_node(p, NULL);
	p->result = add_node(p, NULL);
	each_event(p, connect);
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			deliver(p, &function->blocks[b].events[i], &changed);
	tell_links(p, &changed);
	conclude(p, &changed);
	return changed;
}

static int by_name(const void *a, const void *b)
{
	const struct owned_field *x = a, *y = b;
	int order = strcmp(x->record, y->record);

	return order ? order : strcmp(x->field, y->field);
}

static void tell_deeds(struct pass *p, struct definition *d)
{
	const struct summary *s = summary_of(p, d);
	struct owners *o = p->owners;

	for (int i = 0; i < s->nr_items; i++) {
		if (o->nr_deeds == o->cap_deeds)
			o->deeds = program_grow(p->program, o->deeds, &o->cap_deeds, sizeof(*o->deeds));
		o->deeds[o->nr_deeds++] = (struct owner_deed){ d, s->items[i].event, s->items[i].where };
	}
}

struct owners *owners_find(struct program *program)
{
	struct pass p = { .program = program, .size = 1024 };
	struct owned_field *fields;
	int count = 0;

	p.owners = arena_alloc(&program->arena, sizeof(*p.owners));
	p.table = arena_alloc(&program->arena, p.size * sizeof(*p.table));
	p.by_definition = arena_alloc(&program->arena, p.size * sizeof(*p.by_definition));
	for (int u = 0; u < program->nr_units; u++) {
		struct unit *unit = &program->units[u];

		for (int f = 0; f < unit->model->nr_functions + unit->model->nr_passing; f++)
			enqueue(&p, summary_of(&p, program_own(program, unit, unit->model->functions[f])));
	}
	while (p.head < p.nr_queue) {
		struct summary *s = p.queue[p.head++];
		const struct callers *callers;

		s->queued = false;
		if (!analyse(&p, s))
			continue;
		callers = program_callers(program, s->definition);
		for (int i = 0; i < callers->count; i++)
			enqueue(&p, summary_of(&p, program_own(program, callers->list[i].unit,
							       callers->list[i].function)));
	}
	for (int u = 0; u < program->nr_units; u++)
		for (int f = 0; f < program->units[u].model->nr_functions + program->units[u].model->nr_passing; f++)
			tell_deeds(&p, program_own(program, &program->units[u], program->units[u].model->functions[f]));
	fields = arena_alloc(&program->arena, ((size_t)p.owners->nr_fields + 1) * sizeof(*fields));
	for (unsigned i = 0; i < p.size; i++)
		for (struct owned_field *f = p.table[i]; f; f = f->next)
			fields[count++] = *f;
	qsort(fields, (size_t)count, sizeof(*fields), by_name);
	/* The record itself comes before its fields. */
	for (int i = 1; i < count; i++)
		if (!strcmp(fields[i].record, fields[i - 1].record))
			fields[i].unclear |= fields[i - 1].unclear;
	p.owners->fields = fields;
	return p.owners;
}
