// SPDX-License-Identifier: GPL-2.0-only
/* Holdings: what acquires make, what releases and escapes do to them. */
#include "engine.h"

#include <string.h>

/* A slot may be filled more than once: was the page loaded after this call, and before the next? */
static bool is_of_call(const struct holding *h, struct value value)
{
	const struct place *object = place_object(value.points);

	return h->stamp && object->stamp && !strcmp(h->stamp, object->stamp);
}

struct holding *engine_page_of(struct engine *e, struct state *s, struct value value,
			       Z3_ast *index)
{
	const struct place *object;

	if (!value.points || !s->nr_holdings)
		return NULL;
	/* A page inside its folio, the n-th page behind a page: the same reference. */
	object = place_object(value.points);
	if (object->kind != PLACE_TARGET)
		return NULL;
	const struct place *array = place_array(&e->places, object->parent, index);
	struct holding *found = NULL, *exact = NULL;

	for (int i = s->nr_holdings - 1; i >= 0; i--) {
		struct holding *h = &s->holdings[i];

		if (h->array != array)
			continue;
		if (h->base == *index && is_of_call(h, value))
			return h;
		if (h->base == *index && !exact)
			exact = h;
		if (!found)
			found = h;
	}
	return exact ? exact : found;
}

/* --- acquire ------------------------------------------------------------- */

/* What mm/gup.c promises about the result, and how many references follow from it. */
static void protocol(struct engine *e, struct state *s, struct holding *h,
		     const struct gup_event *event)
{
	enum api_returns returns = h->site->row->returns;
	struct smt *smt = &e->smt;
	Z3_ast zero = smt_number(smt, 0, 64);
	Z3_ast positive = smt_compare(smt, OP_GT, true, h->result, zero);
	Z3_ast low = smt_number(smt, returns == RETURNS_COUNT || returns == RETURNS_BYTES ? -4095 : 0,
				64);

	state_add_fact(&e->arena, smt, s, smt_compare(smt, OP_GE, true, h->result, low));
	if (returns == RETURNS_BYTES) {
		const struct api_params *form = h->site->form;
		Z3_ast pages = engine_pages_covered(e, s, event, form, h->result);
		Z3_ast room = form->max_pages >= 0 ? engine_count(e, s, event->args[form->max_pages]) : NULL;
		int64_t most;

		if (room && smt_constant(smt, room, &most) && most == 1)
			pages = smt_number(smt, 1, 64);
		h->vague_count = true;
		h->room = room;
		/* At least one page: the lowest bit is as good as any. */
		if (!pages)
			pages = smt_binary(smt, OP_OR, false, engine_vague(e, 64),
					   smt_number(smt, 1, 64));
		if (room)
			state_add_fact(&e->arena, smt, s, smt_or(smt, smt_not(smt, positive),
				smt_compare(smt, OP_LE, false, pages, room)));
		if (h->kind == KIND_PIN_IF_USER)
			positive = smt_and(smt, positive, engine_will_pin(e, s, event->args[0]));
		h->count = smt_ite(smt, positive, pages, zero);
		state_add_fact(&e->arena, smt, s, smt_or(smt, smt_not(smt, positive),
			smt_compare(smt, OP_LE, true, h->result, h->asked)));
		return;
	}
	Z3_ast fits = smt_compare(smt, OP_LE, true, h->result, h->asked);

	/* Nothing asked for, nothing taken; asked is what the caller passed, whatever its sign. */
	state_add_fact(&e->arena, smt, s, smt_or(smt, smt_not(smt, positive), fits));
	h->count = smt_ite(smt, positive, h->result, zero);
}

/* `struct page ***pages`: the call allocates the array and stores its address. */
static const struct place *allocated_array(struct engine *e, struct state *s, struct value out,
					   const struct api_row *row)
{
	const struct place *slot = engine_points(e, out);
	const char *stamp;
	const struct entry *entry = state_find(s, slot, &stamp);
	int64_t number;

	/* iov_iter_extract_pages() uses an array that is already there; the others always make one. */
	if (row->kind == KIND_PIN_IF_USER && entry && entry->value.points &&
	    !(entry->value.bits && smt_constant(&e->smt, entry->value.bits, &number)))
		return entry->value.points;
	const struct place *array = place_fresh(&e->places,
		arena_printf(&e->arena, "%s@%s", row->name, e->key), true);

	state_write(&e->arena, s, slot, (struct value){ array->address, array });
	if (slot->kind != PLACE_VAR)
		state_attach(&e->arena, s, array, place_object(slot), "");
	return array;
}

