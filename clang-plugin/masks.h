/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bits of a value are certainly set and which may be, along the paths of
 * a function and into the functions that it calls: enough to carry gup_flags,
 * and whether pages is NULL, from a call to where mm/gup.c looks at them. It
 * owns the walk; what is asked of it comes as hooks. It knows no flag by name.
 */
#ifndef GUP_MASKS_H
#define GUP_MASKS_H

#include "bits.h"
#include "program.h"

/* A member of the structure that a variable is or points to: user->gup_flags. */
struct mask_member { int var; const char *field; struct bits bits; };
#define MASKS_MAX_MEMBERS 6

/* What the variables of a function hold, what its pointers point to, and members that were written. */
struct env { struct bits *vars, *targets; struct mask_member *members; int nr_members; };

/* The functions that run, the innermost first. */
struct masks_frame {
	const struct masks_frame *outer;
	struct definition *definition;
	const struct gup_event *call;	/* in the outer frame; NULL at the outermost */
};

struct masks {
	struct program *program;
	struct arena arena;
	void *data;
	/* Both may be NULL. False: the path need not be followed further. */
	bool (*at_block)(struct masks *m, const struct masks_frame *frame, int block,
			 const struct env *env);
	bool (*at_call)(struct masks *m, const struct masks_frame *frame,
			const struct gup_event *event, const struct env *env);
	/* Is this body worth a walk of its own? */
	bool (*enters)(struct masks *m, struct definition *callee);
	unsigned steps;
	bool gave_up;		/* a walk was cut short: nothing is certain */
};

#define MASKS_MAX_DEPTH 10
/* Blocks that are run before a walk is cut short. */
#define MASKS_MAX_STEPS 200000

struct bits masks_eval(const struct gup_function *function, const struct env *env,
		       const struct gup_term *term);
/* Members of what the arguments point to become those of the callee's parameters. `to` has room. */
void masks_pass_members(struct env *to, const struct env *from, const struct gup_event *event);
bool masks_same_members(const struct env *a, const struct env *b);
struct mask_member *masks_room_for_members(struct arena *arena);
/* Of everything nothing is known. */
struct env masks_env(struct masks *m, const struct gup_function *function);
void masks_run(struct masks *m, struct definition *definition, const struct env *entry);

#endif
