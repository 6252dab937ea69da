/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would happen to each call if mm/gup.c stopped setting FOLL_GET for its
 * callers and asserted it: satisfied, trips, or may trip, with the chain of
 * calls. Where that happens is read from the tree's own mm/gup.c. It owns the
 * verdicts; it reports nothing.
 */
#ifndef GUP_ASSERTS_H
#define GUP_ASSERTS_H

#include "program.h"

enum assert_verdict { ASSERT_SATISFIED, ASSERT_MAY_TRIP, ASSERT_TRIPS };

/* A call of an acquiring function, and what became of it. */
struct assert_site {
	struct unit *unit;
	struct gup_function *function;
	const struct gup_event *event;
	const struct api_row *row;
	enum assert_verdict verdict;
	const char *why;		/* a sentence */
	const char **chain;		/* functions, from the outermost caller to the assert */
	int nr_chain;
	unsigned longterm;		/* ways in which FOLL_LONGTERM was met in the call (cases.h) */
};

struct assert_point {
	struct definition *definition;
	int block;			/* whose condition is the first to look at pages */
	int pages, flags;		/* parameters */
	const struct gup_event *force;	/* the line that sets FOLL_GET, or that is the assert */
	bool stands;			/* the latter */
};

struct asserts {
	struct assert_point *points;
	int nr_points, cap_points;
	struct assert_site *sites;
	int nr_sites, cap_sites;
};

/* In the program's arena. Without a point, every site may trip and says why. */
struct asserts *asserts_judge(struct program *program, bool entry_policy);
/* assert_point.c: fills the points. */
void assert_points_find(struct program *program, struct asserts *asserts);
const char *assert_verdict_text(enum assert_verdict verdict);

#endif
