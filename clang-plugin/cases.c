// SPDX-License-Identifier: GPL-2.0-only
#include "cases.h"

#include <string.h>

#include "rules/rules.h"

/* include/linux/dma-mapping.h, scatterlist.h: what is mapped or put into a table is for a device. */
static bool is_for_a_device(const char *callee)
{
	return strstr(callee, "dma_map") || strstr(callee, "pci_map") || !strncmp(callee, "sg_set_page", 11) ||
	       !strncmp(callee, "sg_alloc_", 9) || strstr(callee, "pages_to_sg");
}

/* include/linux/bio.h, skbuff.h: what is put there goes with one request. */
static bool is_for_a_request(const char *callee)
{
	return strstr(callee, "bio_add_page") || !strncmp(callee, "bio_add_pc_page", 15) ||
	       strstr(callee, "skb_fill_page_desc");
}

enum page_use cases_use_of(const struct gup_event *event, const struct api_row *row)
{
	if (event->kind != EVENT_CALL || !event->callee)
		return USE_NONE;
	if (is_for_a_request(event->callee))
		return USE_REQUEST;
	if (is_for_a_device(event->callee))
		return USE_DEVICE;
	return row && (row->data || row->writes || row->reads) ? USE_DATA : USE_NONE;
}

/* struct kvm has a count of its own beside its notifier: who reads it repeats when that changes. */
static bool reads_sequence(const struct gup_event *event)
{
	const struct gup_term *term = event->kind == EVENT_ASSIGN ? event->rhs : NULL;

	while (term && term->kind == TERM_CAST)
		term = term->a;
	return term && term->kind == TERM_FIELD &&
	       (!strcmp(term->name, "mmu_invalidate_seq") || !strcmp(term->name, "mmu_notifier_seq"));
}

bool cases_is_notifier(const struct gup_event *event)
{
	/* mmu_notifier_range_init() and _invalidate_*() are of who changes page tables and tells the others. */
	static const char *const prefixes[] = {
		"mmu_interval_", "mmu_notifier_register", "mmu_notifier_unregister", "mmu_notifier_get",
		"mmu_notifier_put", "__mmu_notifier_register", "hmm_range_",
	};

	const char *callee = event->kind == EVENT_CALL ? event->callee : NULL;

	for (size_t i = 0; callee && i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(callee, prefixes[i], strlen(prefixes[i])))
			return true;
	return reads_sequence(event);
}

/* The first in the file's order, so that it does not matter which path is run first. */
static void keep_first(const struct gup_event **slot, const struct gup_event *event)
{
	const struct gup_pos *old = *slot ? &(*slot)->pos : NULL, *new = &event->pos;
	int order = !old ? -1 : !new->file || !old->file ? 0 : strcmp(new->file, old->file);

	if (order < 0 || (!order && (new->line < old->line || (new->line == old->line && new->column < old->column))))
		*slot = event;
}

void cases_saw_use(struct case_seen *seen, const struct gup_event *event, const struct api_row *row)
{
	enum page_use use = cases_use_of(event, row);

	if (use == USE_DEVICE)
		keep_first(&seen->device, event);
	else if (use == USE_REQUEST)
		keep_first(&seen->request, event);
	else if (use == USE_DATA)
		keep_first(&seen->data, event);
}

/* --- what the engine tells ----------------------------------------------------------- */

void cases_acquire(struct engine *e, const struct state *s, struct site *site, unsigned longterm, bool is_null)
{
	(void)e;
	(void)s;
	site->seen.longterm |= longterm;
	site->seen.with_pages |= !is_null;
	site->seen.without_pages |= is_null;
	site->seen.iterator |= site->row->returns == RETURNS_BYTES;
}

void cases_use(struct engine *e, const struct holding *h, const struct gup_event *event)
{
	const struct api_row *row = api_of_call(e->api, event);
	struct case_seen *seen = &h->site->seen;

	cases_saw_use(seen, event, row);
	if (row && (row->role == ROLE_STORE || row->role == ROLE_FETCH))
		seen->stored = row->name;
	if (!row && cases_use_of(event, row) == USE_NONE && !model_find(e->model, event->callee ? event->callee : ""))
		seen->passed = event->callee ? event->callee : "a function pointer";
}

void cases_end(struct engine *e, const struct state *s, const struct holding *h, bool kept, bool returned)
{
	struct case_seen *seen = &h->site->seen;
	const struct place *where = h->kept_object ? h->kept_object : h->array;

	(void)s;
	seen->to_caller |= returned;
	if (!kept || seen->kept)
		return;
	seen->kept = h->kept_in ? arena_strdup(e->kept, h->kept_in) : place_text(e->kept, where);
	seen->kept_in = e->root->name;
}

/* --- what the fields of the file say -------------------------------------------------- */

static void each_event(struct engine *e, void (*visit)(struct engine *, const struct gup_function *,
						       const struct gup_event *))
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				visit(e, function, &function->blocks[b].events[i]);
	}
}

/* A call of another function gets the pages of a field that a site filled. */
static void look_at_use(struct engine *e, const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row = api_of_call(e->api, event);

	if (cases_use_of(event, row) == USE_NONE)
		return;
	for (int a = 0; a < event->nr_args; a++) {
		const struct gup_term *field = engine_holder_of(e, function, event->args[a], false);

		for (int i = 0; field && i < e->nr_fields; i++)
			if (!strcmp(e->fields[i].field, field->name) && !strcmp(e->fields[i].record, field->record))
				cases_saw_use(&e->fields[i].site->seen, event, row);
	}
}

