/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ownership through fields: which calls leave references in struct T.field,
 * and which drop what is in it, over all files. It follows pointers to pages
 * through assignments, parameters and results; it runs no paths. What it
 * cannot tell (two fields in one pointer, a callee without a body) it says.
 */
#ifndef GUP_OWNER_H
#define GUP_OWNER_H

#include "program.h"

/* A call that takes or drops references, and where it stands. */
struct owner_event {
	struct unit *unit;
	struct gup_function *function;
	const struct gup_event *event;
	const struct api_row *row;
};

struct owner_events { struct owner_event *list; int count, room; };

struct owned_field {
	const char *record, *field;
	struct owner_events takes, drops;
	bool mixed;		/* one pointer held this field's pages and another's */
	bool escapes;		/* its pages went to a function whose body is not here */
	bool fed;		/* pages came into it that no acquire of ours gave */
	bool referenced;	/* somebody takes a reference of his own */
	bool unclear;		/* pages are dropped that came from the structure in a way not seen here */
	struct owned_field *next;
};

/* A function that does this to what its caller hands it (a parameter's number) or gets (-1). */
struct owner_deed {
	struct definition *definition;
	struct owner_event event;
	int where;
};

struct owners {
	struct owner_deed *deeds;	/* in order of the definitions */
	int nr_deeds, cap_deeds;
	struct owned_field *fields;	/* in order of record and field */
	int nr_fields;
};

/* In the program's arena. */
struct owners *owners_find(struct program *program);

#endif
