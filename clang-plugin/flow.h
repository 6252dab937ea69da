/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a function's control flow says before any path is run: loops, which
 * variables are live, which blocks touch references, and counting loops that
 * can be taken in one step. It owns the analysis that hangs off a function;
 * it never knows a state.
 */
#ifndef GUP_FLOW_H
#define GUP_FLOW_H

#include "api.h"
#include "model.h"

/* for (i = ...; i < bound; i++) release(array[i]): the whole loop as one release. */
struct counting_loop {
	int index;			/* the variable that counts */
	const struct gup_term *bound;	/* i op bound, read at the header */
	enum term_op op;
	const struct gup_term *array;	/* the pointer whose elements are released */
	const struct gup_event *release;
	const struct gup_event *use;	/* what looks at the data of each page before, or NULL */
	bool guarded;			/* only elements that are not NULL */
	int exit;			/* where the loop goes on */
};

/* A set of field names, a bit each by hash: a name may be in it by accident, never missing. */
struct name_set { uint64_t bits[4]; };

struct flow_block {
	int position;			/* in reverse postorder: after all that lead here, loops aside */
	bool in_loop, is_header, is_join;
	bool *body;			/* header: the blocks of the loop */
	bool has_references;		/* header: acquires or releases inside */
	struct counting_loop *counting;	/* header, or NULL */
	bool *live;			/* variables that may be read from here on */
	struct name_set reads;		/* fields that may be read from here on */
	bool leads_to_acquire;		/* here or later, callees included */
	bool leads_to_own;		/* the same, without callees */
	bool leads_to_release;		/* the same, of releases that only pages of GUP have */
};

struct flow {
	struct flow_block *blocks;
	bool asks_is_err;		/* tells error pointers from others */
	int nr_done;			/* blocks that were given a position */
	bool ran_whole;			/* the engine followed all of its paths */
	bool hands_on;			/* on some path references are left to its callers */
	bool acquires;			/* itself, not through its callees */
	bool makes_iterator;		/* itself, not through its callees */
	bool releases;			/* what only pages of GUP have; callees included */
};

struct flow *flow_of(struct gup_model *model, const struct api *api, struct gup_function *function);
/* Calls visit for each variable that the term reads. */
void flow_reads(const struct gup_term *term, void (*visit)(void *data, int var), void *data);
/* Does it read one of the variables [from, to)? */
bool flow_reads_any(const struct gup_term *term, int from, int to);
bool flow_has_name(const struct name_set *set, const char *name);
bool flow_same_term(const struct gup_term *a, const struct gup_term *b);

#endif
