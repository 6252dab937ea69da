/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bit-vector arithmetic and questions about it, over Z3's C API. It owns the
 * Z3 context of one function's analysis and counts what was asked, so that the
 * budget is the same on every machine. It never knows a state or a holding.
 */
#ifndef GUP_SMT_H
#define GUP_SMT_H

#include <stdbool.h>
#include <stdint.h>
#include <z3.h>

#include "model.h"

enum smt_answer { SMT_NO, SMT_YES, SMT_UNKNOWN };

struct smt {
	Z3_context z3;
	Z3_params simplify;
	Z3_solver bit_solver, int_solver;	/* NULL until they are asked */
	struct ints *ints;
	struct guesses *guesses;
	bool quick;
	bool integers_only;	/* what they cannot answer is not worth its bits */
	unsigned limit, int_limit;	/* of work per question: what the solvers were told last */
	unsigned asked;		/* questions that reached the solver */
	uint64_t work;		/* what they cost, in Z3's own units */
	struct smt_answered *answered;	/* questions asked before, by hash */
	unsigned nr_answered, cap_answered;
	struct smt_origin *origins;	/* of opaque symbols, by their number */
	unsigned cap_origins;
	struct smt_symbols *cache;
	unsigned nr_cache, cap_cache;
	struct arena *arena;
	char *wrong;		/* an error that Z3 reported, or NULL */
};

/* An opaque symbol stands for an operation that is not worth solving; it depends on what that did. */
struct smt_origin { Z3_ast symbol, a, b; };

struct smt_answered { uint64_t key; enum smt_answer answer; };

/* The symbols of a term, sorted by id, each once. */
struct smt_symbols {
	Z3_ast term;
	int count;
	unsigned *ids;
	bool vague;		/* one of them stands for what was not modelled */
	bool of_call;		/* one of them is what a call returned */
	bool reloadable;	/* one of them is what memory held at first */
	int memory;		/* a single symbol of memory: the number in its name */
};

void smt_open(struct smt *smt, struct arena *arena);
void smt_close(struct smt *smt);
/* From now on what a context had is kept for the next one; and, with the other, the system gets it back. */
void smt_keep_tables(void);
void smt_give_back(void);
/* solve.c's part of it. */
void solve_close(struct smt *smt);

/* From now on: little work per question (branches), or much (verdicts). */
void smt_quick(struct smt *smt, bool quick);

Z3_ast smt_number(struct smt *smt, int64_t value, unsigned width);
/* A symbol; vague ones stand for something that the model does not know. */
Z3_ast smt_symbol(struct smt *smt, const char *name, unsigned width);
#define SMT_VAGUE "?"
/* The first character of a symbol that stands for what memory held at first. */
#define SMT_MEMORY "m"
unsigned smt_width(struct smt *smt, Z3_ast value);
/* Extends or truncates. */
Z3_ast smt_resize(struct smt *smt, Z3_ast value, unsigned width, bool is_signed);
Z3_ast smt_binary(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b);
Z3_ast smt_compare(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b);
Z3_ast smt_not(struct smt *smt, Z3_ast condition);
Z3_ast smt_and(struct smt *smt, Z3_ast a, Z3_ast b);
Z3_ast smt_or(struct smt *smt, Z3_ast a, Z3_ast b);
Z3_ast smt_ite(struct smt *smt, Z3_ast condition, Z3_ast yes, Z3_ast no);
Z3_ast smt_nonzero(struct smt *smt, Z3_ast value);
/* Is a bit of the mask set? */
Z3_ast smt_flag(struct smt *smt, Z3_ast value, int64_t mask);
Z3_ast smt_truth(struct smt *smt, Z3_ast condition, unsigned width);
Z3_ast smt_simplify(struct smt *smt, Z3_ast term);
Z3_ast smt_min_unsigned(struct smt *smt, Z3_ast a, Z3_ast b);
/* 1, 0, or -1 when it is neither. */
int smt_constant_truth(struct smt *smt, Z3_ast condition);
bool smt_constant(struct smt *smt, Z3_ast value, int64_t *number);
const struct smt_symbols *smt_symbols(struct smt *smt, Z3_ast term);
/* The number in the name of a memory symbol, or 0. */
int smt_memory(const struct smt *smt, unsigned id);
/* Is the symbol what a call returned? */
bool smt_is_call(const struct smt *smt, unsigned id);
/* Does the symbol stand for an operation that is not solved? */
bool smt_is_opaque(const struct smt *smt, unsigned id);
bool smt_share(struct smt *smt, Z3_ast a, Z3_ast b);
/* Is this symbol one of the term's? */
bool smt_has(struct smt *smt, Z3_ast term, unsigned id);
/* Are all symbols of the term among those of the two? */
bool smt_within(struct smt *smt, Z3_ast term, Z3_ast a, Z3_ast b);

/* Can all of these hold together? */
enum smt_answer smt_satisfiable(struct smt *smt, Z3_ast const *terms, int count);
/* Do ranges alone show that they cannot? That asks no solver. */
bool smt_refuted(struct smt *smt, Z3_ast const *terms, int count);
/* Numbers that make all of them hold, to be released with Z3_model_dec_ref(); NULL when none do. */
Z3_model smt_model(struct smt *smt, Z3_ast const *terms, int count);
bool smt_value(struct smt *smt, Z3_model model, Z3_ast term, int64_t *number);

#endif
