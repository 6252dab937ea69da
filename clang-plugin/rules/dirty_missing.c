// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages taken with FOLL_WRITE, used, and released on a successful path without
 * being marked dirty: Documentation/core-api/pin_user_pages.rst, CASE 1 and 5.
 */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

static const char message[] =
	"Pages taken with FOLL_WRITE by %s() are released without being marked dirty";

/* Certainly written: then it does not matter how the path ends. */
static void release(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		    const struct release_info *info)
{
	if (!h->written || h->dirtied || !rule_flag_possible(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &info->event->pos, smt_nonzero(&e->smt, info->released),
	       message, h->site->row->name);
}

/* How many variables the flags may go through. */
#define MAX_COPIES 4

static bool adds_write(const struct engine *e, const struct gup_term *term)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	if (term->kind == TERM_BINARY && term->op == OP_OR)
		return adds_write(e, term->a) || adds_write(e, term->b);
	return term->kind == TERM_CONST && (term->value & model_flag(e->model, "FOLL_WRITE"));
}

/*
 * Does a value that the variable has in a block, from the event at `first` on, come to `use` as it
 * is: is there a way on which nothing gives it another, or FOLL_WRITE as well? `seen`: blocks that were entered.
 */
static bool comes_to(const struct engine *e, const struct gup_function *function, int block, int first,
		     int var, const struct gup_event *use, bool *seen)
{
	const struct gup_block *b = &function->blocks[block];

	for (int i = first; i < b->nr_events; i++) {
		const struct gup_event *event = &b->events[i];

		if (event == use)
			return true;
		if (event->kind == EVENT_ASSIGN && event->lhs->kind == TERM_VAR && event->lhs->var == var &&
		    (adds_write(e, event->rhs) || !flow_reads_any(event->rhs, var, var + 1)))
			return false;
	}
	for (int i = 0; i < b->nr_edges; i++) {
		int to = b->edges[i].target;

		if (seen[to])
			continue;
		seen[to] = true;
		if (comes_to(e, function, to, 0, var, use, seen))
			return true;
	}
	return false;
}

static bool reaches(const struct engine *e, const struct gup_function *function, int block, int first,
		    int var, const struct gup_event *use)
{
	bool *seen = calloc((size_t)function->nr_blocks, sizeof(*seen));
	bool found = !seen || comes_to(e, function, block, first, var, use, seen);

	free(seen);
	return found;
}

/*
 * Is the value that `use` sees sometimes one without FOLL_WRITE: `write ? FOLL_WRITE : 0`, `flags = 0; if (write) ...`?
 * With `unknown`, may it be: what is not known may lack the flag, but is not the direction of a transfer.
 */
static bool lacks_write(const struct engine *e, const struct gup_function *function,
			const struct gup_term *term, const struct gup_event *use, bool unknown, int depth)
{
	bool any = false;

	while (term->kind == TERM_CAST)
		term = term->a;
	if (term->kind == TERM_CONST)
		return !(term->value & model_flag(e->model, "FOLL_WRITE"));
	if (unknown && term->kind == TERM_BINARY && term->op == OP_OR)
		return lacks_write(e, function, term->a, use, unknown, depth + 1) &&
		       lacks_write(e, function, term->b, use, unknown, depth + 1);
	if (term->kind != TERM_VAR || depth > MAX_COPIES)
		return unknown;
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind != EVENT_ASSIGN || event->lhs->kind != TERM_VAR ||
			    event->lhs->var != term->var)
				continue;
			any = true;
			if (lacks_write(e, function, event->rhs, event, unknown, depth + 1) &&
			    reaches(e, function, b, i + 1, term->var, use))
				return true;
		}
	return unknown && !any;
}

/* By the direction of a transfer? */
static bool may_lack_write(const struct engine *e, const struct holding *h)
{
	int flags = h->site->form->flags;

	return flags >= 0 && lacks_write(e, h->site->function, h->site->event->args[flags],
					  h->site->event, false, 0);
}

