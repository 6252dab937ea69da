// SPDX-License-Identifier: GPL-2.0-only
/* Calls: by the API table, into a body of this translation unit, or into the unknown (lend.c). */
#include "engine.h"

#include <string.h>

const struct gup_var *engine_result_var(const struct state *s, const struct gup_event *event)
{
	return event->result >= 0 ? &s->frames[s->depth].function->vars[event->result] : NULL;
}

void engine_set_result(struct engine *e, struct state *s, const struct gup_event *event,
		       struct value value)
{
	const struct gup_var *v = engine_result_var(s, event);

	if (!v || !v->type.width)
		return;
	if (!value.bits)
		value.bits = engine_vague(e, v->type.width);
	value.bits = smt_resize(&e->smt, value.bits, v->type.width, v->type.is_signed);
	state_write(&e->arena, s, place_var(&e->places, s->frames[s->depth].id, event->result, v), value);
}

struct value engine_result(struct engine *e, struct state *s, const struct gup_event *event)
{
	const struct gup_var *v = engine_result_var(s, event);

	return engine_load(e, s, place_var(&e->places, s->frames[s->depth].id, event->result, v), v->type);
}

void engine_set_any_result(struct engine *e, struct state *s, const struct gup_event *event)
{
	const struct gup_var *v = engine_result_var(s, event);
	const struct gup_type type = v ? v->type : type_int(0, false);
	const char *name = event->callee ? event->callee : "call";
	struct value value = { NULL, NULL };

	if (!type.width)
		return;
	value.bits = smt_symbol(&e->smt, arena_printf(&e->arena, "!%s@%s", name, e->key), type.width);
	if (type.is_pointer)
		value.points = place_fresh(&e->places,
					   arena_printf(&e->arena, "%s@%s", name, e->key), false);
	/* Who never asks IS_ERR() calls nobody who would return an error pointer. */
	if (type.is_pointer && !flow_of(e->model, e->api, s->frames[s->depth].function)->asks_is_err)
		state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_LT, false, value.bits,
			smt_number(&e->smt, -4095, type.width)));
	engine_set_result(e, s, event, value);
}

/* --- what every kernel function of these names does ----------------------- */

/* A page that an acquire returned is a page: IS_ERR() of it says no. */
static void is_no_error(struct engine *e, struct state *s, struct value value)
{
	struct smt *smt = &e->smt;
	Z3_ast index;
	const struct holding *h = engine_page_of(e, s, value, &index);

	if (h && value.bits && smt_width(smt, value.bits) == 64)
		state_add_fact(&e->arena, smt, s, smt_or(smt, smt_not(smt, smt_nonzero(smt, h->count)),
			smt_compare(smt, OP_LT, false, value.bits, smt_number(smt, -4095, 64))));
}

static bool error_pointers(struct engine *e, struct state *s, const struct gup_event *event)
{
	struct smt *smt = &e->smt;
	const char *name = event->callee;
	struct value arg, result = { NULL, NULL };

	if (event->nr_args != 1)
		return false;
	/* include/linux/err.h */
	bool is_err = !strcmp(name, "IS_ERR"), or_null = !strcmp(name, "IS_ERR_OR_NULL");
	bool or_zero = !strcmp(name, "PTR_ERR_OR_ZERO");
	bool moves = !strcmp(name, "PTR_ERR") || !strcmp(name, "ERR_PTR") || !strcmp(name, "ERR_CAST");
	/* asm/io.h, asm/page.h: an address by its other number */
	moves |= !strcmp(name, "virt_to_phys") || !strcmp(name, "__virt_to_phys") || !strcmp(name, "__phys_addr");
	/* include/linux/mm.h, page-flags.h: the same reference by another name */
	bool same = !strcmp(name, "page_folio") || !strcmp(name, "compound_head") ||
		    !strcmp(name, "_compound_head") || !strcmp(name, "nth_page") ||
		    !strcmp(name, "folio_page");

	if (!is_err && !or_null && !or_zero && !moves && !same)
		return false;
	arg = engine_eval(e, s, event->args[0]);
	if (!arg.bits)
		return false;
	if (is_err || or_null)
		is_no_error(e, s, arg);
	Z3_ast wide = smt_resize(smt, arg.bits, 64, event->args[0]->type.is_signed);
	Z3_ast bad = smt_compare(smt, OP_GE, false, wide, smt_number(smt, -4095, 64));

	if (or_null)
		bad = smt_or(smt, bad, smt_not(smt, smt_nonzero(smt, wide)));
	if (or_zero)
		result.bits = smt_ite(smt, bad, wide, smt_number(smt, 0, 64));
	else if (is_err || or_null)
		result.bits = smt_truth(smt, bad, 64);
	else
		result = (struct value){ wide, same ? arg.points : NULL };
	engine_set_result(e, s, event, result);
	return true;
}