static void acquire_step(struct engine *e, struct state *s, const struct gup_event *event,
			 const struct holding *h)
{
	const struct api_params *form = h->site->form;

	engine_step(e, s, STEP_ACQUIRE, &event->pos, h->site->row->name);
	((struct step *)s->trace)->site = h->site;
	if (form->count >= 0)
		engine_step_value(s, event->arg_text[form->count], h->asked, true);
	engine_step_value(s, "returned", h->result, true);
}

static void acquire_page(struct engine *e, struct state *s, const struct gup_event *event,
			 struct site *site)
{
	const struct place *slot = place_fresh(&e->places,
		arena_printf(&e->arena, "%s@%s", site->row->name, e->key), true);
	const struct place *page = place_target(&e->places, slot, "");
	Z3_ast bits = smt_symbol(&e->smt, arena_printf(&e->arena, "!%s@%s", site->row->name, e->key),
				 64);
	Z3_ast good = smt_nonzero(&e->smt, bits);
	struct holding *h = state_add_holding(&e->arena, s);

	if (site->row->returns == RETURNS_PAGE_OR_ERRPTR)
		good = smt_compare(&e->smt, OP_LT, false, bits, smt_number(&e->smt, -4095, 64));
	if (site->row->returns == RETURNS_PAGE_OR_ERRPTR)
		state_add_fact(&e->arena, &e->smt, s, smt_nonzero(&e->smt, bits));
	h->site = site;
	h->path = s->frames[s->depth].path;
	h->kind = site->row->kind;
	h->array = slot;
	h->base = smt_number(&e->smt, 0, 64);
	h->asked = smt_number(&e->smt, 1, 64);
	h->count = h->held = h->result = smt_truth(&e->smt, good, 64);
	h->page_result = true;
	engine_step(e, s, STEP_ACQUIRE, &event->pos, site->row->name);
	((struct step *)s->trace)->site = site;
	engine_set_result(e, s, event, (struct value){ bits, page });
}

static void tell_acquire(struct engine *e, struct state *s, struct site *site, Z3_ast flags,
			 struct value pages)
{
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->acquire)
			gup_rules[i]->acquire(e, s, site, gup_rules[i], flags, pages);
}

static struct holding *new_holding(struct engine *e, struct state *s, struct site *site,
				   const struct gup_event *event, struct value pages)
{
	const struct place *array = engine_points(e, pages);

	if (event->args[site->form->pages]->type.page_depth > 2)
		array = allocated_array(e, s, pages, site->row);
	const char *stamp = arena_strdup(&e->arena, e->key);

	state_forget(&e->arena, s, array, stamp);
	struct holding *h = state_add_holding(&e->arena, s);

	h->stamp = stamp;
	h->site = site;
	h->path = s->frames[s->depth].path;
	h->kind = site->row->kind;
	h->array = place_array(&e->places, array, &h->base);
	return h;
}

/*
 * `page = NULL` before a call for &page: when the call returns nothing, the
 * variable still holds what it held, and `if (page)` says what was returned.
 */
static void keep_old_page(struct engine *e, struct state *s, const struct holding *h,
			  struct value old)
{
	struct gup_type type = { .width = 64, .is_pointer = true, .page_depth = 1 };
	struct value page;

	if (!old.bits || h->array->kind != PLACE_VAR || smt_width(&e->smt, old.bits) != 64)
		return;
	page = engine_load(e, s, h->array, type);
	page.bits = smt_ite(&e->smt, smt_nonzero(&e->smt, h->count), page.bits, old.bits);
	state_write(&e->arena, s, h->array, page);
}

static struct value old_page(const struct state *s, struct value pages)
{
	const struct entry *entry;
	const char *stamp;

	if (!pages.points)
		return (struct value){ NULL, NULL };
	entry = state_find(s, pages.points, &stamp);
	return entry ? entry->value : (struct value){ NULL, NULL };
}

