// SPDX-License-Identifier: GPL-2.0-only
/* Questions: answered from memory, by ranges, as integers, and only then bit by bit. */
#include "guess.h"
#include "ints.h"

#include <stdlib.h>
#include <string.h>

/* Work per question, in Z3's own units: the same on every machine, unlike seconds. */
#define QUICK_LIMIT 40000u
#define THOROUGH_LIMIT 150000u
#define QUICK_INTEGER_LIMIT 15000u
#define INTEGER_LIMIT 80000u

static Z3_solver new_solver(struct smt *smt, const char *logic)
{
	Z3_solver solver = Z3_mk_solver_for_logic(smt->z3, Z3_mk_string_symbol(smt->z3, logic));

	Z3_solver_inc_ref(smt->z3, solver);
	return solver;
}

static void set_limit(struct smt *smt, Z3_solver solver, unsigned limit)
{
	Z3_params params = Z3_mk_params(smt->z3);

	Z3_params_inc_ref(smt->z3, params);
	Z3_params_set_uint(smt->z3, params, Z3_mk_string_symbol(smt->z3, "rlimit"), limit);
	/* The older of the two simplex solvers: half the time on sums of a few terms. */
	if (solver == smt->int_solver)
		Z3_params_set_uint(smt->z3, params, Z3_mk_string_symbol(smt->z3, "arith.solver"), 2);
	Z3_solver_set_params(smt->z3, solver, params);
	Z3_params_dec_ref(smt->z3, params);
}

/* Solvers cost more to make than many functions ever ask of them. */
static Z3_solver bit_solver(struct smt *smt)
{
	unsigned limit = smt->quick ? QUICK_LIMIT : THOROUGH_LIMIT;

	/* Finite domains: straight to SAT. Half the time of QF_BV on these small questions. */
	if (!smt->bit_solver)
		smt->bit_solver = new_solver(smt, "QF_FD");
	if (smt->limit != limit)
		set_limit(smt, smt->bit_solver, limit);
	smt->limit = limit;
	return smt->bit_solver;
}

static Z3_solver int_solver(struct smt *smt)
{
	unsigned limit = smt->quick ? QUICK_INTEGER_LIMIT : INTEGER_LIMIT;

	/* No tactics: they cost more than these questions do. */
	if (!smt->int_solver) {
		smt->int_solver = Z3_mk_simple_solver(smt->z3);
		Z3_solver_inc_ref(smt->z3, smt->int_solver);
	}
	if (smt->int_limit != limit)
		set_limit(smt, smt->int_solver, limit);
	smt->int_limit = limit;
	return smt->int_solver;
}

void solve_close(struct smt *smt)
{
	if (smt->bit_solver)
		Z3_solver_dec_ref(smt->z3, smt->bit_solver);
	if (smt->int_solver)
		Z3_solver_dec_ref(smt->z3, smt->int_solver);
	if (smt->ints)
		ints_free(smt->ints);
	if (smt->guesses)
		guesses_free(smt->guesses);
}

void smt_quick(struct smt *smt, bool quick)
{
	smt->quick = quick;
}

/* --- asked before ------------------------------------------------------------------ */

static struct smt_answered *answered_slot(struct smt *smt, uint64_t key)
{
	unsigned at = (unsigned)key & (smt->cap_answered - 1);

	while (smt->answered[at].key && smt->answered[at].key != key)
		at = (at + 1) & (smt->cap_answered - 1);
	return &smt->answered[at];
}

static void remember(struct smt *smt, uint64_t key, enum smt_answer answer)
{
	if (smt->nr_answered * 2 >= smt->cap_answered) {
		struct smt_answered *old = smt->answered;
		unsigned cap = smt->cap_answered;

		smt->cap_answered = cap ? cap * 2 : 512;
		smt->answered = arena_alloc(smt->arena, smt->cap_answered * sizeof(*old));
		for (unsigned i = 0; i < cap; i++)
			if (old[i].key)
				*answered_slot(smt, old[i].key) = old[i];
	}
	*answered_slot(smt, key) = (struct smt_answered){ key, answer };
	smt->nr_answered++;
}

/* The order of the terms does not matter, so neither does it to the key. */
static uint64_t question_key(struct smt *smt, Z3_ast const *terms, int count)
{
	uint64_t key = (uint64_t)count + 1;

	for (int i = 0; i < count; i++) {
		uint64_t mixed = Z3_get_ast_id(smt->z3, terms[i]) * 0x9e3779b97f4a7c15ull;

		mixed ^= mixed >> 29;
		key += mixed * 0xbf58476d1ce4e5b9ull;
	}
	return key ? key : 1;
}

/* --- solving ------------------------------------------------------------------------ */

/* Z3 counts its work for the whole context. */
static void count_work(struct smt *smt, Z3_solver solver)
{
	Z3_stats stats = Z3_solver_get_statistics(smt->z3, solver);

	Z3_stats_inc_ref(smt->z3, stats);
	for (unsigned i = 0; i < Z3_stats_size(smt->z3, stats); i++)
		if (!strcmp(Z3_stats_get_key(smt->z3, stats, i), "rlimit count"))
			smt->work = Z3_stats_get_uint_value(smt->z3, stats, i);
	Z3_stats_dec_ref(smt->z3, stats);
}

static enum smt_answer check(struct smt *smt, Z3_solver solver)
{
	smt->asked++;
	Z3_lbool answer = Z3_solver_check(smt->z3, solver);

	count_work(smt, solver);
	switch (answer) {
	case Z3_L_TRUE: return SMT_YES;
	case Z3_L_FALSE: return SMT_NO;
	default: return SMT_UNKNOWN;
	}
}

