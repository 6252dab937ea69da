/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A state: one set of paths to one point of a function, with what memory
 * holds, what is known (the path condition) and which references are held.
 * This module copies, trims and compares states; it never runs events.
 */
#ifndef GUP_STATE_H
#define GUP_STATE_H

#include "api.h"
#include "place.h"

/* A value: its bits, and for a pointer the memory that it points to. */
struct value {
	Z3_ast bits;			/* NULL: not a scalar */
	const struct place *points;
};

/* What a place holds; or, with a stamp, that everything in it was overwritten. */
struct entry {
	const struct place *place;
	struct value value;
	const char *stamp;
};

struct site;

/* References that one execution of an acquiring call took. */
struct holding {
	struct site *site;
	const char *path;		/* of the frame that ran the call */
	enum api_kind kind;
	const struct place *array;	/* they sit in array[base .. base + count) */
	const char *stamp;		/* of what is loaded from there, until somebody else writes there */
	Z3_ast base, asked, result, count, held;	/* 64 bits each */
	Z3_ast flags;			/* 32 bits, or NULL */
	bool vague_count;		/* the count is not the result (bytes) */
	Z3_ast room;			/* ... and is no more than this, or NULL */
	Z3_ast kept_when;		/* a condition under which somebody else took them over */
	bool released, extra_ref, freed, count_stored, dirtied, used;
	bool data_used;			/* somebody got at what is in the pages */
	bool written;			/* ... and certainly wrote to it */
	bool marked;			/* marked dirty by a call for that alone */
	const struct place *mapped;	/* where one of the pages was mapped last */
	Z3_ast mapped_bits;		/* ... that address */
	bool in_loop;			/* the path met a loop that may have taken them one by one */
	bool inexact;			/* a release of which it is not known how many it dropped */
	bool returned, page_result;	/* page_result: the call returned the page itself */
	const char *lent_to;		/* a function that may have kept or released them */
	bool lent_tested;		/* ... whose result the caller looks at */
	Z3_ast lent_said;		/* ... what it returned (64 bits), when it was given a number; or NULL */
	bool page_lent;			/* ... that was given a page, and may have taken a reference of its own */
	bool owner_asked;		/* a test, since, of what the object that has the array held at first */
	bool compared;			/* the path turned on the result and on something else than was asked for */
	const struct gup_pos *sign_lost;	/* a comparison that takes a negative result for a large one; or NULL */
	unsigned emptied;		/* slots of the array in which NULL took the place of a page */
	bool unmatched;			/* a release that may have been of these pages */
	bool kept_durably;		/* stored in memory that outlives the function */
	const struct place *kept_object;	/* ... this, or NULL */
	bool given_back;		/* ... in what a parameter of the function points to: a result */
	/* The field that the result was put into last, and what it then held. */
	const struct place *count_field;
	Z3_ast count_value;
	const struct gup_event *count_event;
	const struct gup_event *clean_release;	/* a release before which nothing was marked dirty */
	bool lent_now;			/* ... and it is the call that runs now */
	const char *kept_in;		/* text: where a transfer put them */
};

/* `inner` was stored in memory that belongs to `outer`; NULL: the world. */
struct attachment {
	const struct place *inner, *outer;
	const char *text;
};

/* Pages that a release dropped, whoever took them: array[base .. base + asked), or the one page. */
struct dropped {
	enum api_kind kind;		/* as which */
	const struct place *pages;
	Z3_ast base, asked;
	const char *stamp;		/* of the one page, where the slot was filled more than once; or NULL */
	const char *path;		/* of the frame that ran the release */
};

enum step_kind { STEP_ACQUIRE, STEP_BRANCH, STEP_CALL, STEP_RELEASE, STEP_EXIT };

/* One step of the path, for the reader; the newest first. */
struct step {
	const struct step *before;
	enum step_kind kind;
	struct gup_pos pos;
	const char *text;
	/* Values that the witness fills in: name = bits. */
	const char *names[3];
	Z3_ast bits[3];
	bool is_signed[3];
	int nr_values;
	struct site *site;
};

struct frame {
	struct gup_function *function;
	int id;
	const char *path;		/* names the call chain */
	int block, event;		/* where to go on; event -1: at the head of the block */
	int before;			/* the block that control came from */
	int result_var;			/* in the caller's frame; -1: none */
};

struct visit { int frame, block, count; };

#define MAX_FRAMES 5

struct state {
	struct frame frames[MAX_FRAMES];
	int depth;			/* frames[depth] runs */
	struct entry *entries;
	int nr_entries, cap_entries;
	Z3_ast *facts;
	int nr_facts, cap_facts;
	struct holding *holdings;
	int nr_holdings, cap_holdings;
	struct attachment *attachments;
	int nr_attachments, cap_attachments;
	struct dropped *dropped;
	int nr_dropped, cap_dropped;
	bool took_more;			/* one more get of some page: a second put may be meant for that */
	struct visit *visits;
	int nr_visits, cap_visits;
	const struct step *trace;
	bool guessed;			/* a branch was taken on what is not modelled */
	struct value returned;
	struct gup_pos return_pos;
	struct state *next;
};

struct state *state_new(struct arena *arena);
struct state *state_copy(struct arena *arena, const struct state *from);
void state_write(struct arena *arena, struct state *state, const struct place *place,
		 struct value value);
/* Forgets everything inside place; later loads see new symbols named by stamp. */
void state_forget(struct arena *arena, struct state *state, const struct place *place,
		  const char *stamp);
/* As above, but what this path itself wrote inside stays known. */
void state_stamp(struct arena *arena, struct state *state, const struct place *place,
		 const char *stamp);
/* The entry for the place itself, or the stamp that covers it ("" when none). */
const struct entry *state_find(const struct state *state, const struct place *place,
			       const char **stamp);
void state_drop_frame(struct state *state, int frame);
void state_add_fact(struct arena *arena, struct smt *smt, struct state *state, Z3_ast fact);
struct holding *state_add_holding(struct arena *arena, struct state *state);
void state_attach(struct arena *arena, struct state *state, const struct place *inner,
		  const struct place *outer, const char *text);
/* Takes back the attachments of this text. */
void state_detach(struct state *state, const struct place *inner, const char *text);
/* Remembers a release; the earlier one, when the same pages were released before. */
const struct dropped *state_drop_pages(struct arena *arena, struct state *state,
				       struct dropped dropped);
/* Somebody may have put other pages where this object leads, or into a global. */
void state_forget_dropped(struct state *state, const struct place *object);
/* Counts a visit of a block of the running frame; returns which visit it is. */
int state_visit(struct arena *arena, struct state *state, int block);
/* How often a block of the running frame was visited. */
int state_visits(const struct state *state, int block);
void state_unvisit(struct state *state, int block);
void state_add_visit(struct arena *arena, struct state *state, struct visit visit);
/* Drops what no later event can see; `again` says whether a place may be read again. */
typedef bool (*state_again)(const struct state *state, const struct place *place);
void state_trim(struct smt *smt, const struct places *places, struct state *state,
		state_again again);
uint64_t state_signature(struct smt *smt, const struct state *state);

#endif
