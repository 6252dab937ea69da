// SPDX-License-Identifier: GPL-2.0-only
/* Uses, stores and escapes: where held pages go without being released. */
#include "engine.h"

#include <string.h>

/* A slot may be filled more than once: is the symbol what was in it after this call? */
static bool is_of_call(struct engine *e, const struct holding *h, int place, unsigned symbol)
{
	const char *name = h->stamp ? arena_printf(&e->arena, SMT_MEMORY "%d@%s/64", place, h->stamp) : NULL;

	return name && Z3_get_ast_id(e->smt.z3, smt_symbol(&e->smt, name, 64)) == symbol;
}

/* A number that was made from the address of a held page: its frame number, say. */
struct holding *engine_number_of(struct engine *e, struct state *s, struct value value)
{
	struct smt_symbols symbols;

	if (!value.bits)
		return NULL;
	symbols = *smt_symbols(&e->smt, value.bits);
	for (int n = 0; symbols.reloadable && n < symbols.count; n++) {
		int id = smt_memory(&e->smt, symbols.ids[n]);
		Z3_ast index;

		if (id <= 0 || id > e->places.count)
			continue;
		const struct place *array = place_array(&e->places, e->places.by_id[id], &index);

		for (int i = s->nr_holdings - 1; i >= 0; i--)
			if (s->holdings[i].array == array && is_of_call(e, &s->holdings[i], id, symbols.ids[n]))
				return &s->holdings[i];
		for (int i = s->nr_holdings - 1; i >= 0; i--)
			if (s->holdings[i].array == array)
				return &s->holdings[i];
	}
	return NULL;
}

void engine_use(struct engine *e, struct state *s, struct holding *h, Z3_ast index, Z3_ast count,
		const struct gup_event *event)
{
	h->used = true;
	cases_use(e, h, event);
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->use)
			gup_rules[i]->use(e, s, h, gup_rules[i], index, count, event);
}

void engine_wrote(struct engine *e, struct state *s, const struct gup_event *event,
		  const struct place *place)
{
	for (int i = 0; place && i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (!h->mapped || h->mapped != place_object(place))
			continue;
		h->written = true;
		if (event && event->kind == EVENT_CALL)
			engine_step(e, s, STEP_CALL, &event->pos, event->callee);
	}
}

static bool outer_within(const struct state *s, const struct place *object, int depth)
{
	if (!object || object->kind == PLACE_GLOBAL || object->kind == PLACE_FUNCTION)
		return true;
	if (object->kind == PLACE_TARGET || (object->kind == PLACE_FRESH && !object->is_private))
		return true;
	for (int i = 0; i < s->nr_attachments && depth < 8; i++)
		if (s->attachments[i].inner == object &&
		    outer_within(s, s->attachments[i].outer, depth + 1))
			return true;
	return false;
}

/* May memory be reached by others when this function is done? */
bool engine_is_outer(const struct state *s, const struct place *object)
{
	return outer_within(s, object, 0);
}

static Z3_ast flag_bit(struct engine *e, Z3_ast flags, const char *name)
{
	return smt_flag(&e->smt, flags, model_flag(e->model, name));
}

/* How FOLL_LONGTERM stands on this path. */
static unsigned longterm_of(struct engine *e, struct state *s, Z3_ast flags)
{
	Z3_ast set;

	if (!flags || !model_flag(e->model, "FOLL_LONGTERM"))
		return LONGTERM_CLEAR;
	set = flag_bit(e, flags, "FOLL_LONGTERM");
	if (!engine_possible(e, s, set))
		return LONGTERM_CLEAR;
	return engine_certain(e, s, set) ? LONGTERM_SET : LONGTERM_MAYBE;
}

bool engine_callers_decide(const struct engine *e, const struct site *site, int argument)
{
	return site->function == e->root && site->function->is_static && argument >= 0 &&
	       flow_reads_any(site->event->args[argument], 0, site->function->nr_params);
}

void engine_note_flags(struct engine *e, struct state *s, struct site *site, Z3_ast flags, bool is_null)
{
	cases_acquire(e, s, site, longterm_of(e, s, flags), is_null);
	if (!flags || !model_flag(e->model, "FOLL_WRITE") || engine_callers_decide(e, site, site->form->flags))
		return;
	Z3_ast set = flag_bit(e, flags, "FOLL_WRITE");

	if (!site->writes_unforced)
		site->writes_unforced = engine_possible(e, s,
			smt_and(&e->smt, set, smt_not(&e->smt, flag_bit(e, flags, "FOLL_FORCE"))));
	if (site->for_write && site->for_read)
		return;

	site->for_write |= engine_possible(e, s, set);
	site->for_read |= engine_possible(e, s, smt_not(&e->smt, set));
}

