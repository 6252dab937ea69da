/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program: the facts of any number of translation units, in an order that
 * does not depend on how they were given, and who calls whom across them. It
 * owns the models; it never runs anything.
 */
#ifndef GUP_PROGRAM_H
#define GUP_PROGRAM_H

#include "api.h"
#include "model.h"

struct unit {
	const char *path;		/* of the facts */
	struct gup_model *model;
	struct unit *same;		/* an earlier unit of the same source: another configuration */
};

/* A function that has a body somewhere. */
struct definition {
	struct unit *unit;
	struct gup_function *function;
	struct definition *next;	/* in the hash chain */
	bool leads;			/* asserts.c: to where mm/gup.c looks at FOLL_GET */
	bool flags_known, makes_flags;	/* asserts.c: for its callers; once it was looked at */
	bool touches;			/* join.c: takes or drops references, or calls who does */
};

/* One call of one function, wherever it stands. */
struct caller {
	struct unit *unit;
	struct gup_function *function;
	const struct gup_event *event;
};

struct callers { struct caller *list; int count, room; };

struct program {
	struct arena arena;
	const struct api *api;
	struct unit *units;
	int nr_units;
	struct definition **buckets;
	unsigned nr_buckets;
	struct called **called;		/* program.c's own */
	/* What was wrong and is not fatal: facts older than their source, say. */
	const char **notes;
	int nr_notes, cap_notes;
};

/*
 * Reads the files. False, with a message on stderr for each thing that is
 * wrong, when a file is no facts or two kernels are mixed. `root` goes before
 * the names of the source tree.
 */
bool program_open(struct program *program, const struct api *api, char **files, int count,
		  const char *root);
void program_close(struct program *program);
void program_note(struct program *program, const char *text);
/* A longer list in the program's arena: at least one element more than `room`. */
void *program_grow(struct program *program, void *list, int *room, size_t size);

/*
 * The body that a call by this name from this unit runs: the unit's own, else the one that
 * other files see (when several are, of the first); NULL when no facts have it.
 */
struct definition *program_find(const struct program *program, const struct unit *from,
				const char *name);
/*
 * All bodies that a call can run, through a pointer in a structure too: calls `visit` for
 * each, in a fixed order; returns how many there were.
 */
int program_targets(const struct program *program, const struct unit *from,
		    const struct gup_event *event,
		    void (*visit)(void *data, struct definition *), void *data);
/* The calls that can run this definition, in a fixed order. */
const struct callers *program_callers(struct program *program, const struct definition *definition);
/* The last components of two file names are the same: "…/mm/gup.c". */
bool program_is_file(const char *file, const char *tail);
/* The definition that is this function of this unit. */
struct definition *program_own(const struct program *program, const struct unit *unit,
			       const struct gup_function *function);

#endif
