/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine over the border of a file: a unit together with the bodies of
 * other files that its functions call, so that a helper or a cleanup elsewhere
 * is run as one of the same file is. It owns the joined model; the engine and
 * the rules are those of one file, and know nothing of it.
 */
#ifndef GUP_JOIN_H
#define GUP_JOIN_H

#include "engine.h"
#include "program.h"

struct joined {
	struct gup_model *model;
	const struct unit *unit;
	struct engine engine;
	struct engine alone;		/* of the unit by itself; without a model until it is needed */
	struct arena kept;		/* the findings */
	int nr_own;			/* functions of the unit; those of others follow */
};

/* touch.c: marks what takes or drops references, itself or through others: once, before any join. */
void join_prepare(struct program *program);
/* Does the function itself call a function of the API that has this role? */
bool join_has_role(const struct program *program, const struct gup_function *function, enum api_role role);
/*
 * Runs what needs bodies of other files. The engine then has the findings whose path crosses
 * files, and no others, and the sites with their verdicts. NULL when nothing needs it.
 */
struct joined *join_run(struct program *program, struct unit *unit, const struct gup_options *options);
void join_free(struct joined *joined);

#endif
