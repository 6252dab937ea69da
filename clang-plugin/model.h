/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of one translation unit: functions, their control flow, and per
 * block the events that matter (assign, call, return), over plain terms.
 * It owns every string and node in one arena and is freed as a whole. It
 * never knows Clang, the GUP API, or a rule: lower.cpp fills it, everything
 * else reads it.
 */
#ifndef GUP_MODEL_H
#define GUP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- arena ------------------------------------------------------------ */

struct arena {
	struct arena_chunk *chunks;
	size_t used, size, total;
};

void *arena_alloc(struct arena *arena, size_t size);	/* zeroed; never NULL */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

/* --- terms ------------------------------------------------------------ */

/* The type of a value, as far as arithmetic and page references need it. */
struct gup_type {
	uint8_t width;		/* in bits; 0: not a scalar */
	bool is_signed;
	bool is_bool;
	bool is_pointer;
	uint8_t page_depth;	/* struct page * is 1, struct page ** is 2; folios alike */
	uint32_t elem_size;	/* of what a pointer points to, in bytes; 0: unknown */
};

enum term_kind {
	TERM_CONST,	/* value; name: the macro or enumerator that it is spelled as, or NULL */
	TERM_VAR,	/* var: an index into the function's variables */
	TERM_FIELD,	/* a.name; record names the structure */
	TERM_INDEX,	/* a[b], a is a pointer value */
	TERM_DEREF,	/* *a */
	TERM_ADDR,	/* &a; also an array that decays to a pointer */
	TERM_UNARY,	/* op a */
	TERM_BINARY,	/* a op b */
	TERM_CAST,	/* (type)a */
	TERM_FUNCTION,	/* name: the address of a function */
	TERM_UNKNOWN
};

enum term_op {
	OP_NONE, OP_NEG, OP_NOT, OP_LNOT,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_REM, OP_SHL, OP_SHR,
	OP_AND, OP_OR, OP_XOR,
	OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE, OP_LAND, OP_LOR
};

struct gup_term {
	enum term_kind kind;
	enum term_op op;
	struct gup_type type;
	int64_t value;
	int var;
	const char *name, *record;
	const struct gup_term *a, *b;
};

/* --- positions -------------------------------------------------------- */

/*
 * Where something stands: the place where it was written by hand (the
 * expansion, when it came out of a macro), the outermost macro's name, and
 * where the text itself stands in that macro's body. `raw` is opaque: the
 * diagnostics callback hands it back to the front end; it is not kept on disk.
 */
struct gup_pos {
	const char *file;
	uint32_t line, column;
	const char *macro;	/* NULL: no macro */
	const char *body_file;
	uint32_t body_line;
	uint32_t raw;
};

/* --- functions -------------------------------------------------------- */

enum var_kind { VAR_LOCAL, VAR_PARAM, VAR_TEMP, VAR_GLOBAL };

struct gup_var {
	const char *name;
	const char *record;	/* the structure that it is, or points to; or NULL */
	enum var_kind kind;
	struct gup_type type;
	bool is_object;		/* an array or a structure: lives in memory */
	bool address_taken;
	bool is_static;		/* a global that other files do not see */
};

enum event_kind { EVENT_ASSIGN, EVENT_CALL, EVENT_RETURN };

struct gup_event {
	enum event_kind kind;
	struct gup_pos pos;
	const struct gup_term *lhs, *rhs;	/* assign; return: rhs or NULL */
	const char *text;			/* the source as written, shortened */
	/* call */
	const char *callee;			/* NULL: through a pointer */
	const struct gup_term *target;		/* that pointer */
	const struct gup_term **args;
	const char **arg_text;			/* spelling of each argument */
	int nr_args;
	int result;				/* variable of the result, -1: void */
	bool result_used, noreturn;
	bool callee_static;			/* a function of this file */
};

enum edge_kind { EDGE_ALWAYS, EDGE_TRUE, EDGE_FALSE, EDGE_CASE, EDGE_DEFAULT, EDGE_UNKNOWN };

struct gup_edge {
	enum edge_kind kind;
	int target;
	int64_t low, high;	/* EDGE_CASE */
};

struct gup_block {
	struct gup_event *events;
	int nr_events, cap_events;
	const struct gup_term *cond;	/* what the edges test */
	const char *cond_text;
	struct gup_pos cond_pos;
	struct gup_edge *edges;
	int nr_edges, cap_edges;
};

