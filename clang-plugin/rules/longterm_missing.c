// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins that stay when the function has returned, without FOLL_LONGTERM:
 * Documentation/core-api/pin_user_pages.rst, CASE 2. How long they stay is for
 * a reader to judge: one I/O is fine, as long as user space likes is not.
 */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

/* How many callers up a structure is followed to where it lives. */
#define MAX_CALLERS 4

static bool on_stack(const struct engine *e, const struct gup_function *function, int param, int depth);

/* Is what the argument points to a variable of a function: gone when that returns? */
static bool argument_on_stack(const struct engine *e, const struct gup_function *caller,
			      const struct gup_term *term, int depth)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	if (term->kind == TERM_ADDR) {
		for (term = term->a; term->kind == TERM_FIELD;)
			term = term->a;
		return term->kind == TERM_VAR && caller->vars[term->var].kind == VAR_LOCAL;
	}
	return term->kind == TERM_VAR && caller->vars[term->var].kind == VAR_PARAM &&
	       on_stack(e, caller, term->var, depth + 1);
}

/* Does every caller of the static function pass the address of a variable there? */
static bool on_stack(const struct engine *e, const struct gup_function *function, int param, int depth)
{
	bool any = false;

	if (!function->is_static || depth > MAX_CALLERS)
		return false;
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *caller = e->model->functions[f];

		for (int b = 0; b < caller->nr_blocks; b++)
			for (int i = 0; i < caller->blocks[b].nr_events; i++) {
				const struct gup_event *event = &caller->blocks[b].events[i];

				if (event->kind != EVENT_CALL || !event->callee || param >= event->nr_args ||
				    strcmp(event->callee, function->name))
					continue;
				if (!argument_on_stack(e, caller, event->args[param], depth))
					return false;
				any = true;
			}
	}
	return any;
}

static bool is_called(const struct engine *e, const struct gup_function *function)
{
	for (int f = 0; function->is_static && f < e->model->nr_functions; f++) {
		const struct gup_function *caller = e->model->functions[f];

		for (int b = 0; b < caller->nr_blocks; b++)
			for (int i = 0; i < caller->blocks[b].nr_events; i++) {
				const char *callee = caller->blocks[b].events[i].callee;

				if (callee && !strcmp(callee, function->name))
					return true;
			}
	}
	return false;
}

/* `struct page ***pages`: the array is the caller's, or made for it. */
static bool is_callers_list(const struct engine *e, const struct place *object)
{
	return object->kind == PLACE_TARGET && object->parent->kind == PLACE_VAR &&
	       object->parent->is_param && object->parent->frame == 1 &&
	       e->root->vars[object->parent->var].type.page_depth > 1;
}

/* The parameter of the function from which the object is reached, or NULL. */
static const struct place *param_behind(const struct place *object)
{
	while (object->kind == PLACE_TARGET && object->parent->kind != PLACE_VAR)
		object = place_object(object->parent);
	if (object->kind != PLACE_TARGET || object->parent->kind != PLACE_VAR ||
	    !object->parent->is_param || object->parent->frame != 1)
		return NULL;
	return object->parent;
}

/*
 * A helper that fills what its callers own: the callers are looked at
 * themselves. So is what hangs off a variable on their stack.
 */
static bool is_callers(const struct engine *e, const struct state *s, const struct holding *h)
{
	const struct place *object = place_object(h->kept_object ? h->kept_object : h->array);
	const struct place *param = param_behind(object);

	for (int i = 0; i < s->nr_attachments; i++) {
		const struct place *outer = s->attachments[i].outer, *over;

		if (s->attachments[i].inner != object || !outer)
			continue;
		over = param_behind(place_object(outer));
		if (is_callers_list(e, outer) || (over && on_stack(e, e->root, over->var, 0)))
			return true;
	}
	if (!param)
		return false;
	return e->root->vars[param->var].type.page_depth > 1 ||
	       (h->site->hands_on && is_called(e, e->root)) || on_stack(e, e->root, param->var, 0);
}

