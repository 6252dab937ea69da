// SPDX-License-Identifier: GPL-2.0-only
#include "ints_parts.h"

#include <stdlib.h>
#include <string.h>

struct ints *ints_new(struct smt *smt)
{
	struct ints *ints = calloc(1, sizeof(*ints));

	if (!ints)
		abort();
	ints->smt = smt;
	ints->sums = Z3_mk_params(smt->z3);
	Z3_params_inc_ref(smt->z3, ints->sums);
	Z3_params_set_bool(smt->z3, ints->sums, Z3_mk_string_symbol(smt->z3, "sort_sums"), true);
	return ints;
}

void ints_free(struct ints *ints)
{
	Z3_params_dec_ref(ints->smt->z3, ints->sums);
	free(ints->memos);
	free(ints->side);
	free(ints);
}

/* --- the memo ---------------------------------------------------------------- */

static struct memo *memo_slot(struct ints *n, unsigned id)
{
	unsigned at = id * 2654435761u & (n->cap_memos - 1);

	while (n->memos[at].question == n->question && n->memos[at].id != id)
		at = (at + 1) & (n->cap_memos - 1);
	return &n->memos[at];
}

static void grow(struct ints *n)
{
	struct memo *old = n->memos;
	unsigned cap = n->cap_memos;

	n->cap_memos = cap ? cap * 2 : 256;
	n->memos = calloc(n->cap_memos, sizeof(*n->memos));
	if (!n->memos)
		abort();
	for (unsigned i = 0; i < cap; i++)
		if (old[i].question == n->question)
			*memo_slot(n, old[i].id) = old[i];
	free(old);
}

/* The entry of a term. Entries move when one is added: never keep one across a call of this. */
struct memo *ints_memo(struct ints *n, Z3_ast term)
{
	unsigned id = Z3_get_ast_id(n->smt->z3, term);

	if (n->nr_memos * 2 >= n->cap_memos)
		grow(n);
	struct memo *memo = memo_slot(n, id);

	if (memo->question != n->question) {
		memset(memo, 0, sizeof(*memo));
		memo->id = id;
		memo->question = n->question;
		n->nr_memos++;
	}
	return memo;
}

bool ints_is_bits(struct ints *n, Z3_ast term)
{
	return Z3_get_sort_kind(n->smt->z3, Z3_get_sort(n->smt->z3, term)) == Z3_BV_SORT;
}

bool ints_constant(struct ints *n, Z3_ast term, wide *value)
{
	uint64_t raw;

	if (Z3_get_ast_kind(n->smt->z3, term) != Z3_NUMERAL_AST ||
	    !Z3_get_numeral_uint64(n->smt->z3, term, &raw))
		return false;
	*value = raw;
	return true;
}

/* --- integers ------------------------------------------------------------------ */

static Z3_sort int_sort(struct ints *n)
{
	return Z3_mk_int_sort(n->smt->z3);
}

Z3_ast ints_number(struct ints *n, wide value)
{
	char text[48], *p = text + sizeof(text);
	bool negative = value < 0;

	if (value >= INT64_MIN && value <= INT64_MAX)
		return Z3_mk_int64(n->smt->z3, (int64_t)value, int_sort(n));
	*--p = 0;
	for (; value; value /= 10)
		*--p = (char)('0' + (negative ? -(int)(value % 10) : (int)(value % 10)));
	if (negative)
		*--p = '-';
	return Z3_mk_numeral(n->smt->z3, p, int_sort(n));
}

Z3_ast ints_variable(struct ints *n, unsigned id, enum ints_role role)
{
	Z3_symbol name = Z3_mk_int_symbol(n->smt->z3, (int)(id * NR_ROLES + role));

	return Z3_mk_const(n->smt->z3, name, int_sort(n));
}

void ints_assert(struct ints *n, Z3_ast term)
{
	if (n->nr_side == n->cap_side) {
		n->cap_side = n->cap_side ? n->cap_side * 2 : 64;
		n->side = realloc(n->side, (size_t)n->cap_side * sizeof(*n->side));
		if (!n->side)
			abort();
	}
	n->side[n->nr_side++] = term;
}

/* --- a question ---------------------------------------------------------------------- */

static int refuted(struct ints *n, bool *exact)
{
	n->nr_side = 0;
	ints_assert(n, Z3_mk_false(n->smt->z3));
	*exact = true;
	return 1;
}

int ints_read(struct ints *n, Z3_ast const *terms, int count, bool *exact)
{
	n->question++;
	n->nr_memos = 0;
	n->nr_side = 0;
	n->exact = true;
	if (!ints_learn(n, terms, count))
		return refuted(n, exact);
	for (int i = 0; i < count; i++) {
		Z3_ast truth = ints_truth(n, terms[i]);
		int decided = smt_constant_truth(n->smt, truth);

		if (!decided)
			return refuted(n, exact);
		if (decided < 0)
			ints_assert(n, truth);
	}
	*exact = n->exact;
	return n->nr_side;
}

Z3_ast ints_assertion(const struct ints *n, int index)
{
	return n->side[index];
}

static bool value_in(struct ints *n, Z3_model model, Z3_ast term, wide size, wide *value)
{
	Z3_ast found = NULL;
	const char *text;

	if (!Z3_model_eval(n->smt->z3, model, term, true, &found) || !found ||
	    Z3_get_ast_kind(n->smt->z3, found) != Z3_NUMERAL_AST)
		return false;
	text = Z3_get_numeral_string(n->smt->z3, found);
	bool negative = *text == '-';

	*value = 0;
	for (text += negative; *text >= '0' && *text <= '9'; text++)
		*value = (*value * 10 + (*text - '0')) % size;
	if (negative && *value)
		*value = size - *value;
	return true;
}

void ints_numbers(struct ints *n, Z3_model model, ints_take take, void *data)
{
	for (unsigned i = 0; i < n->cap_memos; i++) {
		const struct memo *memo = &n->memos[i];
		wide value;

		if (memo->question != n->question || !memo->is_symbol || !memo->has_plain)
			continue;
		if (value_in(n, model, ints_variable(n, memo->id, ROLE_SYMBOL),
			     two_to(smt_width(n->smt, memo->bits)), &value))
			take(data, memo->bits, (uint64_t)value);
	}
}
