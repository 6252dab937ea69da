/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins states that meet at the head of a block: what differs becomes a choice
 * on a symbol that says which way the path came. Nothing is lost but the trace,
 * so a merged run proves what a run of each path would prove and finds nothing
 * that could be shown. It owns nothing; the engine keeps the waiting states.
 */
#ifndef GUP_MERGE_H
#define GUP_MERGE_H

#include "engine.h"

/* Forgets what was certainly given back, and what that proves of its site is said. */
void merge_drop_gone(struct engine *e, struct state *s);
/* Puts the state where it waits, merged with one that waits at the same place if that is possible. */
void merge_later(struct engine *e, struct state *s);
/* The waiting state that no other one can still meet, or NULL. */
struct state *merge_next(struct engine *e);

#endif