/* --- by the table ----------------------------------------------------------- */

static void allocate(struct engine *e, struct state *s, const struct gup_event *event,
		     const struct api_row *row)
{
	const char *name = arena_printf(&e->arena, "%s@%s", row->name, e->key);
	struct value value;

	value.points = row->zeroed ? place_zeroed(&e->places, name) :
				     place_fresh(&e->places, name, true);
	value.bits = smt_symbol(&e->smt, arena_printf(&e->arena, "!%s", name), 64);
	/* NULL or memory, never an error pointer. */
	state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_LT, false, value.bits,
							  smt_number(&e->smt, -4095, 64)));
	engine_set_result(e, s, event, value);
}

static void free_memory(struct engine *e, struct state *s, const struct gup_event *event,
			const struct api_params *form)
{
	struct value value = engine_eval(e, s, event->args[form->pages]);
	const struct place *object;

	if (!value.points)
		return;
	object = place_object(value.points);
	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (place_object(h->array) == object || engine_holds_array(s, h, object))
			h->freed = true;
	}
}

/* What kmap() returned: who writes there writes to the page. */
static void map_page(struct engine *e, struct state *s, struct holding *h,
		     const struct gup_event *event)
{
	const struct gup_var *v = engine_result_var(s, event);

	if (!v || !v->type.is_pointer)
		return;
	const struct value value = engine_result(e, s, event);

	if (value.points)
		h->mapped = place_object(value.points);
	h->mapped_bits = value.bits;
}

/* `sg_set_page(sg, page, ...)`: the structure as a whole stands for the one page in it. */
static void fill_slot(struct engine *e, struct state *s, const struct place *slot, struct value page)
{
	if (!slot)
		return;
	state_write(&e->arena, s, slot, page);
}

/* The pages go into a container: the field in which that sits holds them. */
static void fill_container(struct engine *e, struct state *s, struct holding *h, const struct gup_event *event,
			   const struct api_params *form)
{
	const struct gup_term *field;

	if (form->container < 0)
		return;
	field = engine_holder_of(e, s->frames[s->depth].function, event->args[form->container], true);
	if (field)
		engine_keep_field(e, h->site, field->record, field->name);
}

static void read_slot(struct engine *e, struct state *s, const struct gup_event *event,
		      const struct api_params *form)
{
	const struct gup_type type = { .width = 64, .is_pointer = true, .page_depth = 1 };
	struct value slot = engine_eval(e, s, event->args[form->slot]);

	if (slot.points)
		engine_set_result(e, s, event, engine_load(e, s, slot.points, type));
}

static void with_page(struct engine *e, struct state *s, const struct gup_event *event,
		      const struct api_row *row, const struct api_params *form)
{
	struct value value = engine_eval(e, s, event->args[form->pages]);
	Z3_ast index = NULL, count = NULL;
	struct holding *h = engine_page_of(e, s, value, &index);

	s->took_more |= row->role == ROLE_REF;
	/* By number: soft_offline_page(page_to_pfn(page), ...). */
	if (!h && !value.points)
		h = engine_number_of(e, s, value);
	if (!h && value.points) {
		const struct place *array = place_array(&e->places, value.points, &index);

		for (int i = 0; i < s->nr_holdings; i++)
			if (s->holdings[i].array == array)
				h = &s->holdings[i];
		if (form->count >= 0)
			count = engine_count(e, s, event->args[form->count]);
		else
			index = NULL;
	}
	if (!h)
		return;
	engine_use(e, s, h, index, count, event);
	h->data_used |= row->data;
	if (row->writes) {
		h->written = true;
		engine_step(e, s, STEP_CALL, &event->pos, row->name);
	}
	if (row->data)
		map_page(e, s, h, event);
	if (row->role == ROLE_REF)
		h->extra_ref = true;
	if (row->role == ROLE_DIRTY)
		h->dirtied = h->marked = true;
	if (row->role != ROLE_TRANSFER)
		return;
	Z3_ast taken = Z3_mk_true(e->smt.z3);

	if (form->slot >= 0)
		fill_slot(e, s, engine_eval(e, s, event->args[form->slot]).points, value);
	fill_container(e, s, h, event, form);
	if (row->returns == RETURNS_ERRNO && event->result >= 0)
		taken = smt_not(&e->smt, smt_nonzero(&e->smt, engine_result(e, s, event).bits));
	h->kept_when = h->kept_when ? smt_or(&e->smt, h->kept_when, taken) : taken;
	h->kept_durably = true;
	h->kept_in = arena_printf(e->kept, "%s()", row->name);
}

