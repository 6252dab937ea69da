// SPDX-License-Identifier: GPL-2.0-only
/* Calls that return a number of bytes: how many pages those cover, and whose pages they are. */
#include "engine.h"

/*
 * lib/iov_iter.c: the bytes begin at *start in the first page, and the call
 * says there where that is. Bytes from an offset on cover
 * (offset + bytes + PAGE_SIZE - 1) >> PAGE_SHIFT pages.
 */
Z3_ast engine_pages_covered(struct engine *e, struct state *s, const struct gup_event *event,
			    const struct api_params *form, Z3_ast bytes)
{
	int64_t shift = model_flag(e->model, "PAGE_SHIFT");
	struct smt *smt = &e->smt;

	if (!shift || form->offset < 0)
		return NULL;
	struct value where = engine_eval(e, s, event->args[form->offset]);
	unsigned width = event->args[form->offset]->type.elem_size * 8;

	if (!where.points || !width || width > 64)
		return NULL;
	Z3_ast offset = smt_symbol(smt, arena_printf(&e->arena, "!offset@%s", e->key), width);

	state_write(&e->arena, s, where.points, (struct value){ offset, NULL });
	offset = smt_resize(smt, offset, 64, false);
	state_add_fact(&e->arena, smt, s, smt_compare(smt, OP_LT, false, offset,
						      smt_number(smt, (int64_t)1 << shift, 64)));
	Z3_ast end = smt_binary(smt, OP_ADD, false, offset, bytes);

	end = smt_binary(smt, OP_ADD, false, end, smt_number(smt, ((int64_t)1 << shift) - 1, 64));
	return smt_binary(smt, OP_SHR, false, end, smt_number(smt, shift, 64));
}

/* --- whose pages ------------------------------------------------------------------ */

/* struct iov_iter had the field for a while (6.0 to 6.6); what it says can be told of all of them. */
static const struct place *user_backed(struct engine *e, const struct place *iter)
{
	return place_field(&e->places, iter, API_ITER_FIELD, "iov_iter");
}

/* Does the call pin what this iterator describes? One answer for one iterator. */
Z3_ast engine_will_pin(struct engine *e, struct state *s, const struct gup_term *iter)
{
	struct value value = engine_eval(e, s, iter);
	int id = value.points ? value.points->id : 0;

	if (value.points) {
		const char *stamp;
		const struct entry *entry = state_find(s, user_backed(e, value.points), &stamp);

		if (entry && entry->value.bits)
			return smt_nonzero(&e->smt, entry->value.bits);
	}
	return smt_nonzero(&e->smt, smt_symbol(&e->smt, arena_printf(&e->arena, "!will_pin%d", id), 8));
}

bool engine_iterator(struct engine *e, struct state *s, const struct gup_event *event,
		     const struct api_row *row, const struct api_params *form)
{
	const struct gup_term *iter = event->args[form->iter];
	struct smt *smt = &e->smt;

	if (api_makes_iterator(row)) {
		struct value value = engine_eval(e, s, iter);

		if (value.points)
			state_write(&e->arena, s, user_backed(e, value.points), (struct value){
				smt_number(smt, row->iter == ITER_MADE_OF_USER, 8), NULL });
		return false;
	}
	Z3_ast pins = engine_will_pin(e, s, iter), answer = pins;

	/* Which sort of the one or the other it is nobody knows. */
	if (row->iter != ITER_ASKS_PINS) {
		Z3_ast sort = smt_nonzero(smt, smt_symbol(smt, arena_printf(&e->arena, "!%s@%s", row->name,
									    e->key), 8));

		answer = smt_and(smt, sort, row->iter == ITER_ASKS_USER ? pins : smt_not(smt, pins));
	}
	engine_set_result(e, s, event, (struct value){ smt_truth(smt, answer, 64), NULL });
	return true;
}
