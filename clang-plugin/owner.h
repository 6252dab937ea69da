/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ownership through fields: which calls leave references in struct T.field,
 * and which drop what is in it, over all files. It follows pointers to pages
 * through assignments, containers, parameters and results; it runs no paths. What it
 * cannot tell (a callee without a body, pages from elsewhere) it says.
 */
#ifndef GUP_OWNER_H
#define GUP_OWNER_H

#include "program.h"

enum owner_what { OWNER_TAKES, OWNER_DROPS, OWNER_USES };

/* A call that takes or drops references, or gets at the data, and where it stands. */
struct owner_event {
	struct unit *unit;
	struct gup_function *function;
	const struct gup_event *event;
	const struct api_row *row;	/* of a use perhaps none */
	enum owner_what what;
};

struct owner_events { struct owner_event *list; int count, room; };
struct owner_lists { struct owner_events takes, drops, uses; };

struct owned_field {
	const char *record, *field;
	struct owner_lists events;
	bool mixed;		/* one pointer held this field's pages and another's */
	bool escapes;		/* its pages went to a function whose body is not here */
	bool fed;		/* pages came into it that no acquire of ours gave */
	bool referenced;	/* somebody takes a reference of his own */
	bool unclear;		/* pages are dropped that came from the structure in a way not seen here */
	struct owned_field *leader;	/* of its group, or nearer to it; NULL: itself */
	struct owned_group *group;	/* the leader's */
	struct owned_field *next;
};

/* Fields that hold the same pages, in one form or another. */
struct owned_group {
	struct owned_field *first;	/* the first that is filled, or the first */
	struct owner_lists events;
	bool escapes, fed, referenced, unclear;
};

/* A function that does this to what its caller hands it (a parameter's number) or gets (-1). */
struct owner_deed {
	struct definition *definition;
	struct owner_event event;
	int where;
};

/* What is done with the pages of a call, in one function with it or through its callers. */
struct owner_pair { const struct gup_event *take; struct owner_event use; };

struct owners {
	struct owner_pair *pairs;
	int nr_pairs, cap_pairs;
	struct owner_deed *deeds;	/* in order of the definitions */
	int nr_deeds, cap_deeds;
	struct owned_field **fields;	/* in order of record and field */
	int nr_fields;
	struct owned_group *groups;	/* in order of their first fields */
	int nr_groups;
};

/* In the program's arena. */
struct owners *owners_find(struct program *program);

#endif
