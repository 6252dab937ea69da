/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small models for unit tests, built by hand: one function, straight-line
 * blocks, calls by name. It owns nothing; the model frees it all.
 */
#ifndef GUP_TEST_BUILD_H
#define GUP_TEST_BUILD_H

#include <string.h>

#include "../gupcheck.h"

static inline struct gup_type page_pointer(int depth)
{
	struct gup_type type = { .width = 64, .is_pointer = true, .page_depth = (uint8_t)depth,
				 .elem_size = depth > 1 ? 8 : 64 };

	return type;
}

static inline int add_var(struct gup_model *model, struct gup_function *function, const char *name,
			  enum var_kind kind, struct gup_type type)
{
	struct gup_var var = { .name = name, .kind = kind, .type = type };
	int index = model_add_var(model, function, var);

	if (kind == VAR_PARAM)
		function->nr_params = index + 1;
	return index;
}

static inline struct gup_pos at(uint32_t line)
{
	struct gup_pos pos = { .file = "test.c", .line = line, .column = 1 };

	return pos;
}

static inline struct gup_event *add_call(struct gup_model *model, struct gup_block *block,
					 uint32_t line, const char *callee, int result, int count,
					 const struct gup_term **args)
{
	struct gup_event *event = model_add_event(model, block, EVENT_CALL);

	event->pos = at(line);
	event->callee = callee;
	event->text = callee;
	event->result = result;
	event->result_used = true;
	event->nr_args = count;
	event->args = arena_alloc(&model->arena, ((size_t)count + 1) * sizeof(*event->args));
	event->arg_text = arena_alloc(&model->arena, ((size_t)count + 1) * sizeof(*event->arg_text));
	for (int i = 0; i < count; i++) {
		event->args[i] = args[i];
		event->arg_text[i] = "arg";
	}
	return event;
}

static inline void add_return(struct gup_model *model, struct gup_block *block, uint32_t line,
			      const struct gup_term *value)
{
	struct gup_event *event = model_add_event(model, block, EVENT_RETURN);

	event->pos = at(line);
	event->rhs = value;
	event->text = "return";
}

static inline void add_edge(struct gup_model *model, struct gup_block *block, enum edge_kind kind,
			    int target)
{
	struct gup_edge edge = { .kind = kind, .target = target };

	model_add_edge(model, block, edge);
}

#endif