/*
 * What a helper's helper left to the function may be gone by then, when the function gave
 * the owner of the pages to functions that are not known.
 */
static bool may_be_gone(const struct holding *h)
{
	const char *by = strchr(h->path, '>');

	return h->lent_to && by && strchr(by + 1, '>');
}

/* --- for one request only ------------------------------------------------------------ */

/* What runs when one request is done: include/linux/dmaengine.h, blk_types.h, fs.h, usb.h, blk-mq.h. */
static bool is_completion(const struct gup_slot *slot)
{
	static const char *const fields[][2] = {
		{ "dma_async_tx_descriptor", "callback" }, { "dma_async_tx_descriptor", "callback_result" },
		{ "bio", "bi_end_io" }, { "kiocb", "ki_complete" }, { "urb", "complete" }, { "request", "end_io" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(slot->record, fields[i][0]) && !strcmp(slot->field, fields[i][1]))
			return true;
	return false;
}

static bool mentions(const struct gup_event *event, const char *name)
{
	if (event->kind != EVENT_CALL)
		return false;
	for (int a = 0; a < event->nr_args; a++)
		if (event->args[a]->kind == TERM_FUNCTION && !strcmp(event->args[a]->name, name))
			return true;
	return event->callee && !strcmp(event->callee, name);
}

/* Marks in `above` the functions that run `function`: that call it, or hand it to kref_put() and the like. */
static void climb(const struct engine *e, const struct gup_function *function, bool *above)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *caller = e->model->functions[f];
		bool calls = caller == function;

		for (int b = 0; !calls && !above[f] && b < caller->nr_blocks; b++)
			for (int i = 0; i < caller->blocks[b].nr_events; i++)
				calls |= mentions(&caller->blocks[b].events[i], function->name);
		if (!calls || above[f])
			continue;
		above[f] = true;
		if (caller != function)
			climb(e, caller, above);
	}
}

/* Does the function hand pages that the site leaves in a field to who may release them? */
static bool drops(struct engine *e, const struct site *site, const struct gup_function *function)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			const struct api_row *row = api_of_call(e->api, event);

			if (event->kind != EVENT_CALL || (row && row->role != ROLE_RELEASE))
				continue;
			for (int a = 0; a < event->nr_args; a++) {
				const struct gup_term *field = engine_holder_of(e, function, event->args[a], false);

				for (int k = 0; field && k < e->nr_fields; k++)
					if (e->fields[k].site == site && !strcmp(e->fields[k].field, field->name) &&
					    !strcmp(e->fields[k].record, field->record))
						return true;
			}
		}
	return false;
}

static bool starts_with_others(const struct engine *e, const struct gup_function *function)
{
	bool *above = calloc(e->model->nr_functions, sizeof(*above));
	int callers = 0;

	if (!above)
		abort();
	climb(e, function, above);
	for (int f = 0; f < e->model->nr_functions; f++)
		callers += above[f];
	free(above);
	return !function->is_static || callers == 1;
}

/*
 * Who releases: a completion, or nobody but what the same system call runs. A pin that lasts for as
 * long as user space likes is released by others, when a file is closed at the latest.
 */
static bool lasts_one_request(struct engine *e, const struct site *site)
{
	const int count = e->model->nr_functions;
	bool *taking = calloc(2 * (size_t)count, sizeof(*taking)), *dropping = taking + count;
	bool completed = false, any = false, outside = false;

	if (!taking)
		abort();
	climb(e, site->function, taking);
	for (int f = 0; f < count; f++)
		if (e->model->functions[f] != site->function && drops(e, site, e->model->functions[f])) {
			any = true;
			climb(e, e->model->functions[f], dropping);
		}
	for (int f = 0; f < count; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int i = 0; dropping[f] && i < e->model->nr_slots; i++) {
			bool ours = !strcmp(e->model->slots[i].function, function->name);

			completed |= ours && is_completion(&e->model->slots[i]);
			outside |= ours && !taking[f];
		}
		outside |= dropping[f] && !taking[f] && starts_with_others(e, function);
	}
	free(taking);
	return completed || (any && !outside);
}

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	if (error || !kept || h->kind != KIND_PIN || !h->flags || is_callers(e, s, h) || may_be_gone(h) ||
	    rule_flag_possible(e, s, h->flags, "FOLL_LONGTERM") || rule_uses_notifier(h->site->function) ||
	    lasts_one_request(e, h->site))
		return;
	report(e, s, rule, h->site, &h->site->event->pos, smt_nonzero(&e->smt, h->held),
	       "Pages pinned here are kept when %s() returns, without FOLL_LONGTERM",
	       e->root->name);
}

