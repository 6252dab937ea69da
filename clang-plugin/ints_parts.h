/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of ints.h share: the memo of one question, and ranges. ints.c
 * owns it; ints_facts.c fills in what the facts say of single terms before
 * ints_read.c turns terms into integers.
 */
#ifndef GUP_INTS_PARTS_H
#define GUP_INTS_PARTS_H

#include "ints.h"

typedef __int128 wide;

/* 2^n, n below 127. */
static inline wide two_to(unsigned n)
{
	return (wide)1 << n;
}

static inline wide smaller(wide a, wide b) { return a < b ? a : b; }
static inline wide larger(wide a, wide b) { return a > b ? a : b; }

/* An integer that is congruent to a bit-vector, and the range that it lies in. */
struct reading { Z3_ast term; wide low, high; };

/* What a term of the question was read as. */
struct memo {
	unsigned id, question;		/* of which question this is; 0: none */
	bool has_plain, has_signed, has_unsigned;
	struct reading plain, in_signed, in_unsigned;
	Z3_ast truth;			/* of a Boolean */
	Z3_ast bits;			/* the term, when it is a bit-vector */
	wide slow, shigh, ulow, uhigh;	/* ... and what the facts say of it, with and without sign */
	bool is_symbol, seen;
	int votes;			/* more uses with a sign than without? */
};

struct ints {
	struct smt *smt;
	Z3_params sums;			/* to simplify by: equal sums become the same term */
	struct memo *memos;
	unsigned cap_memos, nr_memos, question;
	Z3_ast *side;
	int nr_side, cap_side;
	bool exact;
};

/* Integers that stand for parts of a term: its symbol, wrap count or quotient. */
enum ints_role { ROLE_SYMBOL, ROLE_WRAPS_SIGNED, ROLE_WRAPS_UNSIGNED, ROLE_PART, NR_ROLES };


/* The entry of a term. Entries move when one is added: never keep one across a call of this. */
struct memo *ints_memo(struct ints *n, Z3_ast term);
bool ints_is_bits(struct ints *n, Z3_ast term);
bool ints_constant(struct ints *n, Z3_ast term, wide *value);
Z3_ast ints_number(struct ints *n, wide value);
Z3_ast ints_variable(struct ints *n, unsigned id, enum ints_role role);
void ints_assert(struct ints *n, Z3_ast term);

/* ints_facts.c: what the terms of the question say of single terms; false: they contradict. */
bool ints_learn(struct ints *n, Z3_ast const *terms, int count);

/* ints_read.c: any reading; the one of a signed number; the one of an unsigned number. */
struct reading ints_bits(struct ints *n, Z3_ast term);
struct reading ints_signed(struct ints *n, Z3_ast term);
struct reading ints_unsigned(struct ints *n, Z3_ast term);
struct reading ints_known(struct ints *n, wide value);

/* ints_truth.c */
Z3_ast ints_truth(struct ints *n, Z3_ast term);

#endif
