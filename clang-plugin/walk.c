// SPDX-License-Identifier: GPL-2.0-only
#include "walk.h"

#include "loop.h"

/* How often a loop head is met on one path: two iterations and the way out. */
#define MAX_TURNS_REFERENCES 3
#define MAX_TURNS_OTHER 2
/* Pointers of a structure that are followed when it is copied. */
#define MAX_MEMBERS 8
/* Steps of paths on which nothing is held, in search of a release. */
#define MAX_IDLE_STEPS 200u

/* --- loops ------------------------------------------------------------------------ */

/* A page frame number is forgotten: what happens to it later is not seen. */
static void lose_number(struct engine *e, struct state *s, struct value value)
{
	struct holding *h = value.points ? NULL : engine_number_of(e, s, value);

	if (!h)
		return;
	h->lent_to = "a loop over page frame numbers";
	h->lent_tested = false;
	h->lent_said = NULL;
}

/* Forgets what the loop assigns, so that any number of turns is covered. */
static void forget_loop(struct engine *e, struct state *s, const bool *body, int but)
{
	struct frame *frame = &s->frames[s->depth];
	const struct gup_function *function = frame->function;

	for (int v = 0; v < function->nr_vars; v++)
		if (v != but && !function->vars[v].is_object && function->vars[v].type.width &&
		    loop_assigns(function, body, v)) {
			const struct place *place = place_var(&e->places, frame->id, v,
							      &function->vars[v]);
			struct value value = { engine_vague(e, function->vars[v].type.width), NULL };

			lose_number(e, s, engine_load(e, s, place, function->vars[v].type));
			state_write(&e->arena, s, place, value);
		}
}

static void mark_dirty(struct engine *e, struct state *s, const struct gup_function *function,
		       const bool *body, const struct place *array)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; body[b] && i < function->blocks[b].nr_events; i++) {
			const struct api_row *row = function->blocks[b].events[i].kind == EVENT_CALL ?
				api_find(e->api, function->blocks[b].events[i].callee) : NULL;

			for (int h = 0; row && row->role == ROLE_DIRTY && h < s->nr_holdings; h++)
				if (s->holdings[h].array == array)
					s->holdings[h].dirtied = s->holdings[h].marked = true;
		}
}

/* kmap(pages[i]) in each turn. */
static void use_each(struct engine *e, struct state *s, const struct release_info *info,
		     const struct gup_event *use)
{
	const struct api_row *row = api_find(e->api, use->callee);

	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (h->array != info->array)
			continue;
		engine_use(e, s, h, info->base, info->asked, use);
		h->data_used |= row->data;
		h->written |= row->writes;
	}
}

/* The whole of a counting loop at once: releases array[i .. bound). */
static void run_counting(struct engine *e, struct state *s, const struct counting_loop *loop,
			 const bool *body)
{
	struct frame *frame = &s->frames[s->depth];
	const struct gup_var *counter = &frame->function->vars[loop->index];
	struct smt *smt = &e->smt;
	Z3_ast more = engine_condition(e, s, loop->bound);
	Z3_ast low = engine_count(e, s, loop->bound->a), high = engine_count(e, s, loop->bound->b);
	struct release_info info = { .row = api_find(e->api, loop->release->callee),
				     .event = loop->release, .exact = !loop->guarded };
	const struct place *array = engine_points(e, engine_eval(e, s, loop->array));

	info.array = place_array(&e->places, array, &info.base);
	info.base = smt_binary(smt, OP_ADD, true, info.base, low);
	info.asked = smt_ite(smt, more, smt_binary(smt, OP_SUB, true, high, low),
			     smt_number(smt, 0, 64));
	if (loop->use)
		use_each(e, s, &info, loop->use);
	engine_step(e, s, STEP_RELEASE, &loop->release->pos, loop->release->text);
	engine_step_value(s, "times", info.asked, true);
	mark_dirty(e, s, frame->function, body, info.array);
	engine_release_range(e, s, &info);
	Z3_ast last = smt_ite(smt, more, high, low);
	struct value end = { smt_resize(smt, last, counter->type.width, true), NULL };

	forget_loop(e, s, body, loop->index);
	state_write(&e->arena, s, place_var(&e->places, frame->id, loop->index, counter), end);
	engine_go(s, loop->exit);
}

