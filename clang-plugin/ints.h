/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions about bit-vectors read as questions about integers. Counts and
 * indices are added, compared and extended far more often than their bits are
 * looked at, and sums of integers are what linear arithmetic proves at once
 * where bit-blasting searches. Wrap-around, signs and widths stay exact: each
 * bit-vector is an integer that is congruent to it, brought into the range
 * that a comparison or an extension needs. It owns nothing that outlives a
 * question; it never asks a solver.
 */
#ifndef GUP_INTS_H
#define GUP_INTS_H

#include "smt.h"

struct ints;

struct ints *ints_new(struct smt *smt);
void ints_free(struct ints *ints);
/*
 * Reads the terms as one question. Returns how many integer assertions there
 * are; *exact says that they mean what the terms mean (otherwise only the
 * answer that they cannot all hold carries over). A question that ranges alone
 * refute has the single assertion false.
 */
int ints_read(struct ints *ints, Z3_ast const *terms, int count, bool *exact);
Z3_ast ints_assertion(const struct ints *ints, int index);
/* Tells the number that a model of the assertions gives each symbol of the question. */
typedef void (*ints_take)(void *data, Z3_ast symbol, uint64_t value);
void ints_numbers(struct ints *ints, Z3_model model, ints_take take, void *data);

#endif