/* `mmu_interval_notifier_insert(&object->notifier, ...)`, and the pages sit in object->pages. */
static void look_at_notifier(struct engine *e, const struct gup_function *function, const struct gup_event *event)
{
	if (!cases_is_notifier(event))
		return;
	for (int i = 0; i < e->nr_sites; i++)
		if (e->sites[i].function == function)
			keep_first(&e->sites[i].seen.notifier, event);
	for (int a = 0; a < event->nr_args; a++) {
		const struct gup_term *term = event->args[a];

		while (term->kind == TERM_CAST || term->kind == TERM_ADDR)
			term = term->a;
		for (int i = 0; term->kind == TERM_FIELD && i < e->nr_fields; i++)
			if (*term->record && !strcmp(e->fields[i].record, term->record))
				keep_first(&e->fields[i].site->seen.notifier, event);
	}
}

static void look_at_event(struct engine *e, const struct gup_function *function, const struct gup_event *event)
{
	look_at_use(e, function, event);
	look_at_notifier(e, function, event);
}

void cases_finish(struct engine *e)
{
	each_event(e, look_at_event);
}

/* --- the judgement ------------------------------------------------------------------------ */

static const char *at(struct arena *arena, const struct gup_event *event, const char *file)
{
	const char *what = event->callee ? arena_printf(arena, "%s()", event->callee) : "a count of invalidations";

	if (event->pos.file && !strcmp(event->pos.file, file))
		return arena_printf(arena, "%s in line %u", what, event->pos.line);
	return arena_printf(arena, "%s at %s:%u", what, event->pos.file ? event->pos.file : "?", event->pos.line);
}

static void add(struct arena *arena, const char **text, const char *more)
{
	*text = **text ? arena_printf(arena, "%s; %s", *text, more) : more;
}

/* All that was seen, the reason for the CASE first. */
static const char *tell(struct arena *arena, const struct case_seen *seen, const char *file, const char *first)
{
	const char *text = first;

	if (seen->notifier && !*first)
		add(arena, &text, arena_printf(arena, "the range is watched by %s", at(arena, seen->notifier, file)));
	if (seen->longterm == LONGTERM_SET)
		add(arena, &text, "FOLL_LONGTERM is set");
	else if (seen->longterm & LONGTERM_SET)
		add(arena, &text, "FOLL_LONGTERM is set on some paths");
	else if (seen->longterm & LONGTERM_MAYBE)
		add(arena, &text, "whether FOLL_LONGTERM is set is not known here");
	if (seen->request)
		add(arena, &text, arena_printf(arena, "the pages go with one request by %s", at(arena, seen->request, file)));
	if (seen->device)
		add(arena, &text, arena_printf(arena, "the pages go to a device by %s", at(arena, seen->device, file)));
	if (seen->data)
		add(arena, &text, arena_printf(arena, "the CPU gets at the data by %s", at(arena, seen->data, file)));
	if (seen->iterator)
		add(arena, &text, "they are the pages of an iterator, which one transfer reads or writes");
	if (seen->kept)
		add(arena, &text, arena_printf(arena, "they are kept by %s when %s() has returned", seen->kept, seen->kept_in));
	return text;
}

static const char *unknown(struct arena *arena, const struct case_seen *seen, bool complete)
{
	if (seen->passed)
		return arena_printf(arena, "the pages are given to %s%s, and what that does with them is not known here",
				    seen->passed, strchr(seen->passed, ' ') ? "" : "()");
	if (seen->to_caller)
		return "the references are left to the callers, and what they do with the pages is not known here";
	return complete ? "nothing was seen that is done with the pages" :
			  "not all paths were followed, and on the others nothing is done with the pages";
}

const char *cases_judge(struct arena *arena, const struct case_seen *seen, bool complete, const char *file,
			const char **evidence)
{
	bool longterm = seen->longterm & LONGTERM_SET;

	*evidence = tell(arena, seen, file, "");
	if (seen->without_pages && !seen->with_pages) {
		*evidence = "pages is NULL: the call takes no references";
		return "unknown";
	}
	if (seen->notifier)
		return "3";
	if (seen->longterm == LONGTERM_SET)
		return "2";
	if (seen->request || (seen->iterator && !longterm))
		return "1";
	if (seen->kept || (longterm && seen->device))
		return "2";
	if (seen->device)
		return seen->longterm & LONGTERM_MAYBE ? "unknown" : "1";
	if (seen->data)
		return "5";
	if (longterm)
		return "2";
	if (complete && !seen->passed && !seen->to_caller) {
		*evidence = "only struct page is looked at, and nothing is held when the function has returned";
		return "4";
	}
	*evidence = unknown(arena, seen, complete);
	return "unknown";
}

/* A page in a variable: who puts it elsewhere is seen. An array may be filled for somebody else. */
static bool fills_variable(const struct site *site)
{
	const struct gup_term *term = site->form && site->form->pages >= 0 ?
		site->event->args[site->form->pages] : NULL;

	while (term && term->kind == TERM_CAST)
		term = term->a;
	return !term || (term->kind == TERM_ADDR && term->a->kind == TERM_VAR);
}

const char *cases_of_site(const struct engine *e, const struct site *site, const char **evidence)
{
	return cases_judge(e->kept, &site->seen, site->reached && !site->open && (site->proof || site->failed) && fills_variable(site),
			   site->event->pos.file ? site->event->pos.file : "", evidence);
}
