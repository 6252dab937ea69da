// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

#include <string.h>

bool rule_flag_set(struct engine *e, const struct state *s, Z3_ast flags, const char *name)
{
	int64_t mask = model_flag(e->model, name);

	return flags && mask && engine_certain(e, s, smt_flag(&e->smt, flags, mask));
}

bool rule_flag_possible(struct engine *e, const struct state *s, Z3_ast flags, const char *name)
{
	int64_t mask = model_flag(e->model, name);

	return flags && mask && engine_possible(e, s, smt_flag(&e->smt, flags, mask));
}

bool rule_is_null(struct engine *e, struct value pages)
{
	int64_t number;

	return pages.bits && smt_constant(&e->smt, pages.bits, &number) && !number;
}

bool rule_is_internal(const struct engine *e, const struct site *site)
{
	return site->row->scoped || api_find(e->api, site->function->name) != NULL;
}

const char *rule_kind_text(enum api_kind kind)
{
	return kind == KIND_GET ? "got" : kind == KIND_PIN ? "pinned" : "taken";
}

bool rule_depends_only_on(struct engine *e, Z3_ast term, const struct holding *h)
{
	return smt_within(&e->smt, term, h->asked, h->result);
}

static bool is_result(struct engine *e, const struct state *s, unsigned id)
{
	for (int i = 0; i < s->nr_holdings; i++)
		if (smt_has(&e->smt, s->holdings[i].result, id))
			return true;
	return false;
}

/*
 * Numbers of pages that are made from the same addresses in two ways, (end - start) >> PAGE_SHIFT and
 * end >> PAGE_SHIFT less start >> PAGE_SHIFT: how they go together is not solved.
 */
static bool counts_otherwise(struct engine *e, Z3_ast term, const struct holding *h)
{
	struct smt_symbols asked = *smt_symbols(&e->smt, h->asked), fact = *smt_symbols(&e->smt, term);
	bool opaque = false, same = false, operand = false;

	for (int i = 0; i < asked.count; i++) {
		bool is_opaque = smt_is_opaque(&e->smt, asked.ids[i]), is_there = smt_has(&e->smt, term, asked.ids[i]);

		opaque |= is_opaque;
		same |= is_opaque && is_there;
		operand |= is_there;
	}
	for (int i = 0; i < fact.count; i++)
		if (smt_is_opaque(&e->smt, fact.ids[i]) && !smt_has(&e->smt, h->asked, fact.ids[i]))
			return true;
	return opaque && operand && !same;
}

bool rule_turns_on_others(struct engine *e, const struct state *s, const struct holding *h)
{
	bool since = false;

	for (int i = 0; i < s->nr_facts; i++) {
		struct smt_symbols fact = *smt_symbols(&e->smt, s->facts[i]);

		since |= smt_share(&e->smt, s->facts[i], h->result);
		if (since && counts_otherwise(e, s->facts[i], h))
			return true;
		for (int n = 0; since && n < fact.count; n++)
			if (smt_is_call(&e->smt, fact.ids[n]) && !is_result(e, s, fact.ids[n]))
				return true;
	}
	return false;
}

const struct gup_pos *rule_common_place(const struct state *s, const char *path,
					const struct gup_event *event)
{
	/* The path of a frame begins with that of its caller. */
	for (int i = 0; i < s->depth; i++) {
		const struct frame *frame = &s->frames[i], *next = &s->frames[i + 1];
		size_t length = strlen(next->path);

		if (!strncmp(path, next->path, length) && (!path[length] || path[length] == '>'))
			continue;
		return &frame->function->blocks[frame->block].events[frame->event - 1].pos;
	}
	return &event->pos;
}

Z3_ast rule_some_pages(struct engine *e, const struct state *s, Z3_ast asked)
{
	struct smt *smt = &e->smt;
	Z3_ast some = smt_compare(smt, OP_GT, true, asked, smt_number(smt, 0, 64));
	Z3_ast few = smt_and(smt, some, smt_compare(smt, OP_LE, true, asked, smt_number(smt, 8, 64)));

	if (engine_possible(e, s, few))
		return few;
	return engine_possible(e, s, some) ? some : NULL;
}

int rule_holdings_in(const struct state *s, const struct place *array)
{
	int count = 0;

	for (int i = 0; i < s->nr_holdings; i++)
		count += s->holdings[i].array == array;
	return count;
}

const struct gup_term *rule_released_array(struct engine *e, const struct gup_function *function,
					   const struct gup_event *event, const struct api_row **row)
{
	const struct api_params *form;

	*row = event->kind == EVENT_CALL ? api_find(e->api, event->callee) : NULL;
	form = *row ? api_form(*row, event->nr_args) : NULL;
	if (!form || (*row)->role != ROLE_RELEASE || form->pages < 0 ||
	    ((*row)->kind != KIND_PIN && (*row)->kind != KIND_GET))
		return NULL;
	return engine_holder_of(e, function, event->args[form->pages], false);
}

const struct kept_field *rule_kept_field(const struct engine *e, const struct gup_term *term,
					 enum api_kind kind)
{
	for (int i = 0; i < e->nr_fields; i++)
		if (e->fields[i].kind == kind && !strcmp(e->fields[i].field, term->name) &&
		    !strcmp(e->fields[i].record, term->record))
			return &e->fields[i];
	return NULL;
}

bool rule_uses_notifier(const struct gup_function *function)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++)
			if (cases_is_notifier(&function->blocks[b].events[i]))
				return true;
	return false;
}

struct finding_step rule_filled_here(struct engine *e, const struct site *site)
{
	return (struct finding_step){ STEP_ACQUIRE, site->event->pos,
				      arena_printf(e->kept, "%s() fills it here", site->row->name) };
}
