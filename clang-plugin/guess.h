/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that made earlier questions hold, tried on the next one: along a
 * path the questions resemble each other, and whoever finds an example needs
 * no proof. It owns the examples and evaluates terms in them exactly; what it
 * cannot evaluate it does not claim.
 */
#ifndef GUP_GUESS_H
#define GUP_GUESS_H

#include "smt.h"

struct guesses;

struct guesses *guesses_new(struct smt *smt);
void guesses_free(struct guesses *guesses);
/* Starts a new example, in place of the one that has been of no use for longest. */
void guesses_begin(struct guesses *guesses);
void guesses_set(struct guesses *guesses, Z3_ast symbol, uint64_t value);
/* Does one of the examples make all of the terms hold? The newest is tried first. */
bool guesses_hold(struct guesses *guesses, Z3_ast const *terms, int count);

#endif