/* list_add(&thing->list, head): whoever knows the list knows the thing. */
static void link_object(struct engine *e, struct state *s, const struct gup_event *event, bool linked)
{
	static const char text[] = "on a list";
	struct value what = engine_eval(e, s, event->args[0]);
	struct value head = { NULL, NULL };

	if (!what.points)
		return;
	if (!linked) {
		state_detach(s, place_object(what.points), text);
		return;
	}
	if (event->nr_args > 1)
		head = engine_eval(e, s, event->args[1]);
	state_attach(&e->arena, s, place_object(what.points),
		     head.points ? place_object(head.points) : NULL, text);
}

static bool by_table(struct engine *e, struct state *s, const struct gup_event *event)
{
	const struct api_row *row = api_find(e->api, event->callee);
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;

	if (row && row->iter != ITER_NONE && form && form->iter >= 0)
		return engine_iterator(e, s, event, row, form);
	if (!row || row->role == ROLE_STORE || row->role == ROLE_FETCH || row->role == ROLE_LOOK)
		return false;
	if (row->role == ROLE_ACQUIRE) {
		engine_acquire(e, s, event, row);
		return true;
	}
	if (row->role == ROLE_ALLOC) {
		allocate(e, s, event, row);
		return true;
	}
	if (row->role == ROLE_WRITE) {
		/* It does to its arguments what any other callee does. */
		if (form && form->pages >= 0)
			engine_wrote(e, s, event, engine_eval(e, s, event->args[form->pages]).points);
		return false;
	}
	engine_set_any_result(e, s, event);
	if (event->nr_args && (row->role == ROLE_LINK || row->role == ROLE_UNLINK))
		link_object(e, s, event, row->role == ROLE_LINK);
	else if (row->role == ROLE_RELEASE)
		engine_release(e, s, event, row);
	else if (form && form->slot >= 0 && row->role == ROLE_SLOT)
		read_slot(e, s, event, form);
	else if (form && form->pages >= 0 && row->role == ROLE_FREE)
		free_memory(e, s, event, form);
	else if (form && form->pages >= 0)
		with_page(e, s, event, row, form);
	return true;
}

/* --- into a body ------------------------------------------------------------ */

static bool runs_already(const struct state *s, const struct gup_function *function)
{
	for (int i = 0; i <= s->depth; i++)
		if (s->frames[i].function == function)
			return true;
	return false;
}

static bool enter(struct engine *e, struct state *s, const struct gup_event *event)
{
	struct gup_function *callee = model_find(e->model, event->callee);
	struct frame *caller = &s->frames[s->depth];

	if (!callee || callee->incomplete || callee->variadic || s->depth + 1 >= MAX_FRAMES ||
	    callee->nr_params != event->nr_args || runs_already(s, callee))
		return false;
	struct frame frame = { .function = callee, .block = callee->entry, .event = -1,
			       .result_var = event->result };
	struct value args[16];
	const struct flow *flow = flow_of(e->model, e->api, callee);

	/*
	 * Nothing is held and it takes nothing: of interest is only what it releases when
	 * nothing was taken, and that not where the path still comes to an acquire.
	 */
	if (event->nr_args > 16 ||
	    (!s->nr_holdings && !flow->blocks[callee->entry].leads_to_acquire &&
	     !(flow->makes_iterator && engine_acquires_ahead(s)) &&
	     (!flow->blocks[callee->entry].leads_to_release || engine_acquires_ahead(s))))
		return false;
	frame.path = arena_printf(&e->arena, "%s>%s@%d.%d#%d", caller->path, callee->name,
				  caller->block, caller->event, state_visits(s, caller->block));
	frame.id = engine_frame(e, frame.path);
	for (int i = 0; i < event->nr_args; i++)
		args[i] = engine_eval(e, s, event->args[i]);
	state_drop_frame(s, frame.id);
	for (int i = 0; i < event->nr_args; i++)
		if (args[i].bits && callee->vars[i].type.width) {
			args[i].bits = smt_resize(&e->smt, args[i].bits, callee->vars[i].type.width,
						  event->args[i]->type.is_signed);
			state_write(&e->arena, s, place_var(&e->places, frame.id, i, &callee->vars[i]),
				    args[i]);
		}
	engine_step(e, s, STEP_CALL, &event->pos, event->callee);
	s->returned = (struct value){ NULL, NULL };
	s->frames[++s->depth] = frame;
	return true;
}

bool engine_call(struct engine *e, struct state *s, const struct gup_event *event)
{
	if (event->noreturn)
		return false;
	if (!event->callee) {
		engine_call_unknown(e, s, event);
		return true;
	}
	if (by_table(e, s, event) || error_pointers(e, s, event) || enter(e, s, event))
		return true;
	engine_call_unknown(e, s, event);
	return true;
}
