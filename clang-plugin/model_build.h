/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a front end says while it fills a model, one call each: terms that are
 * made of others, events, tests. It knows no front end; all that it makes lives
 * in the model's arena, which also keeps a copy of nothing: names and texts have
 * to live as long as the model.
 */
#ifndef GUP_MODEL_BUILD_H
#define GUP_MODEL_BUILD_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a call of a compiler's function is to the model. */
enum builtin {
	BUILTIN_NOT,		/* a call as any other: no function of the compiler, or one that moves memory */
	BUILTIN_EXPECT,		/* its first argument */
	BUILTIN_CONSTANT,	/* is it known to the compiler? no: the general way is the one that is looked at */
	BUILTIN_STOP,		/* no way on */
	BUILTIN_PURE,		/* any value, no effect */
};

enum builtin model_builtin(const char *name);

const struct gup_term *term_unary(struct gup_model *model, enum term_kind kind, enum term_op op,
				  struct gup_type type, const struct gup_term *a);
const struct gup_term *term_index(struct gup_model *model, struct gup_type type,
				  const struct gup_term *base, const struct gup_term *index);
const struct gup_term *term_field(struct gup_model *model, struct gup_type type,
				  const struct gup_term *base, const char *record, const char *name);
const struct gup_term *term_function(struct gup_model *model, struct gup_type type, const char *name);

/* A variable that the source does not name. */
int model_add_temporary(struct gup_model *model, struct gup_function *function, struct gup_type type);
/* lhs = rhs; text may be NULL. */
void model_add_assign(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		      const struct gup_term *lhs, const struct gup_term *rhs, const char *text);
/* lhs = lhs op rhs: lhs is made wide first, and what comes out, of type result, lhs's again. */
void model_add_compound(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
			const struct gup_term *lhs, enum term_op op, struct gup_type wide,
			struct gup_type result, const struct gup_term *rhs, const char *text);
/* place++ or place--, counted in that type; before, when not NULL, gets what was there. */
void model_add_step(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		    const struct gup_term *place, struct gup_type type, enum term_op op,
		    const struct gup_term *before, const char *text);
/* to = value, or to = value != 0 where only the truth of it is wanted; of what is no number, nothing. */
void model_add_feed(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		    const struct gup_term *to, bool truth, const struct gup_term *value);
/* With room for the arguments, which the caller fills in; it has no result. */
struct gup_event *model_add_call(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
				 const char *callee, const char *text, int nr_args);
/* The only argument of a call is a variable's address, of that type. */
void model_pass_address(struct gup_model *model, struct gup_function *function, struct gup_event *call,
			int var, struct gup_type type);
void model_add_return(struct gup_model *model, struct gup_block *block, struct gup_pos pos,
		      const struct gup_term *value, const char *text);
/* What is returned is computed first, then scopes are left: a block's return comes behind their cleanups. */
void model_return_last(struct gup_block *block);
void model_set_condition(struct gup_block *block, const struct gup_term *cond, const char *text,
			 struct gup_pos pos);
/* The edges to where a block goes: both ways of a test when it has one, else the only way or any. */
void model_add_ways(struct gup_model *model, struct gup_block *block, const int *targets, int count);

#ifdef __cplusplus
}
#endif
#endif