/* Takes every way out of these blocks; false: there is none. */
static bool leave_by(struct engine *e, struct state *s, const bool *body, const bool *from)
{
	const struct gup_function *function = s->frames[s->depth].function;
	int chosen = -1;

	forget_loop(e, s, body, -1);
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; from[b] && i < function->blocks[b].nr_edges; i++) {
			int target = function->blocks[b].edges[i].target;

			if (body[target] || target == chosen)
				continue;
			if (chosen >= 0) {
				struct state *other = state_copy(&e->arena, s);

				engine_go(other, chosen);
				engine_later(e, other);
			}
			chosen = target;
		}
	if (chosen < 0)
		return false;
	engine_go(s, chosen);
	return true;
}

/* Leaves a loop that was run often enough by every way out; false: there is none from its head. */
static bool run_out(struct engine *e, struct state *s, const struct flow_block *info)
{
	const struct frame *frame = &s->frames[s->depth];
	bool *head = arena_alloc(&e->arena, (size_t)frame->function->nr_blocks);

	head[frame->block] = true;
	return leave_by(e, s, info->body, head);
}

/* --- running ------------------------------------------------------------------------ */

static void name_event(struct engine *e, const struct state *s, int event)
{
	const struct frame *frame = &s->frames[s->depth];

	e->key = arena_printf(&e->arena, "%d:%d.%d#%d", frame->id, frame->block, event,
			      state_visits(s, frame->block));
	e->fresh = 0;
}

/* Back to the caller, or the end of the path. */
static bool return_from(struct engine *e, struct state *s)
{
	struct frame *done = &s->frames[s->depth];

	if (!s->depth) {
		engine_leave(e, s, s->return_pos.line ? &s->return_pos : &done->function->end);
		return false;
	}
	int result = done->result_var;
	struct value value = s->returned;

	state_drop_frame(s, done->id);
	s->depth--;
	if (result >= 0) {
		struct gup_event as = { .kind = EVENT_CALL, .result = result };

		engine_set_result(e, s, &as, value);
	}
	s->returned = (struct value){ NULL, NULL };
	return true;
}

/* The first field on the way from the object to the place: what a read of it must name. */
static const char *last_field(const struct place *place)
{
	for (; place; place = place->parent)
		if (place->kind == PLACE_FIELD)
			return place->name;
		else if (place->kind != PLACE_ELEM)
			break;
	return NULL;
}

/* May an event that is still to come read this place? When in doubt, yes. */
static bool may_read_again(const struct state *s, const struct place *place)
{
	const char *field = last_field(place);

	for (int i = 0; i <= s->depth; i++) {
		const struct frame *frame = &s->frames[i];
		const struct flow *flow = frame->function->analysis;
		const struct flow_block *block = &flow->blocks[frame->block];

		if (field) {
			/* A caller goes on in the middle of a block whose reads are all counted. */
			if (flow_has_name(&block->reads, field))
				return true;
		} else if (place->kind == PLACE_VAR) {
			const struct gup_var *v;

			if (place->frame != frame->id)
				continue;
			v = &frame->function->vars[place->var];
			return i < s->depth || v->is_object || v->address_taken ||
			       block->live[place->var];
		} else {
			return true;
		}
	}
	return false;
}

bool engine_acquires_ahead(const struct state *s)
{
	for (int i = 0; i <= s->depth; i++) {
		const struct flow *flow = s->frames[i].function->analysis;

		if (flow->blocks[s->frames[i].block].leads_to_acquire)
			return true;
	}
	return false;
}

/*
 * Nothing is held and nothing will be: of the rest of the path only a release is of
 * interest, and that not at any price.
 */
static bool is_over(struct engine *e, const struct state *s)
{
	bool release = e->all_releases;

	if (s->nr_holdings || engine_acquires_ahead(s))
		return false;
	for (int i = 0; i <= s->depth; i++) {
		const struct flow *flow = s->frames[i].function->analysis;

		release |= flow->blocks[s->frames[i].block].leads_to_release;
	}
	return !release || e->idle_steps++ >= MAX_IDLE_STEPS;
}

void engine_trim(struct engine *e, struct state *s)
{
	state_trim(&e->smt, &e->places, s, may_read_again);
}

/* What happens at the head of a block; false: the path ends. */
static bool enter_block(struct engine *e, struct state *s)
{
	struct frame *frame = &s->frames[s->depth];
	struct flow *flow = flow_of(e->model, e->api, frame->function);
	struct flow_block *info = &flow->blocks[frame->block];

	if (is_over(e, s)) {
		e->exits = true;
		return false;
	}
	if (info->is_join) {
		engine_trim(e, s);
		if (engine_seen(e, state_signature(&e->smt, s)))
			return false;
	}
	frame->event = 0;
	/* The next turn of a loop may have other pages by the same name, such as the first of a list. */
	if (info->is_header && !info->counting)
		s->nr_dropped = 0;
	/* A loop inside a loop is met afresh in each turn of the outer one. */
	if (info->is_header && !info->body[frame->before])
		state_unvisit(s, -1 - frame->block);
	if (info->in_loop)
		state_visit(&e->arena, s, frame->block);
	return true;
}