/* --- a pair of functions for others: one pins into the caller's array, the other drops it ------- */

/* The parameter `struct page **` that the term is, or points into; or -1. */
static int array_param(const struct gup_function *function, const struct gup_term *term)
{
	while (term->kind == TERM_CAST || (term->kind == TERM_BINARY && term->a->type.is_pointer))
		term = term->a;
	if (term->kind != TERM_VAR || function->vars[term->var].kind != VAR_PARAM ||
	    function->vars[term->var].type.page_depth != 2)
		return -1;
	return term->var;
}

/* Does the function unpin the pages of that parameter, by itself or by another of the file? */
static bool unpins(const struct engine *e, const struct gup_function *function, int param, int depth)
{
	for (int b = 0; b < function->nr_blocks && depth < MAX_CALLERS; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			const struct api_row *row = api_of_call(e->api, event);
			const struct gup_function *callee;

			if (event->kind != EVENT_CALL || !event->callee || (row && row->role != ROLE_RELEASE))
				continue;
			callee = row ? NULL : model_find(e->model, event->callee);
			for (int a = 0; a < event->nr_args; a++)
				if (array_param(function, event->args[a]) == param &&
				    (row ? row->kind == KIND_PIN : callee && unpins(e, callee, a, depth + 1)))
					return true;
		}
	return false;
}

static bool acquires(const struct engine *e, const struct gup_function *function)
{
	for (int i = 0; i < e->nr_sites; i++)
		if (e->sites[i].function == function)
			return true;
	return false;
}

/* The function by which other files drop what this one pins for them, or NULL: it takes nothing itself. */
static const struct gup_function *other_half(const struct engine *e)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		if (function->is_static || acquires(e, function) || api_find(e->api, function->name))
			continue;
		for (int v = 0; v < function->nr_vars; v++)
			if (function->vars[v].kind == VAR_PARAM && function->vars[v].type.page_depth == 2 &&
			    unpins(e, function, v, 0))
				return function;
	}
	return NULL;
}

/* That there are two of them says that the pins are to outlive the call, and nothing says that it is for one request. */
static void finish(struct engine *e, const struct rule *rule)
{
	const struct gup_function *other = NULL;

	for (int i = 0; i < e->nr_sites; i++) {
		struct site *site = &e->sites[i];

		if (!site->hands_on || site->row->kind != KIND_PIN || !site->form || site->form->flags < 0 ||
		    site->seen.longterm != LONGTERM_CLEAR || site->function->is_static ||
		    rule_is_internal(e, site) || rule_uses_notifier(site->function) ||
		    array_param(site->function, site->event->args[site->form->pages]) < 0)
			continue;
		if (!other)
			other = other_half(e);
		if (!other)
			return;
		struct finding_step dropped = { STEP_RELEASE, other->pos,
						arena_printf(e->kept, "%s() drops them", other->name) };

		report_plain(e, rule, site, &site->event->pos, &dropped,
			     "Pages pinned here stay in the array of the caller of %s() until %s() is called, without FOLL_LONGTERM",
			     site->function->name, other->name);
	}
}

const struct rule rule_longterm_missing = {
	.id = "longterm-missing", .level = LEVEL_WARNING, .end = end, .finish = finish,
};
