/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One step of a path: the events of a block, the edges out of it (edges.c), loops
 * that are taken at once or left after two turns. It owns nothing; the engine keeps
 * the work list. It never decides whether something is a bug.
 */
#ifndef GUP_WALK_H
#define GUP_WALK_H

#include "engine.h"

/* Runs one block, or what is left of it; false: the path ended. */
bool engine_advance(struct engine *e, struct state *s);
/* Was a state like this met before? Remembers it otherwise. */
bool engine_seen(struct engine *e, uint64_t signature);
/* Drops what the path cannot see again from a state at the head of a block. */
void engine_trim(struct engine *e, struct state *s);
void engine_later(struct engine *e, struct state *s);
/* The running frame goes on at the head of a block. */
void engine_go(struct state *s, int block);
/* Follows every edge out of the block that is possible, the others later; false: none is. */
bool engine_follow(struct engine *e, struct state *s, const struct gup_block *block);
/* May the path go on where cond holds? Here an unknown answer counts as yes. */
bool engine_feasible(struct engine *e, const struct state *s, Z3_ast cond);
void engine_branch_step(struct engine *e, struct state *s, const struct gup_block *block,
			const struct gup_edge *edge);

#endif