/* `bvecs[n] = bv`: the pages that the one structure has are in the other one, too. */
static void copy_members(struct engine *e, struct state *s, const struct gup_event *event,
			 const struct place *to)
{
	const struct gup_term *rhs = event->rhs;
	struct entry members[MAX_MEMBERS];
	int count = 0;

	if (rhs->kind != TERM_VAR && rhs->kind != TERM_FIELD && rhs->kind != TERM_DEREF && rhs->kind != TERM_INDEX)
		return;
	const struct place *from = engine_place(e, s, rhs);

	for (int i = 0; i < s->nr_entries && count < MAX_MEMBERS; i++)
		if (s->entries[i].place->kind == PLACE_FIELD && s->entries[i].place->parent == from &&
		    s->entries[i].value.points)
			members[count++] = s->entries[i];
	for (int i = 0; i < count; i++) {
		const struct place *member = place_field(&e->places, to, members[i].place->name,
							 members[i].place->record);

		engine_store(e, s, event, member, members[i].value);
		state_write(&e->arena, s, member, members[i].value);
	}
}

static bool run_assign(struct engine *e, struct state *s, const struct gup_event *event)
{
	const struct place *place = engine_place(e, s, event->lhs);

	if (!event->lhs->type.width) {
		state_stamp(&e->arena, s, place, arena_strdup(&e->arena, e->key));
		copy_members(e, s, event, place);
		return true;
	}
	struct value value = engine_eval(e, s, event->rhs);

	if (value.bits)
		value.bits = smt_resize(&e->smt, value.bits, event->lhs->type.width,
					event->rhs->type.is_signed);
	engine_store(e, s, event, place, value);
	state_write(&e->arena, s, place, value);
	return true;
}

static bool run_event(struct engine *e, struct state *s, const struct gup_event *event)
{
	switch (event->kind) {
	case EVENT_ASSIGN:
		return run_assign(e, s, event);
	case EVENT_CALL:
		return engine_call(e, s, event);
	case EVENT_RETURN:
		s->returned = event->rhs ? engine_eval(e, s, event->rhs) : (struct value){ NULL, NULL };
		s->return_pos = event->pos;
		return true;
	}
	return true;
}

/* The events of the block from where the frame stands; false: the path ends here. */
static bool run_events(struct engine *e, struct state *s, bool *moved)
{
	int depth = s->depth;

	*moved = false;
	for (;;) {
		struct frame *frame = &s->frames[depth];
		const struct gup_block *block = &frame->function->blocks[frame->block];

		if (frame->event >= block->nr_events)
			return true;
		const struct gup_event *event = &block->events[frame->event];

		name_event(e, s, frame->event);
		frame->event++;
		if (!run_event(e, s, event))
			return false;
		if (s->depth != depth) {
			*moved = true;
			return true;
		}
	}
}

/* One block; false: the path ended. */
bool engine_advance(struct engine *e, struct state *s)
{
	struct frame *frame = &s->frames[s->depth];
	bool moved;

	if (frame->event < 0) {
		if (frame->block == frame->function->exit)
			return return_from(e, s);
		if (!enter_block(e, s))
			return false;
	}
	if (!run_events(e, s, &moved))
		return false;
	if (moved)
		return true;
	frame = &s->frames[s->depth];
	const struct gup_block *block = &frame->function->blocks[frame->block];
	const struct flow_block *info = &flow_of(e->model, e->api, frame->function)->blocks[frame->block];

	name_event(e, s, block->nr_events);
	if (info->counting) {
		run_counting(e, s, info->counting, info->body);
		return true;
	}
	/* How many pages a number of bytes covers is not known: the loop may have taken them all. */
	for (int i = 0; info->is_header && info->has_references && i < s->nr_holdings; i++)
		s->holdings[i].in_loop |= s->holdings[i].vague_count;
	/* Nothing is held and nothing will be in there: whatever such a loop does, it ends somehow. */
	if (info->is_header && e->merging && !s->nr_holdings && !info->has_references)
		return leave_by(e, s, info->body, info->body);
	if (info->is_header) {
		int limit = info->has_references ? MAX_TURNS_REFERENCES : MAX_TURNS_OTHER;

		if (state_visit(&e->arena, s, -1 - frame->block) > limit) {
			e->truncated = true;
			return !info->has_references && run_out(e, s, info);
		}
	}
	return engine_follow(e, s, block);
}