static bool always_writes(const struct engine *e, const struct holding *h)
{
	int flags = h->site->form->flags;

	return flags >= 0 && !lacks_write(e, h->site->function, h->site->event->args[flags],
					   h->site->event, true, 0);
}

/*
 * dma_map_sgtable(dev, sgt, DMA_BIDIRECTIONAL, 0): a device may write to what the function maps
 * (include/linux/dma-direction.h). Only maps of pages: buffers of the driver's own have other functions.
 */
static bool device_writes(const struct gup_function *function)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind != EVENT_CALL || !event->callee ||
			    (!strstr(event->callee, "dma_map_page") && !strstr(event->callee, "dma_map_sg")))
				continue;
			for (int a = 0; a < event->nr_args; a++)
				if (strstr(event->arg_text[a], "DMA_BIDIRECTIONAL") ||
				    strstr(event->arg_text[a], "DMA_FROM_DEVICE"))
					return true;
		}
	return false;
}

/*
 * Who asks for FOLL_WRITE by the direction of a transfer, and uses the pages, writes to them.
 * A pin is for the data (CASE 1, 2 and 5): one that always asks for it and hands the pages to who may
 * write, is written to; what a get is for shows only when the data is looked at. FOLL_FORCE says that a read breaks
 * copy-on-write. Pages that nobody was given, or that a short call returned, were for nothing.
 */
static bool is_for_writing(struct engine *e, const struct state *s, const struct holding *h)
{
	if (h->data_used)
		return true;
	if (!((h->used || h->lent_to) && may_lack_write(e, h)) &&
	    !(h->kind == KIND_PIN && h->lent_to && always_writes(e, h)))
		return false;
	return (!rule_flag_possible(e, s, h->flags, "FOLL_FORCE") || device_writes(h->site->function)) &&
	       engine_possible(e, s, smt_compare(&e->smt, OP_EQ, false, h->result, h->asked));
}

static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	const struct gup_event *event = h->clean_release;

	if (error || kept || !event || h->dirtied || !is_for_writing(e, s, h))
		return;
	if (!rule_flag_set(e, s, h->flags, "FOLL_WRITE"))
		return;
	report(e, s, rule, h->site, &event->pos, smt_nonzero(&e->smt, h->count),
	       message, h->site->row->name);
}

/* --- filled in one function, released in another ------------------------------ */

static bool is_zero(const struct gup_term *term)
{
	while (term->kind == TERM_CAST)
		term = term->a;
	return term->kind == TERM_CONST && !term->value;
}

/* A release that marks what it drops: unpin_user_pages_dirty_lock(), unless told not to. */
static bool releases_dirty(const struct api_row *row, const struct gup_event *event)
{
	const struct api_params *form = row ? api_form(row, event->nr_args) : NULL;

	if (!form || row->role != ROLE_RELEASE)
		return false;
	return row->always_dirties || (form->make_dirty >= 0 && !is_zero(event->args[form->make_dirty]));
}

/*
 * May the event have marked pages of the field that `function` drops without a mark? What marks and
 * releases in one has dropped its pages itself: it only says that the same function knows both ways.
 */
static bool excuses(struct engine *e, const struct gup_function *function, const struct gup_term *array,
		    const struct gup_function *where, const struct gup_event *event)
{
	const struct api_row *row = event->kind == EVENT_CALL ? api_find(e->api, event->callee) : NULL;

	if (event->kind != EVENT_CALL || !event->callee || !strcasestr(event->callee, "dirty"))
		return false;
	if (row && row->role == ROLE_RELEASE)
		return where == function && releases_dirty(row, event);
	for (int i = 0; i < event->nr_args; i++) {
		const struct gup_term *field = engine_holder_of(e, where, event->args[i], false);

		/* The pages of another field. */
		if (field && event->args[i]->type.page_depth &&
		    (strcmp(field->name, array->name) || strcmp(field->record, array->record)))
			return false;
	}
	return true;
}

