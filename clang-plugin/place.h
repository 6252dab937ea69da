/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places: symbolic names for memory. A place is a variable, what a pointer
 * points to, a field, an element, or memory that a call returned. Two equal
 * places are the same pointer, so comparing is cheap. This module owns the
 * table of places of one analysis; it never holds values.
 */
#ifndef GUP_PLACE_H
#define GUP_PLACE_H

#include "smt.h"

enum place_kind {
	PLACE_VAR,	/* a variable of a frame */
	PLACE_GLOBAL,
	PLACE_FRESH,	/* memory that a call handed out */
	PLACE_TARGET,	/* what the pointer in `parent` points to */
	PLACE_FIELD,
	PLACE_ELEM,	/* the index-th element of the array that starts at parent */
	PLACE_FUNCTION
};

struct place {
	enum place_kind kind;
	int id;
	const struct place *parent;
	const char *name;		/* variable, field, call or function */
	const char *record;		/* of a field */
	const char *stamp;		/* which write a target was loaded after; "" is none */
	int frame, var;			/* PLACE_VAR */
	Z3_ast index;			/* PLACE_ELEM: 64 bits, in elements */
	unsigned scale;			/* size of an element */
	bool is_param;			/* PLACE_VAR */
	bool is_private;		/* PLACE_FRESH: nobody else knows it (an allocation) */
	bool is_zeroed;			/* ... and it was handed out full of zeroes */
	Z3_ast address;			/* bits of the pointer to it */
	struct place *next;		/* in the hash chain */
};

#define PLACE_BUCKETS 1024

struct places {
	struct smt *smt;
	struct arena *arena;
	struct place *buckets[PLACE_BUCKETS];
	int count;
	const struct place **by_id;	/* by_id[place->id] */
	int cap_by_id;
};

void places_open(struct places *places, struct smt *smt, struct arena *arena);
const struct place *place_var(struct places *places, int frame, int var, const struct gup_var *v);
const struct place *place_fresh(struct places *places, const char *name, bool is_private);
const struct place *place_zeroed(struct places *places, const char *name);
const struct place *place_function(struct places *places, const char *name);
const struct place *place_target(struct places *places, const struct place *pointer,
				 const char *stamp);
const struct place *place_field(struct places *places, const struct place *parent,
				const char *name, const char *record);
/* Canonical: element 0 is the array's own start, elements of elements add up. */
const struct place *place_elem(struct places *places, const struct place *array, Z3_ast index,
			       unsigned scale);
/* The array that an element belongs to, and its index (64 bits). */
const struct place *place_array(struct places *places, const struct place *place, Z3_ast *index);
/* The variable, target or call result that the place lies in. */
const struct place *place_object(const struct place *place);
bool place_inside(const struct place *place, const struct place *outer);
/* As source text, near enough: `region->pages[i]`. */
char *place_text(struct arena *arena, const struct place *place);

#endif