static enum smt_answer by_bits(struct smt *smt, Z3_ast const *terms, int count)
{
	Z3_solver solver = bit_solver(smt);

	Z3_solver_reset(smt->z3, solver);
	for (int i = 0; i < count; i++)
		Z3_solver_assert(smt->z3, solver, terms[i]);
	return check(smt, solver);
}

/* As integers; *exact: a yes is one for the bit-vectors as well. */
static enum smt_answer by_integers(struct smt *smt, Z3_ast const *terms, int count, bool *exact)
{
	int assertions;

	if (!smt->ints)
		smt->ints = ints_new(smt);
	assertions = ints_read(smt->ints, terms, count, exact);
	if (!assertions)
		return SMT_YES;
	if (assertions == 1 && !smt_constant_truth(smt, ints_assertion(smt->ints, 0)))
		return SMT_NO;
	Z3_solver solver = int_solver(smt);

	Z3_solver_reset(smt->z3, solver);
	for (int i = 0; i < assertions; i++)
		Z3_solver_assert(smt->z3, solver, ints_assertion(smt->ints, i));
	return check(smt, solver);
}

bool smt_refuted(struct smt *smt, Z3_ast const *terms, int count)
{
	bool exact;

	if (!smt->ints)
		smt->ints = ints_new(smt);
	bool refuted = ints_read(smt->ints, terms, count, &exact) == 1 &&
		       !smt_constant_truth(smt, ints_assertion(smt->ints, 0));

	/* Terms that grow without a question cost as well. */
	count_work(smt, int_solver(smt));
	return refuted;
}

static void take_number(void *data, Z3_ast symbol, uint64_t value)
{
	guesses_set(data, symbol, value);
}

/* The numbers of the model that the integers have: an example for later questions. */
static void learn_example(struct smt *smt)
{
	Z3_model model = smt->int_solver ? Z3_solver_get_model(smt->z3, smt->int_solver) : NULL;

	guesses_begin(smt->guesses);
	if (!model)
		return;
	Z3_model_inc_ref(smt->z3, model);
	ints_numbers(smt->ints, model, take_number, smt->guesses);
	Z3_model_dec_ref(smt->z3, model);
}

enum smt_answer smt_satisfiable(struct smt *smt, Z3_ast const *terms, int count)
{
	uint64_t key = question_key(smt, terms, count);
	enum smt_answer answer;
	bool exact;

	/* What a quick look could not answer a thorough one may. */
	key = key * 2 + smt->quick;
	if (smt->cap_answered && answered_slot(smt, key)->key)
		return answered_slot(smt, key)->answer;
	if (!smt->guesses)
		smt->guesses = guesses_new(smt);
	if (guesses_hold(smt->guesses, terms, count)) {
		remember(smt, key, SMT_YES);
		return SMT_YES;
	}
	answer = by_integers(smt, terms, count, &exact);
	if (answer == SMT_YES)
		learn_example(smt);
	/* The integers may have been looser than the bits: are their numbers an example? */
	bool loose = answer == SMT_YES && !exact && !guesses_hold(smt->guesses, terms, count);

	if (loose)
		answer = SMT_UNKNOWN;
	/* What is too much for the integers is mostly too much for the bits as well. */
	if (answer == SMT_UNKNOWN && !smt->integers_only && (loose || !smt->quick))
		answer = by_bits(smt, terms, count);
	remember(smt, key, answer);
	return answer;
}

struct pinned { struct smt *smt; Z3_ast *terms; int count, room; };

static void pin(void *data, Z3_ast symbol, uint64_t value)
{
	struct pinned *p = data;

	if (p->count < p->room)
		p->terms[p->count++] = Z3_mk_eq(p->smt->z3, symbol,
			smt_number(p->smt, (int64_t)value, smt_width(p->smt, symbol)));
}

/* The numbers that make the integers hold, tried on the bit-vectors. */
static Z3_model try_numbers(struct smt *smt, Z3_ast const *terms, int count)
{
	Z3_model model = smt->int_solver ? Z3_solver_get_model(smt->z3, smt->int_solver) : NULL;
	struct pinned p = { smt, NULL, count, count };

	if (!model)
		return NULL;
	for (int i = 0; i < count; i++)
		p.room += smt_symbols(smt, terms[i])->count;
	p.terms = malloc(((size_t)p.room + 1) * sizeof(*p.terms));
	if (!p.terms)
		abort();
	memcpy(p.terms, terms, (size_t)count * sizeof(*terms));
	Z3_model_inc_ref(smt->z3, model);
	ints_numbers(smt->ints, model, pin, &p);
	Z3_model_dec_ref(smt->z3, model);
	model = by_bits(smt, p.terms, p.count) == SMT_YES ?
		Z3_solver_get_model(smt->z3, smt->bit_solver) : NULL;
	free(p.terms);
	return model;
}

Z3_model smt_model(struct smt *smt, Z3_ast const *terms, int count)
{
	Z3_model model = NULL;
	bool exact;
	enum smt_answer answer = by_integers(smt, terms, count, &exact);

	if (answer == SMT_NO)
		return NULL;
	if (answer == SMT_YES)
		model = try_numbers(smt, terms, count);
	if (!model && by_bits(smt, terms, count) == SMT_YES)
		model = Z3_solver_get_model(smt->z3, smt->bit_solver);
	if (model)
		Z3_model_inc_ref(smt->z3, model);
	return model;
}

bool smt_value(struct smt *smt, Z3_model model, Z3_ast term, int64_t *number)
{
	Z3_ast value = NULL;

	if (!Z3_model_eval(smt->z3, model, term, true, &value) || !value)
		return false;
	return smt_constant(smt, value, number);
}