/* Does anything in this file mark these pages dirty? Then somebody may have seen to it. */
static bool file_dirties(struct engine *e, const struct gup_function *function, const struct gup_term *array)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *where = e->model->functions[f];

		for (int b = 0; b < where->nr_blocks; b++)
			for (int i = 0; i < where->blocks[b].nr_events; i++)
				if (excuses(e, function, array, where, &where->blocks[b].events[i]))
					return true;
	}
	return false;
}

static bool calls(const struct gup_function *function, const char *name)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];

			if (event->kind == EVENT_CALL && event->callee && !strcmp(event->callee, name))
				return true;
		}
	return false;
}

/* Does nobody but who takes the pages call the function that drops them? Then it is there for errors. */
static bool only_undoes(const struct engine *e, const struct gup_function *drops, const struct gup_function *takes)
{
	if (drops == takes || calls(drops, takes->name))
		return true;
	if (!drops->is_static || !calls(takes, drops->name))
		return false;
	for (int f = 0; f < e->model->nr_functions; f++)
		if (e->model->functions[f] != takes && calls(e->model->functions[f], drops->name))
			return false;
	return true;
}

/*
 * Asked for with FOLL_WRITE on some paths and without on others: that is the
 * direction of a transfer, not the copy-on-write that reads ask for as well.
 * A pin that always asks for it, without FOLL_FORCE or for a device that writes, is for writing as well.
 */
static const struct kept_field *written_field(const struct engine *e, const struct gup_term *array,
					      enum api_kind kind)
{
	for (int i = 0; i < e->nr_fields; i++) {
		const struct kept_field *field = &e->fields[i];
		const struct site *site = field->site;

		if (field->kind == kind && site->for_write &&
		    (site->for_read ||
		     (kind == KIND_PIN && (site->writes_unforced || device_writes(site->function)))) &&
		    !strcmp(field->field, array->name) && !strcmp(field->record, array->record))
			return field;
	}
	return NULL;
}

static bool is_field(struct engine *e, const struct gup_function *function, const struct gup_term *term,
		     const struct gup_term *field)
{
	const struct gup_term *holder = engine_holder_of(e, function, term, true);

	return holder && !strcmp(holder->name, field->name) && !strcmp(holder->record, field->record);
}

/* dma_map_sg(dev, &thing->mem, 1, DMA_TO_DEVICE): the device reads (include/linux/dma-direction.h). */
static bool device_only_reads(struct engine *e, const struct gup_term *field)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++) {
				const struct gup_event *event = &function->blocks[b].events[i];
				bool ours = false, reads = false;

				for (int a = 0; event->kind == EVENT_CALL && a < event->nr_args; a++) {
					ours |= is_field(e, function, event->args[a], field);
					reads |= strstr(event->arg_text[a], "TO_DEVICE") != NULL;
				}
				if (ours && reads)
					return true;
			}
	}
	return false;
}

static void check_release(struct engine *e, const struct rule *rule,
			  const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row;
	const struct gup_term *array = rule_released_array(e, function, event, &row);
	const struct kept_field *field = array ? written_field(e, array, row->kind) : NULL;

	/* What an error path of the acquiring function drops was not written to. */
	if (!field || releases_dirty(row, event) || only_undoes(e, function, field->site->function) ||
	    device_only_reads(e, array) || file_dirties(e, function, array))
		return;
	struct finding_step filled = rule_filled_here(e, field->site);

	report_plain(e, rule, field->site, &event->pos, &filled,
		     "Pages that %s() takes in %s%s%s, %swith FOLL_WRITE, are released without being marked dirty",
		     field->site->row->name, array->record, *array->record ? "." : "", array->name,
		     field->site->for_read ? "for some transfers " : "");
}

static void finish(struct engine *e, const struct rule *rule)
{
	bool any = false;

	for (int i = 0; i < e->nr_fields; i++)
		any |= e->fields[i].site->for_write;
	for (int f = 0; any && f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++)
			for (int i = 0; i < function->blocks[b].nr_events; i++)
				check_release(e, rule, function, &function->blocks[b].events[i]);
	}
}

const struct rule rule_dirty_missing = {
	.id = "dirty-missing", .level = LEVEL_WARNING, .release = release, .end = end,
	.finish = finish,
};