static bool is_null(struct engine *e, struct value pages)
{
	int64_t number;

	return pages.bits && smt_constant(&e->smt, pages.bits, &number) && !number;
}

void engine_acquire(struct engine *e, struct state *s, const struct gup_event *event,
		    const struct api_row *row)
{
	struct site *site = engine_site(e, event);
	const struct api_params *form = site ? site->form : NULL;
	const struct gup_var *v = engine_result_var(s, event);
	unsigned width = v ? v->type.width : 32;

	if (!site)
		return;
	site->reached = true;
	site->reached_above |= e->root != site->function;
	s->nr_dropped = 0;
	if (!form || row->returns == RETURNS_VOID || row->returns == RETURNS_ERRNO) {
		engine_site_open(e, site, form ? "this function's references are not modelled" :
				 "called with a number of arguments that no known kernel has");
		engine_set_result(e, s, event, (struct value){ engine_vague(e, width ? width : 32), NULL });
		return;
	}
	struct value flags = { NULL, NULL }, pages = { NULL, NULL };

	if (form->flags >= 0)
		flags = engine_eval(e, s, event->args[form->flags]);
	if (form->pages >= 0)
		pages = engine_eval(e, s, event->args[form->pages]);
	/* `int locked`: the call says there whether it dropped mmap_lock. */
	if (form->locked >= 0) {
		struct value locked = engine_eval(e, s, event->args[form->locked]);

		if (locked.points)
			state_forget(&e->arena, s, locked.points, arena_strdup(&e->arena, e->key));
	}
	tell_acquire(e, s, site, flags.bits, pages);
	engine_note_flags(e, s, site, flags.bits, form->pages >= 0 && is_null(e, pages));
	if (row->returns == RETURNS_PAGE_OR_ERRPTR || row->returns == RETURNS_PAGE_OR_NULL) {
		acquire_page(e, s, event, site);
		return;
	}
	Z3_ast result = smt_symbol(&e->smt, arena_printf(&e->arena, "!%s@%s", row->name, e->key),
				   width ? width : 32);

	engine_set_result(e, s, event, (struct value){ result, NULL });
	if (!pages.bits || is_null(e, pages)) {
		if (!site->proof)
			site->proof = "takes no reference: pages is NULL";
		return;
	}
	struct value old = old_page(s, pages);
	const struct gup_term *field = engine_field_of(event->args[form->pages]);
	struct holding *h = new_holding(e, s, site, event, pages);
	const struct place *holder = engine_holder_place(e, h->array);
	int64_t none;

	if (field)
		engine_keep_field(e, site, field->record, field->name);
	else if (holder)		/* which only the caller names */
		engine_keep_field(e, site, holder->record, holder->name);
	engine_keep_array(e, s, h);
	h->result = smt_resize(&e->smt, result, 64, row->returns != RETURNS_BOOL);
	h->flags = flags.bits;
	h->asked = form->count >= 0 ? engine_count(e, s, event->args[form->count]) :
				      smt_number(&e->smt, row->returns == RETURNS_BYTES ? INT64_MAX : 1, 64);
	/* As many bytes as there are: ~0UL is no negative number. */
	if (row->returns == RETURNS_BYTES)
		h->asked = smt_min_unsigned(&e->smt, h->asked, smt_number(&e->smt, INT64_MAX, 64));
	/* Nor does one call move more than that: MAX_RW_COUNT of include/linux/fs.h. */
	state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_LE, true, h->result,
							  smt_number(&e->smt, INT32_MAX, 64)));
	if (row->returns == RETURNS_BOOL)
		state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_LE, false, h->result,
								  smt_number(&e->smt, 1, 64)));
	/*
	 * Nobody asks for no page at all, or for more than 2 TB at once: such numbers only
	 * confuse. What two turns of a loop took then fits an int, as release_pages() has it.
	 */
	state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_GE, true, h->asked,
							  smt_number(&e->smt, 1, 64)));
	if (row->returns != RETURNS_BYTES)
		state_add_fact(&e->arena, &e->smt, s, smt_compare(&e->smt, OP_LE, true, h->asked,
						smt_number(&e->smt, INT32_MAX / 4 + 1, 64)));
	protocol(e, s, h, event);
	h->held = h->count;
	if (row->kind == KIND_PIN_IF_USER && smt_constant(&e->smt, h->count, &none) && !none) {
		if (!site->proof)
			site->proof = "takes no reference: the iterator is of kernel memory";
		s->nr_holdings--;
		return;
	}
	keep_old_page(e, s, h, old);
	acquire_step(e, s, event, h);
}