struct gup_function {
	const char *name;
	struct gup_pos pos;
	struct gup_pos end;
	struct gup_type returns;	/* width 0: void */
	bool is_static, variadic;
	struct gup_var *vars;
	int nr_vars, cap_vars, nr_params;	/* parameters come first */
	struct gup_block *blocks;
	int nr_blocks, entry, exit;
	const char *incomplete;		/* why the body could not be lowered, or NULL */
	void *analysis;			/* the engine's own notes (flow.h) */
};

struct gup_flag {
	const char *name;
	int64_t value;
	bool is_macro;		/* as up to 6.2; an enumerator since */
	bool is_internal;	/* declared in an internal header: callers must not give it */
};

/* A function that the file puts into a structure: `.get_pages = my_get_pages`. */
struct gup_slot {
	const char *record, *field, *function;
	bool is_static;		/* the function */
	struct gup_pos pos;
};

struct gup_model {
	struct arena arena;
	const char *file;
	const char *root;		/* what file names of the source tree begin with, or "" */
	const char *tree;		/* the kernel's version, "6.1.192"; or "" */
	const char *target;		/* clang's triple: says the architecture */
	uint64_t api;			/* api_digest() of the table that chose the functions */
	/*
	 * First those that reach the API, which are checked; behind them those that
	 * only pass page pointers on, which matter to who joins several files.
	 */
	struct gup_function **functions;
	int nr_functions, nr_passing, cap_functions;
	struct gup_slot *slots;
	int nr_slots, cap_slots;
	struct gup_flag *flags;		/* FOLL_* and PAGE_SHIFT as this translation unit defines them */
	int nr_flags, cap_flags;
};

struct gup_model *model_new(const char *file);
void model_free(struct gup_model *model);
struct gup_function *model_add_function(struct gup_model *model, const char *name);
/* After the last of the others. */
struct gup_function *model_add_passing(struct gup_model *model, const char *name);
int model_add_var(struct gup_model *model, struct gup_function *function, struct gup_var var);
void model_set_blocks(struct gup_model *model, struct gup_function *function, int count);
struct gup_event *model_add_event(struct gup_model *model, struct gup_block *block,
				  enum event_kind kind);
void model_add_edge(struct gup_model *model, struct gup_block *block, struct gup_edge edge);
/* Is a macro or enumerator of this name kept: FOLL_ and something, or PAGE_SHIFT? */
bool model_wants_flag(const char *name);
/* Copies the name. The flags are in order of their names; the last one of a name counts. */
void model_add_flag(struct gup_model *model, struct gup_flag flag);
/* Copies the names. */
void model_add_slot(struct gup_model *model, struct gup_slot slot);
/* Among the functions that are checked. */
struct gup_function *model_find(const struct gup_model *model, const char *name);
/* The value of a FOLL_ flag (or of PAGE_SHIFT) in this translation unit; 0 when it has none. */
int64_t model_flag(const struct gup_model *model, const char *name);

struct gup_term *term_new(struct gup_model *model, enum term_kind kind, struct gup_type type);
struct gup_term *term_const(struct gup_model *model, int64_t value, struct gup_type type);
struct gup_term *term_var(struct gup_model *model, const struct gup_function *function, int var);
struct gup_term *term_binary(struct gup_model *model, enum term_op op, struct gup_type type,
			     const struct gup_term *a, const struct gup_term *b);
struct gup_type type_int(int width, bool is_signed);
/* The operator of that spelling, OP_NONE when the model has none; "!" and "~" are unary. */
enum term_op term_op_of(const char *text);
/* Source text for a message: on one line, not longer than a message bears. */
char *model_shorten(struct gup_model *model, const char *text, size_t size);
/* Blocks times variables beyond which nobody looks into a function. */
#define MODEL_TOO_LARGE 20000000
/* A term's depth beyond which the rest is unknown. */
#define MODEL_MAX_DEPTH 200
/* NULL, or what is wrong with the model: bad indices, missing operands. */
const char *model_check(struct gup_model *model);

/* --- model_print.c ---------------------------------------------------- */

char *term_text(struct arena *arena, const struct gup_function *function,
		const struct gup_term *term);
void model_print(FILE *out, const struct gup_model *model);

#ifdef __cplusplus
}
#endif
#endif
