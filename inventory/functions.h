/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where functions begin and end in a token list that was never preprocessed.
 * Every #ifdef arm counts; a closing brace in the first column ends a function
 * whatever unbalanced arms came before it (kernel style makes that true).
 */
#ifndef INVENTORY_FUNCTIONS_H
#define INVENTORY_FUNCTIONS_H

#include "lex.h"

/* What a token is part of. Indexes are into the token list. */
struct region {
	enum { REGION_FUNCTION, REGION_MACRO } kind;
	size_t name;		/* the token that names it */
	size_t name_arg;	/* FOO_DEFINE(name) {...}: the argument, else 0 */
	size_t params;		/* its "(", or 0: a macro without parameters */
	size_t begin, end;	/* body: [begin, end) */
	bool is_static;
};

struct region_list {
	struct region *r;
	size_t nr, cap;
};

/* Find all function bodies and macro bodies, in order. Returns 0, or -1 out of memory. */
int find_regions(const struct token_list *toks, struct region_list *out);
void region_list_free(struct region_list *list);

/* The token that closes the bracket at @open, or toks->nr when there is none. */
size_t closing(const struct token_list *toks, size_t open);

#endif
