// SPDX-License-Identifier: GPL-2.0-only
#include "smt.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void on_error(Z3_context z3, Z3_error_code code)
{
	/* The callers see NULL or UNKNOWN; an internal error must not end the compiler. */
	(void)z3;
	(void)code;
}

/*
 * A context of Z3 4.8 begins with two hash tables of 8 MB each. Given back to the system behind one
 * function, they are faulted in anew, page by page, for the next: 80 ms on a virtual machine, more
 * than most functions take. Sizes in bytes; the first is the most that glibc takes.
 */
void smt_keep_tables(void)
{
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

void smt_give_back(void)
{
	malloc_trim(0);
}

void smt_open(struct smt *smt, struct arena *arena)
{
	Z3_config config = Z3_mk_config();

	memset(smt, 0, sizeof(*smt));
	smt->arena = arena;
	smt->z3 = Z3_mk_context(config);
	Z3_del_config(config);
	Z3_set_error_handler(smt->z3, on_error);
	/* A sign extension says more than 32 copies of the sign bit: see ints.c. */
	smt->simplify = Z3_mk_params(smt->z3);
	Z3_params_inc_ref(smt->z3, smt->simplify);
	Z3_params_set_bool(smt->z3, smt->simplify, Z3_mk_string_symbol(smt->z3, "elim_sign_ext"), false);
}

void smt_close(struct smt *smt)
{
	solve_close(smt);
	Z3_params_dec_ref(smt->z3, smt->simplify);
	Z3_del_context(smt->z3);
}

static Z3_sort bits(struct smt *smt, unsigned width)
{
	return Z3_mk_bv_sort(smt->z3, width);
}

Z3_ast smt_number(struct smt *smt, int64_t value, unsigned width)
{
	if (width < 64)
		value &= ((int64_t)1 << width) - 1;
	return Z3_mk_unsigned_int64(smt->z3, (uint64_t)value, bits(smt, width));
}

Z3_ast smt_symbol(struct smt *smt, const char *name, unsigned width)
{
	return Z3_mk_const(smt->z3, Z3_mk_string_symbol(smt->z3, name), bits(smt, width));
}

unsigned smt_width(struct smt *smt, Z3_ast value)
{
	return Z3_get_bv_sort_size(smt->z3, Z3_get_sort(smt->z3, value));
}

Z3_ast smt_simplify(struct smt *smt, Z3_ast term)
{
	return Z3_simplify_ex(smt->z3, term, smt->simplify);
}

/* The term of that width which was extended to make this one, or NULL: the simplifier leaves extract(sign_ext(x)). */
static Z3_ast unextended(struct smt *smt, Z3_ast value, unsigned width)
{
	if (Z3_get_ast_kind(smt->z3, value) != Z3_APP_AST)
		return NULL;
	Z3_app app = Z3_to_app(smt->z3, value);

	if (Z3_get_decl_kind(smt->z3, Z3_get_app_decl(smt->z3, app)) != Z3_OP_SIGN_EXT)
		return NULL;
	Z3_ast inner = Z3_get_app_arg(smt->z3, app, 0);

	return smt_width(smt, inner) == width ? inner : NULL;
}

Z3_ast smt_resize(struct smt *smt, Z3_ast value, unsigned width, bool is_signed)
{
	unsigned old = smt_width(smt, value);

	if (old == width)
		return value;
	if (old > width) {
		Z3_ast inner = unextended(smt, value, width);

		return inner ? inner : smt_simplify(smt, Z3_mk_extract(smt->z3, width - 1, 0, value));
	}
	return smt_simplify(smt, is_signed ? Z3_mk_sign_ext(smt->z3, width - old, value) :
					     Z3_mk_zero_ext(smt->z3, width - old, value));
}

static Z3_ast arithmetic(Z3_context z3, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b)
{
	switch (op) {
	case OP_ADD: return Z3_mk_bvadd(z3, a, b);
	case OP_SUB: return Z3_mk_bvsub(z3, a, b);
	case OP_MUL: return Z3_mk_bvmul(z3, a, b);
	case OP_DIV: return is_signed ? Z3_mk_bvsdiv(z3, a, b) : Z3_mk_bvudiv(z3, a, b);
	case OP_REM: return is_signed ? Z3_mk_bvsrem(z3, a, b) : Z3_mk_bvurem(z3, a, b);
	case OP_SHL: return Z3_mk_bvshl(z3, a, b);
	case OP_SHR: return is_signed ? Z3_mk_bvashr(z3, a, b) : Z3_mk_bvlshr(z3, a, b);
	case OP_AND: return Z3_mk_bvand(z3, a, b);
	case OP_OR: return Z3_mk_bvor(z3, a, b);
	case OP_XOR: return Z3_mk_bvxor(z3, a, b);
	default: return NULL;
	}
}

static int power_of_two(uint64_t number)
{
	return number && !(number & (number - 1)) ? __builtin_ctzll(number) : -1;
}

static Z3_ast opaque(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b)
{
	char *name = arena_printf(smt->arena, "h%d.%d.%u.%u", op, is_signed,
				  Z3_get_ast_id(smt->z3, a), Z3_get_ast_id(smt->z3, b));
	Z3_ast symbol = smt_symbol(smt, name, smt_width(smt, a));
	unsigned id = Z3_get_ast_id(smt->z3, symbol);

	if (id >= smt->cap_origins) {
		unsigned cap = id * 2 + 256;
		struct smt_origin *list = arena_alloc(smt->arena, cap * sizeof(*list));

		if (smt->cap_origins)
			memcpy(list, smt->origins, smt->cap_origins * sizeof(*list));
		smt->origins = list;
		smt->cap_origins = cap;
	}
	smt->origins[id] = (struct smt_origin){ symbol, a, b };
	return symbol;
}

static bool is_symbol(struct smt *smt, Z3_ast term)
{
	return Z3_get_ast_kind(smt->z3, term) == Z3_APP_AST &&
	       !Z3_get_app_num_args(smt->z3, Z3_to_app(smt->z3, term));
}

/*
 * From addresses and lengths to numbers of pages and back: exact, these cost a
 * solver more than any balance is worth. The result is a symbol of its own,
 * always the same for the same operands. What calls returned stays exact.
 */
static bool scales_length(struct smt *smt, enum term_op op, Z3_ast a)
{
	if (smt_width(smt, a) != 64 || is_symbol(smt, a))
		return false;
	return (op == OP_SHR || op == OP_DIV || op == OP_REM) && !smt_symbols(smt, a)->of_call;
}

static Z3_ast hard(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b)
{
	unsigned width = smt_width(smt, a);
	int64_t x, y;
	bool a_known = smt_constant(smt, a, &x), b_known = smt_constant(smt, b, &y);
	int shift;

	if (a_known && b_known)
		return NULL;
	if (!a_known && scales_length(smt, op, a))
		return opaque(smt, op, is_signed, a, b);
	if (op != OP_MUL && op != OP_DIV && op != OP_REM)
		return NULL;
	if (op == OP_MUL && a_known)
		return hard(smt, op, is_signed, b, a);
	shift = b_known ? power_of_two((uint64_t)y) : -1;
	if (shift >= 0 && op == OP_MUL)
		return Z3_mk_bvshl(smt->z3, a, smt_number(smt, shift, width));
	if (shift >= 0 && op == OP_DIV && !is_signed)
		return Z3_mk_bvlshr(smt->z3, a, smt_number(smt, shift, width));
	if (shift >= 0 && op == OP_REM && !is_signed)
		return Z3_mk_bvand(smt->z3, a, smt_number(smt, y - 1, width));
	return opaque(smt, op, is_signed, a, b);
}

Z3_ast smt_binary(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b)
{
	Z3_ast result = hard(smt, op, is_signed, a, b);

	if (!result)
		result = arithmetic(smt->z3, op, is_signed, a, b);

	return result ? smt_simplify(smt, result) : NULL;
}

Z3_ast smt_compare(struct smt *smt, enum term_op op, bool is_signed, Z3_ast a, Z3_ast b)
{
	Z3_context z3 = smt->z3;
	Z3_ast result = NULL;

	switch (op) {
	case OP_LT: result = is_signed ? Z3_mk_bvslt(z3, a, b) : Z3_mk_bvult(z3, a, b); break;
	case OP_LE: result = is_signed ? Z3_mk_bvsle(z3, a, b) : Z3_mk_bvule(z3, a, b); break;
	case OP_GT: result = is_signed ? Z3_mk_bvsgt(z3, a, b) : Z3_mk_bvugt(z3, a, b); break;
	case OP_GE: result = is_signed ? Z3_mk_bvsge(z3, a, b) : Z3_mk_bvuge(z3, a, b); break;
	case OP_EQ: result = Z3_mk_eq(z3, a, b); break;
	case OP_NE: result = Z3_mk_not(z3, Z3_mk_eq(z3, a, b)); break;
	default: return NULL;
	}
	return smt_simplify(smt, result);
}

Z3_ast smt_not(struct smt *smt, Z3_ast condition)
{
	return smt_simplify(smt, Z3_mk_not(smt->z3, condition));
}

Z3_ast smt_and(struct smt *smt, Z3_ast a, Z3_ast b)
{
	Z3_ast both[2] = { a, b };

	return smt_simplify(smt, Z3_mk_and(smt->z3, 2, both));
}

Z3_ast smt_or(struct smt *smt, Z3_ast a, Z3_ast b)
{
	Z3_ast both[2] = { a, b };

	return smt_simplify(smt, Z3_mk_or(smt->z3, 2, both));
}

Z3_ast smt_ite(struct smt *smt, Z3_ast condition, Z3_ast yes, Z3_ast no)
{
	return smt_simplify(smt, Z3_mk_ite(smt->z3, condition, yes, no));
}

Z3_ast smt_nonzero(struct smt *smt, Z3_ast value)
{
	return smt_compare(smt, OP_NE, false, value, smt_number(smt, 0, smt_width(smt, value)));
}

/* The bit by itself: of `(x ? A : 0) | B` that simplifies to what it is, where a mask of all would not. */
Z3_ast smt_flag(struct smt *smt, Z3_ast value, int64_t mask)
{
	int bit = power_of_two((uint64_t)mask);

	if (bit < 0 || (unsigned)bit >= smt_width(smt, value))
		return smt_nonzero(smt, smt_binary(smt, OP_AND, false, value,
						   smt_number(smt, mask, smt_width(smt, value))));
	return smt_nonzero(smt, smt_simplify(smt, Z3_mk_extract(smt->z3, bit, bit, value)));
}

Z3_ast smt_truth(struct smt *smt, Z3_ast condition, unsigned width)
{
	return smt_ite(smt, condition, smt_number(smt, 1, width), smt_number(smt, 0, width));
}

Z3_ast smt_min_unsigned(struct smt *smt, Z3_ast a, Z3_ast b)
{
	return smt_ite(smt, smt_compare(smt, OP_LE, false, a, b), a, b);
}

int smt_constant_truth(struct smt *smt, Z3_ast condition)
{
	switch (Z3_get_bool_value(smt->z3, condition)) {
	case Z3_L_TRUE: return 1;
	case Z3_L_FALSE: return 0;
	default: return -1;
	}
}

bool smt_constant(struct smt *smt, Z3_ast value, int64_t *number)
{
	uint64_t raw;

	if (Z3_get_ast_kind(smt->z3, value) != Z3_NUMERAL_AST ||
	    !Z3_get_numeral_uint64(smt->z3, value, &raw))
		return false;
	*number = (int64_t)raw;
	return true;
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static const char *symbol_name(struct smt *smt, Z3_func_decl decl)
{
	Z3_symbol symbol = Z3_get_decl_name(smt->z3, decl);

	if (Z3_get_symbol_kind(smt->z3, symbol) != Z3_STRING_SYMBOL)
		return "";
	return Z3_get_symbol_string(smt->z3, symbol);
}

bool smt_is_call(const struct smt *smt, unsigned id)
{
	return id < smt->cap_cache && smt->cache[id].of_call;
}

bool smt_is_opaque(const struct smt *smt, unsigned id)
{
	return id < smt->cap_origins && smt->origins[id].symbol;
}

int smt_memory(const struct smt *smt, unsigned id)
{
	return id < smt->cap_cache ? smt->cache[id].memory : 0;
}

static void add_symbols(struct smt *smt, struct smt_symbols *out, int *room, Z3_ast term)
{
	struct smt_symbols part = *smt_symbols(smt, term);

	if (out->count + part.count > *room) {
		unsigned *ids = arena_alloc(smt->arena,
					    (size_t)(out->count + part.count) * 2 * sizeof(*ids));

		if (out->count)
			memcpy(ids, out->ids, (size_t)out->count * sizeof(*ids));
		out->ids = ids;
		*room = (out->count + part.count) * 2;
	}
	for (int p = 0; p < part.count; p++)
		out->ids[out->count++] = part.ids[p];
	out->vague |= part.vague;
	out->reloadable |= part.reloadable;
	out->of_call |= part.of_call;
}

static void collect_symbol(struct smt *smt, struct smt_symbols *out, int *room, Z3_app app)
{
	Z3_func_decl decl = Z3_get_app_decl(smt->z3, app);
	unsigned id = Z3_get_ast_id(smt->z3, Z3_app_to_ast(smt->z3, app));
	const char *name;

	if (Z3_get_decl_kind(smt->z3, decl) != Z3_OP_UNINTERPRETED)
		return;
	out->ids = arena_alloc(smt->arena, sizeof(*out->ids));
	out->ids[0] = id;
	out->count = *room = 1;
	name = symbol_name(smt, decl);
	out->vague = name[0] == SMT_VAGUE[0];
	out->of_call = name[0] == '!';
	out->reloadable = name[0] == SMT_MEMORY[0];
	out->memory = out->reloadable ? atoi(name + 1) : 0;
	if (id < smt->cap_origins && smt->origins[id].symbol) {
		add_symbols(smt, out, room, smt->origins[id].a);
		add_symbols(smt, out, room, smt->origins[id].b);
	}
}

static void collect(struct smt *smt, struct smt_symbols *out, Z3_app app)
{
	unsigned count = Z3_get_app_num_args(smt->z3, app);
	int room = 0, kept = 0;

	if (!count)
		collect_symbol(smt, out, &room, app);
	for (unsigned i = 0; i < count; i++)
		add_symbols(smt, out, &room, Z3_get_app_arg(smt->z3, app, i));
	if (out->count)
		qsort(out->ids, (size_t)out->count, sizeof(*out->ids), by_number);
	for (int i = 0; i < out->count; i++)
		if (!i || out->ids[i] != out->ids[i - 1])
			out->ids[kept++] = out->ids[i];
	out->count = kept;
}

/* Indexed by Z3's own number of the term; terms live as long as the context. */
const struct smt_symbols *smt_symbols(struct smt *smt, Z3_ast term)
{
	static const struct smt_symbols none;
	unsigned id = Z3_get_ast_id(smt->z3, term);

	if (Z3_get_ast_kind(smt->z3, term) != Z3_APP_AST)
		return &none;
	if (id >= smt->cap_cache) {
		unsigned cap = smt->cap_cache ? smt->cap_cache : 1024;

		while (cap <= id)
			cap *= 2;
		struct smt_symbols *cache = arena_alloc(smt->arena, cap * sizeof(*cache));

		if (smt->cap_cache)
			memcpy(cache, smt->cache, smt->cap_cache * sizeof(*cache));
		smt->cache = cache;
		smt->cap_cache = cap;
	}
	if (smt->cache[id].term != term) {
		struct smt_symbols found = { .term = term };

		collect(smt, &found, Z3_to_app(smt->z3, term));
		smt->cache[id] = found;	/* collect() may have moved the cache */
	}
	return &smt->cache[id];
}

bool smt_has(struct smt *smt, Z3_ast term, unsigned id)
{
	const struct smt_symbols *symbols = smt_symbols(smt, term);

	for (int i = 0; i < symbols->count; i++)
		if (symbols->ids[i] == id)
			return true;
	return false;
}

bool smt_within(struct smt *smt, Z3_ast term, Z3_ast a, Z3_ast b)
{
	struct smt_symbols symbols = *smt_symbols(smt, term);

	for (int i = 0; i < symbols.count; i++)
		if (!smt_has(smt, a, symbols.ids[i]) && !smt_has(smt, b, symbols.ids[i]))
			return false;
	return true;
}

bool smt_share(struct smt *smt, Z3_ast a, Z3_ast b)
{
	struct smt_symbols x = *smt_symbols(smt, a), y = *smt_symbols(smt, b);

	for (int i = 0, j = 0; i < x.count && j < y.count;) {
		if (x.ids[i] == y.ids[j])
			return true;
		if (x.ids[i] < y.ids[j])
			i++;
		else
			j++;
	}
	return false;
}