void engine_keep_field(struct engine *e, struct site *site, const char *record, const char *field)
{
	for (int i = 0; i < e->nr_fields; i++)
		if (e->fields[i].kind == site->row->kind && !strcmp(e->fields[i].field, field) &&
		    !strcmp(e->fields[i].record, record))
			return;
	if (e->nr_fields == e->cap_fields) {
		int cap = e->cap_fields ? e->cap_fields * 2 : 8;
		struct kept_field *list = arena_alloc(e->kept, (size_t)cap * sizeof(*list));

		if (e->nr_fields)
			memcpy(list, e->fields, (size_t)e->nr_fields * sizeof(*list));
		e->fields = list;
		e->cap_fields = cap;
	}
	e->fields[e->nr_fields++] = (struct kept_field){ record, field, site->row->kind, site };
}

/* `thing->pages = pages`, where pages was filled by an acquire. */
static void keep_array(struct engine *e, struct state *s, const struct place *place,
		       struct value value)
{
	for (int i = 0; place->kind == PLACE_FIELD && i < s->nr_holdings; i++)
		if (s->holdings[i].array == value.points)
			engine_keep_field(e, s->holdings[i].site, place->record, place->name);
}

/* `thing->pages = pages` came before the acquire that fills them. */
void engine_keep_array(struct engine *e, const struct state *s, const struct holding *h)
{
	for (int i = 0; i < s->nr_entries; i++)
		if (s->entries[i].place->kind == PLACE_FIELD && s->entries[i].value.points == h->array)
			engine_keep_field(e, h->site, s->entries[i].place->record, s->entries[i].place->name);
}

/* `thing->page = page`, `thing->pages[i] = page`: the pages sit in a field from now on. */
static void keep_page(struct engine *e, const struct holding *h, const struct place *place)
{
	const struct place *field = engine_holder_place(e, place);

	if (field)
		engine_keep_field(e, h->site, field->record, field->name);
}

static void note_count(struct holding *h, const struct place *place, struct value value,
		       const struct gup_event *event)
{
	h->count_stored = true;
	if (place->kind != PLACE_FIELD || !event || event->kind != EVENT_ASSIGN)
		return;
	h->count_field = place;
	h->count_value = value.bits;
	h->count_event = event;
}

/* virt_to_page() of that address finds the page again; so does who undoes __pa(). */
struct holding *engine_mapped_of(struct engine *e, struct state *s, struct value value)
{
	const struct place *object = value.points ? place_object(value.points) : NULL;

	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (object ? h->mapped == object :
			     h->mapped_bits && value.bits && smt_width(&e->smt, value.bits) == 64 &&
			     smt_share(&e->smt, h->mapped_bits, value.bits))
			return h;
	}
	return NULL;
}

/* `*result = page`: the caller gets it. */
static bool is_result_parameter(const struct state *s, const struct place *place)
{
	return place->kind == PLACE_TARGET && place->parent->kind == PLACE_VAR && place->parent->is_param &&
	       place->parent->frame == s->frames[0].id;
}

/* `pages[i] = NULL`: a page that was there is not to be found there any more. */
static void note_emptied(struct engine *e, struct state *s, const struct gup_event *event,
			 const struct place *place, struct value value)
{
	int64_t number;
	Z3_ast index;

	if (!event || event->kind != EVENT_ASSIGN || event->lhs->type.page_depth != 1 || !value.bits ||
	    !smt_constant(&e->smt, value.bits, &number) || number)
		return;
	const struct place *array = place_array(&e->places, place, &index);

	for (int i = 0; i < s->nr_holdings; i++)
		s->holdings[i].emptied += s->holdings[i].array == array;
}

void engine_store(struct engine *e, struct state *s, const struct gup_event *event,
		  const struct place *place, struct value value)
{
	const struct place *owner = place_object(place);
	bool plain = place->kind == PLACE_VAR;
	Z3_ast index;
	struct holding *h;

	engine_wrote(e, s, event, place);
	note_emptied(e, s, event, place, value);
	for (int i = 0; value.bits && i < s->nr_holdings; i++) {
		h = &s->holdings[i];
		if (h->count_field == place)
			h->count_field = NULL;
		if (!smt_share(&e->smt, h->result, value.bits))
			continue;
		if (!plain && engine_is_outer(s, owner))
			note_count(h, place, value, event);
		for (int r = 0; gup_rules[r]; r++)
			if (gup_rules[r]->store)
				gup_rules[r]->store(e, s, h, gup_rules[r], place, value, event);
	}
	if (plain)
		return;
	h = value.points ? engine_page_of(e, s, value, &index) : engine_number_of(e, s, value);
	if (!h)
		h = engine_mapped_of(e, s, value);
	const char *text = event && event->lhs ? event->text : "";

	if (h && engine_is_outer(s, owner)) {
		h->kept_when = Z3_mk_true(e->smt.z3);
		h->kept_in = place_text(e->kept, place);
		h->kept_durably = true;
		h->kept_object = owner;
		h->given_back |= is_result_parameter(s, place);
	}
	if (!value.points)
		return;
	keep_array(e, s, place, value);
	if (h && h->mapped != place_object(value.points))
		keep_page(e, h, place);
	state_attach(&e->arena, s, place_object(value.points),
		     owner->kind == PLACE_GLOBAL ? NULL : owner, text);
}