/* --- release ------------------------------------------------------------- */

/* How many of [base, base + asked) lie in the holding's range; all unsigned. */
static Z3_ast overlap(struct engine *e, const struct release_info *info, const struct holding *h)
{
	struct smt *smt = &e->smt;
	Z3_ast zero = smt_number(smt, 0, 64);

	if (info->base == h->base)
		return smt_min_unsigned(smt, info->asked, h->count);
	Z3_ast ahead = smt_binary(smt, OP_SUB, true, h->base, info->base);
	Z3_ast behind = smt_binary(smt, OP_SUB, true, info->base, h->base);
	Z3_ast starts_before = smt_compare(smt, OP_GE, true, ahead, zero);
	Z3_ast left = smt_ite(smt, smt_compare(smt, OP_GT, false, info->asked, ahead),
			      smt_binary(smt, OP_SUB, false, info->asked, ahead), zero);
	Z3_ast rest = smt_ite(smt, smt_compare(smt, OP_GT, false, h->count, behind),
			      smt_binary(smt, OP_SUB, false, h->count, behind), zero);

	return smt_ite(smt, starts_before, smt_min_unsigned(smt, left, h->count),
		       smt_min_unsigned(smt, info->asked, rest));
}

static bool marks_dirty(struct engine *e, struct state *s, const struct release_info *info)
{
	const struct api_params *form = api_form(info->row, info->event->nr_args);
	struct value flag;

	if (info->row->always_dirties || !form || form->make_dirty < 0)
		return info->row->always_dirties;
	flag = engine_eval(e, s, info->event->args[form->make_dirty]);
	return !flag.bits || engine_possible(e, s, smt_nonzero(&e->smt, flag.bits));
}

/*
 * Does a helper that took the pages still run? How that ends is seen when it is run by itself; who calls
 * it may make light of its errors.
 */
static bool runs_acquirer(const struct state *s, const struct holding *h)
{
	const char *path = s->frames[s->depth].path;
	size_t length = strlen(h->path);

	return strchr(h->path, '>') && !strncmp(path, h->path, length) && (!path[length] || path[length] == '>');
}

static void release_one_holding(struct engine *e, struct state *s, struct holding *h,
				struct release_info *info)
{
	struct smt *smt = &e->smt;

	info->overlap = overlap(e, info, h);
	info->released = smt_min_unsigned(smt, info->overlap, h->held);
	info->exact &= !h->vague_count;
	h->dirtied |= marks_dirty(e, s, info);
	if (!h->dirtied && !runs_acquirer(s, h) && engine_possible(e, s, smt_nonzero(smt, info->released)))
		h->clean_release = info->event;
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->release)
			gup_rules[i]->release(e, s, h, gup_rules[i], info);
	if (h->extra_ref && info->row->kind == KIND_GET)
		info->exact = false;
	h->inexact |= !info->exact || info->row->unit == UNIT_RANGE ||
		      info->row->unit == UNIT_FOLIO_REFS;
	h->held = smt_binary(smt, OP_SUB, false, h->held, info->released);
	h->released = true;
	/* All gone: said once, so that no later question has to find it out again. */
	if (engine_settled(e, s, smt_not(smt, smt_nonzero(smt, h->held))))
		h->held = smt_number(smt, 0, 64);
}

/* Were the very same pages released before on this path, whoever took them? */
static void note_dropped(struct engine *e, struct state *s, struct holding *h,
			 const struct release_info *info, const struct place *pages)
{
	struct dropped dropped = { info->row->kind, pages, info->base, info->asked,
				   info->only ? info->only->stamp : NULL, s->frames[s->depth].path };
	const struct dropped *before = state_drop_pages(&e->arena, s, dropped);

	for (int i = 0; before && gup_rules[i]; i++)
		if (gup_rules[i]->again)
			gup_rules[i]->again(e, s, h, gup_rules[i], info, before);
}

