// SPDX-License-Identifier: GPL-2.0-only
#include "owner_parts.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a function does to the class (owner_class.c) of a parameter or of its
 * result is its summary, and is done to the caller's argument in turn, until
 * nothing changes.
 */
struct item { struct owner_event event; int where; };

/* where: a parameter's number, or */
#define WHERE_RESULT (-1)

/*
 * Calls that one summary tells of; more are not told. In a circle of a thousand
 * functions each would have to tell of all the others.
 */
#define MAX_ITEMS 64

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

struct pass {
	struct program *program;
	struct owners *owners;
	struct owned_field **table;
	struct summary **by_definition;
	unsigned size;
	struct summary **queue;
	int nr_queue, cap_queue, head;
	bool pairs;		/* nothing changes any more: uses and takes of one class are told */
	/* the function at hand */
	struct summary *summary;
	struct classes classes;
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

/* --- one function -------------------------------------------------------------------- */

static struct owned_field *class_field(void *data, const char *record, const char *name)
{
	return field_of(data, record, name);
}

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

void owner_add_event(struct program *program, struct owner_lists *lists, struct owner_event event)
{
	struct owner_events *events = event.what == OWNER_TAKES ? &lists->takes :
		event.what == OWNER_DROPS ? &lists->drops : &lists->uses;

	for (int i = 0; i < events->count; i++)
		if (events->list[i].event == event.event)
			return;
	if (events->count == events->room)
		events->list = program_grow(program, events->list, &events->room, sizeof(*events->list));
	events->list[events->count++] = event;
}

/* Everything that is in the class of `node` gets the event. */
static void attach(struct pass *p, struct owner_event event, int node, bool *changed)
{
	struct classes *c = &p->classes;
	int params = c->function->nr_params;

	if (node < 0)
		return;
	node = class_find(c, node);
	if (p->pairs) {
		if (!c->nodes[node].events)
			c->nodes[node].events = arena_alloc(&p->program->arena, sizeof(*c->nodes[node].events));
		owner_add_event(p->program, c->nodes[node].events, event);
		return;
	}
	for (int i = 0; i < c->nr_nodes; i++) {
		if (class_find(c, i) != node)
			continue;
		if (c->nodes[i].field)
			owner_add_event(p->program, &c->nodes[i].field->events, event);
		else if (i < params)
			add_item(p, p->summary, event, i, changed);
		else if (i == c->result)
			add_item(p, p->summary, event, WHERE_RESULT, changed);
	}
}

struct target { struct pass *pass; const struct gup_event *event; int found; bool events, *changed; };

/* What a callee does to its parameters, it does to the arguments. */
static void through(void *data, struct definition *d)
{
	struct target *t = data;
	struct pass *p = t->pass;
	struct classes *c = &p->classes;
	struct summary *s = summary_of(p, d);
	const struct gup_event *event = t->event;

	t->found++;
	for (int i = 0; !t->events && i < s->nr_links; i++) {
		int where = s->links[i].where;

		if (where < event->nr_args)
			class_unite(c, where == WHERE_RESULT ? event->result : class_node_of(c, event->args[where]),
				    class_field_node(c, s->links[i].field));
	}
	for (int i = 0; !t->events && i < event->nr_args && i < d->function->nr_params; i++) {
		if (s->marks[i] & NUMBER)
			class_note_number(c, event->args[i]);
		class_mark(c, class_carries(c, event->args[i]) ? class_node_of(c, event->args[i]) : -1,
			   s->marks[i] & ~(unsigned)NUMBER);
	}
	for (int i = 0; t->events && i < s->nr_items; i++) {
		int where = s->items[i].where;

		if (where < event->nr_args)
			attach(p, s->items[i].event, where == WHERE_RESULT ? event->result :
			       class_node_of(c, event->args[where]), t->changed);
	}
}

/* Calls that put pages into a container, or get them out: both are the same pages. */
static bool connect_container(struct classes *c, const struct gup_event *event, const struct api_row *row)
{
	const struct api_params *form = api_form(row, event->nr_args);
	int container = form && form->container >= 0 ? class_node_of(c, event->args[form->container]) : -1;
	int pages = form && form->pages >= 0 ? class_node_of(c, event->args[form->pages]) : -1;

	if (row->role == ROLE_FETCH || row->role == ROLE_SLOT) {
		if (form && event->result >= 0) {
			class_unite(c, event->result, container >= 0 ? container : pages);
			if (!c->function->vars[event->result].type.is_pointer)
				class_mark(c, event->result, NUMBER);
		}
		if (pages >= 0)
			class_note_number(c, event->args[form->pages]);
		return form && (container >= 0 || pages >= 0);
	}
	if (row->role != ROLE_STORE && row->role != ROLE_TRANSFER)
		return row->role == ROLE_LOOK;
	class_unite(c, container, pages);
	return container >= 0;
}

static void connect_by_table(struct classes *c, const struct gup_event *event, const struct api_row *row,
			     bool result)
{
	if (connect_container(c, event, row))
		return;
	if (row->role == ROLE_WRITE && event->nr_args > 1 && class_carries(c, event->args[0]) &&
	    class_carries(c, event->args[1]))
		class_unite(c, class_node_of(c, event->args[0]), class_node_of(c, event->args[1]));
	for (int i = 0; i < event->nr_args; i++)
		if (class_carries(c, event->args[i]) &&
		    (row->role == ROLE_REF || row->role == ROLE_TRANSFER || row->role == ROLE_STORE))
			class_mark(c, class_node_of(c, event->args[i]), row->role == ROLE_REF ? REFERENCED : ESCAPES);
	if (result && row->role != ROLE_ACQUIRE && row->role != ROLE_ALLOC)
		class_mark(c, event->result, FED);
}

static void connect_call(struct pass *p, const struct gup_event *event)
{
	const struct api_row *row = api_of_call(p->program->api, event);
	struct target target = { .pass = p, .event = event };
	struct classes *c = &p->classes;

	for (int i = 0; i < event->nr_args; i++)
		if (event->args[i]->type.page_depth)
			class_note_number(c, event->args[i]);
	if (row) {
		connect_by_table(c, event, row, event->result >= 0 && c->function->vars[event->result].type.page_depth);
		return;
	}
	program_targets(p->program, p->summary->definition->unit, event, through, &target);
	/* What maps pages for a device neither keeps them nor puts others there. */
	if (target.found || cases_use_of(event, NULL) == USE_DEVICE)
		return;
	for (int i = 0; i < event->nr_args; i++)
		if (class_carries(c, event->args[i]))
			class_mark(c, class_node_of(c, event->args[i]), ESCAPES | FED);
	if (event->result >= 0)
		class_mark(c, event->result, FED | ESCAPES);
}

static void connect(struct pass *p, const struct gup_event *event)
{
	struct classes *c = &p->classes;

	if (event->kind == EVENT_CALL)
		connect_call(p, event);
	else if (event->kind == EVENT_RETURN && event->rhs && class_carries(c, event->rhs))
		class_unite(c, c->result, class_node_of(c, event->rhs));
	else if (event->kind == EVENT_ASSIGN && event->rhs &&
		 (class_carries(c, event->lhs) || class_carries(c, event->rhs) ||
		  class_is_number_of_page(c, event->lhs) || class_is_number_of_page(c, event->rhs))) {
		if (event->lhs->type.page_depth)
			class_note_number(c, event->rhs);
		class_unite(c, class_node_of(c, event->lhs), class_node_of(c, event->rhs));
	}
}

static void connect_all(struct pass *p)
{
	const struct gup_function *function = p->classes.function;

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			connect(p, &function->blocks[b].events[i]);
}

/*
 * What is dropped came out of a function whose body is not here, or from a page frame number:
 * it may have been in any structure that the function handles.
 */
static void drop_unseen(struct pass *p, int node)
{
	struct classes *c = &p->classes;

	for (int i = 0; node >= 0 && i < c->nr_nodes; i++)
		if (c->nodes[i].field && class_find(c, i) == class_find(c, node))
			return;
	if (node >= 0 && !(c->nodes[class_find(c, node)].marks & FED))
		return;
	for (int v = 0; v < c->function->nr_vars; v++)
		if (c->function->vars[v].record)
			field_of(p, c->function->vars[v].record, "")->unclear = true;
}

static void deliver_by_table(struct pass *p, const struct gup_event *event, const struct api_row *row,
			     bool *changed)
{
	const struct api_params *form = api_form(row, event->nr_args);
	const struct definition *d = p->summary->definition;
	struct owner_event found = { d->unit, d->function, event, row,
				     row->role == ROLE_ACQUIRE ? OWNER_TAKES : OWNER_DROPS };
	int node = form && form->pages >= 0 ? class_node_of(&p->classes, event->args[form->pages]) : -1;

	if (row->role == ROLE_RELEASE)
		drop_unseen(p, node);
	if (form && form->pages >= 0)
		attach(p, found, node, changed);
	else if (row->role == ROLE_ACQUIRE && event->result >= 0)
		attach(p, found, event->result, changed);
}

static void deliver_uses(struct pass *p, const struct gup_event *event, const struct api_row *row,
			 bool *changed)
{
	const struct definition *d = p->summary->definition;
	struct owner_event used = { d->unit, d->function, event, row, OWNER_USES };

	for (int i = 0; i < event->nr_args; i++)
		if (class_carries(&p->classes, event->args[i]))
			attach(p, used, class_node_of(&p->classes, event->args[i]), changed);
}

static void deliver(struct pass *p, const struct gup_event *event, bool *changed)
{
	const struct api_row *row = api_of_call(p->program->api, event);
	struct target target = { .pass = p, .event = event, .events = true, .changed = changed };

	if (event->kind != EVENT_CALL)
		return;
	if (row && (row->role == ROLE_ACQUIRE || row->role == ROLE_RELEASE))
		deliver_by_table(p, event, row, changed);
	else if (cases_use_of(event, row) != USE_NONE)
		deliver_uses(p, event, row, changed);
	if (!row)
		program_targets(p->program, p->summary->definition->unit, event, through, &target);
}

/* Fields in the class of a parameter or of the result. */
static void tell_links(struct pass *p, bool *changed)
{
	struct summary *s = p->summary;
	struct classes *c = &p->classes;
	int params = c->function->nr_params;

	for (int i = c->result + 1; i < c->nr_nodes; i++)
		for (int n = 0; n <= params; n++) {
			int node = n == params ? c->result : n, where = n == params ? WHERE_RESULT : n;
			bool there = class_find(c, node) != class_find(c, i);

			for (int l = 0; !there && l < s->nr_links; l++)
				there = s->links[l].field == c->nodes[i].field && s->links[l].where == where;
			if (there)
				continue;
			if (s->nr_links == s->cap_links)
				s->links = program_grow(p->program, s->links, &s->cap_links, sizeof(*s->links));
			s->links[s->nr_links++] = (struct link){ c->nodes[i].field, where };
			*changed = true;
		}
}

/* What the classes tell about their fields, and about parameters for the callers. */
static void conclude(struct pass *p, bool *changed)
{
	struct summary *s = p->summary;
	struct classes *c = &p->classes;
	int params = c->function->nr_params;

	for (int i = c->result + 1; i < c->nr_nodes; i++) {
		struct owned_field *f = c->nodes[i].field;
		unsigned marks = c->nodes[class_find(c, i)].marks;

		f->escapes |= !!(marks & ESCAPES);
		f->fed |= !!(marks & FED);
		f->referenced |= !!(marks & REFERENCED);
		for (int o = c->result + 1; o < i; o++)
			if (class_find(c, o) == class_find(c, i)) {
				f->mixed = c->nodes[o].field->mixed = true;
				owner_join_fields(f, c->nodes[o].field);
			}
	}
	for (int n = 0; n <= params; n++) {
		unsigned marks = c->nodes[class_find(c, n == params ? c->result : n)].marks;

		*changed |= (s->marks[n] | marks) != s->marks[n];
		s->marks[n] |= (unsigned char)marks;
	}
}

static bool analyse(struct pass *p, struct summary *s)
{
	const struct gup_function *function = s->definition->function;
	bool changed = false;

	p->summary = s;
	classes_open(&p->classes, function);
	connect_all(p);
	/* What is a page's number is known only where it is used as one, which comes later. */
	if (p->classes.numbers)
		connect_all(p);
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			deliver(p, &function->blocks[b].events[i], &changed);
	if (p->pairs)
		return false;
	tell_links(p, &changed);
	conclude(p, &changed);
	return changed;
}

/* --- the program ------------------------------------------------------------------------ */

static void tell_deeds(struct pass *p, struct definition *d)
{
	const struct summary *s = summary_of(p, d);
	struct owners *o = p->owners;

	for (int i = 0; i < s->nr_items; i++) {
		if (s->items[i].event.what == OWNER_USES)
			continue;
		if (o->nr_deeds == o->cap_deeds)
			o->deeds = program_grow(p->program, o->deeds, &o->cap_deeds, sizeof(*o->deeds));
		o->deeds[o->nr_deeds++] = (struct owner_deed){ d, s->items[i].event, s->items[i].where };
	}
}

static void tell_pairs(struct pass *p, struct definition *d)
{
	struct owners *o = p->owners;

	analyse(p, summary_of(p, d));
	for (int n = 0; n < p->classes.nr_nodes; n++) {
		const struct owner_lists *lists = p->classes.nodes[n].events;

		for (int t = 0; lists && t < lists->takes.count; t++)
			for (int u = 0; u < lists->uses.count; u++) {
				if (o->nr_pairs == o->cap_pairs)
					o->pairs = program_grow(p->program, o->pairs, &o->cap_pairs, sizeof(*o->pairs));
				o->pairs[o->nr_pairs++] =
					(struct owner_pair){ lists->takes.list[t].event, lists->uses.list[u] };
			}
	}
}

static void each_definition(struct pass *p, void (*visit)(struct pass *, struct definition *))
{
	for (int u = 0; u < p->program->nr_units; u++) {
		struct unit *unit = &p->program->units[u];

		for (int f = 0; f < unit->model->nr_functions + unit->model->nr_passing; f++)
			visit(p, program_own(p->program, unit, unit->model->functions[f]));
	}
}

static void enqueue_definition(struct pass *p, struct definition *d)
{
	enqueue(p, summary_of(p, d));
}

static void settle(struct pass *p)
{
	while (p->head < p->nr_queue) {
		struct summary *s = p->queue[p->head++];
		const struct callers *callers;

		s->queued = false;
		if (!analyse(p, s))
			continue;
		callers = program_callers(p->program, s->definition);
		for (int i = 0; i < callers->count; i++)
			enqueue(p, summary_of(p, program_own(p->program, callers->list[i].unit,
							     callers->list[i].function)));
	}
}

struct owners *owners_find(struct program *program)
{
	struct pass p = { .program = program, .size = program->nr_buckets };

	p.owners = arena_alloc(&program->arena, sizeof(*p.owners));
	p.table = arena_alloc(&program->arena, p.size * sizeof(*p.table));
	p.by_definition = arena_alloc(&program->arena, p.size * sizeof(*p.by_definition));
	p.classes.program = program;
	p.classes.field_of = class_field;
	p.classes.data = &p;
	each_definition(&p, enqueue_definition);
	settle(&p);
	each_definition(&p, tell_deeds);
	p.pairs = true;
	each_definition(&p, tell_pairs);
	owner_sort_fields(program, p.owners, p.table, p.size);
	return p.owners;
}