static struct holding *holding_of(const struct state *s, const struct place *array)
{
	for (int i = s->nr_holdings - 1; i >= 0; i--)
		if (s->holdings[i].array == array)
			return &s->holdings[i];
	return NULL;
}

void engine_release_range(struct engine *e, struct state *s, struct release_info *info)
{
	struct smt *smt = &e->smt;
	Z3_ast released = smt_number(smt, 0, 64), covered = released;
	struct holding *last = NULL;

	if (smt_symbols(smt, info->base)->vague || smt_symbols(smt, info->asked)->vague)
		info->exact = false;
	note_dropped(e, s, holding_of(s, info->array), info, info->array);
	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (h->array != info->array || (info->only && info->only != h))
			continue;
		release_one_holding(e, s, h, info);
		released = smt_binary(smt, OP_ADD, false, released, info->released);
		covered = smt_binary(smt, OP_ADD, false, covered, info->overlap);
		last = h;
	}
	if (!last) {
		engine_release_unheld(e, s, info);
		return;
	}
	info->released = released;
	info->overlap = covered;
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->released)
			gup_rules[i]->released(e, s, last, gup_rules[i], info);
}

/*
 * A page that came from a scatterlist, a page frame number or a list: it may
 * be any of those that are held. Nothing can be proven about them any more.
 */
static void release_unmatched(struct engine *e, struct state *s, const struct api_row *row)
{
	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (h->kind != row->kind && h->kind != KIND_BY_FLAGS)
			continue;
		/* What others have by now is theirs to release; what is gone is not meant. */
		Z3_ast ours = smt_nonzero(&e->smt, h->held);

		if (h->kept_when)
			ours = smt_and(&e->smt, ours, smt_not(&e->smt, h->kept_when));
		if (engine_certain(e, s, smt_not(&e->smt, ours)))
			continue;
		h->kept_when = Z3_mk_true(e->smt.z3);
		h->kept_in = "releases of pages that come from elsewhere";
		h->unmatched = true;
	}
}

void engine_release(struct engine *e, struct state *s, const struct gup_event *event,
		    const struct api_row *row)
{
	const struct api_params *form = api_form(row, event->nr_args);
	struct release_info info = { .row = row, .event = event, .exact = true };

	if (!form || form->pages < 0 || row->unit == UNIT_LIST)
		return;
	struct value pages = engine_eval(e, s, event->args[form->pages]);

	bool array = row->unit == UNIT_ARRAY || row->unit == UNIT_FOLIO_ARRAY;

	/* unpin_user_pages(&page, 1): the variable is no array, the page is what it holds. */
	if (array && pages.points && pages.points->kind == PLACE_VAR &&
	    !holding_of(s, pages.points)) {
		struct gup_type type = { .width = 64, .is_pointer = true, .page_depth = 1 };

		pages = engine_load(e, s, pages.points, type);
		array = false;
	}
	info.asked = form->count >= 0 ? engine_count(e, s, event->args[form->count]) :
					smt_number(&e->smt, 1, 64);
	if (array) {
		info.array = place_array(&e->places, engine_points(e, pages), &info.base);
	} else {
		struct holding *h = engine_page_of(e, s, pages, &info.base);

		if (!h) {
			if (!s->nr_holdings)
				engine_step(e, s, STEP_RELEASE, &event->pos, event->text);
			if (pages.points)
				note_dropped(e, s, NULL, &info, pages.points);
			release_unmatched(e, s, row);
			return;
		}
		info.array = h->array;
		info.only = h->base == info.base && is_of_call(h, pages) ? h : NULL;
	}
	/* Nobody releases pages from an array that is not there. */
	if (array && pages.bits)
		state_add_fact(&e->arena, &e->smt, s, smt_or(&e->smt, smt_nonzero(&e->smt, pages.bits),
			smt_not(&e->smt, smt_nonzero(&e->smt, info.asked))));
	engine_step(e, s, STEP_RELEASE, &event->pos, event->text);
	if (form->count >= 0)
		engine_step_value(s, event->arg_text[form->count], info.asked, true);
	engine_release_range(e, s, &info);
}
