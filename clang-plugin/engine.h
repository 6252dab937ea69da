/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: bounded symbolic execution of one function at a time. It keeps
 * the balance of each holding along each path and tells the rules what
 * happens (an acquire, a release, a use, the end of a path). It owns the work
 * list, the budget and the verdict of each site; it knows no rule by name.
 */
#ifndef GUP_ENGINE_H
#define GUP_ENGINE_H

#include "cases.h"
#include "flow.h"
#include "gupcheck.h"
#include "state.h"

/* What one path shows about a site; the strongest of all paths is what its verdict says. */
enum proof_rank {
	PROOF_NOTHING_HELD = 1,
	PROOF_RELEASED,
	PROOF_HANDED_OVER,
};

/* One acquiring call in the source, and what became of it. */
struct site {
	struct gup_function *function;
	const struct gup_event *event;
	const struct api_row *row;
	const struct api_params *form;
	bool reached, failed;
	bool hands_on;		/* some path leaves references to the caller */
	const char *open;	/* why nothing is proven, or NULL */
	const char *proof;	/* what was proven, or NULL */
	const char *deferred;	/* what the callers of its function have to show */
	const char *deferred_above;	/* ... and what those of a caller */
	bool doubted;		/* a merged run could not rule out that something is left */
	int proof_rank;		/* how much that says: see enum proof_rank */
	const char *flags_text;
	bool left_to_callers;		/* what it is given is for the callers of its function to show */
	bool reached_above;		/* one of those came here */
	bool for_write, for_read;	/* paths on which FOLL_WRITE is set; is not set */
	bool writes_unforced;		/* a path has FOLL_WRITE without FOLL_FORCE */
	struct case_seen seen;		/* what is done with the pages */
};

/* A finding: made by report.c, printed by it and by sarif.c. */
struct finding_step { enum step_kind kind; struct gup_pos pos; const char *text; };

struct finding {
	const struct rule *rule;
	enum gup_level level;
	struct site *site;
	const char *function, *message;
	struct gup_pos pos;
	struct finding_step *steps;
	int nr_steps;
};

/* A field in which references of a kind are left: struct RECORD.FIELD. */
struct kept_field {
	const char *record, *field;
	enum api_kind kind;
	struct site *site;
};

struct engine {
	struct gup_model *model;
	const struct api *api;
	const struct gup_options *options;
	struct arena *kept;		/* lives as long as the findings */
	struct site *sites;
	int nr_sites;
	struct finding *findings;
	int nr_findings, cap_findings;
	struct kept_field *fields;
	int nr_fields, cap_fields;
	/* of the function that is run now */
	struct gup_function *root;
	struct arena arena;
	struct smt smt;
	struct places places;
	struct state *work;
	uint64_t *seen;
	unsigned nr_seen, cap_seen;
	int nr_frames;			/* frame numbers handed out */
	const char **frame_paths;
	int cap_frames;
	unsigned steps, unknowns, forks;
	unsigned idle_steps;		/* of paths that hold nothing and never will */
	enum smt_answer last_answer;	/* what the solver said last */
	bool is_caller;
	bool all_releases;		/* run for what is released twice: put_page() is of interest where nothing is held */
	bool merging;			/* a second run, of merged states: it proves, it reports nothing */
	int merges;			/* symbols that say which way a merged path came */
	bool truncated, exits;		/* a loop was cut; the end was reached */
	const char *over_budget;
	const char *key;		/* names the event that is run */
	int fresh;			/* symbols made by this event */
};

/* What a release did to one holding. */
struct release_info {
	const struct api_row *row;
	const struct gup_event *event;
	const struct place *array;
	Z3_ast base, asked;		/* 64 bits, unsigned */
	Z3_ast released, overlap;	/* what was still held, and what was ever taken */
	const struct holding *only;	/* of several calls that filled the slot, the one of this page; or NULL */
	bool exact;			/* the index is known: too much is an error */
};

struct rule {
	const char *id;
	enum gup_level level;
	bool once_per_site;	/* the first place says it all */
	void (*acquire)(struct engine *, struct state *, struct site *, const struct rule *,
			Z3_ast flags, struct value pages);
	/* Before a holding is changed by a release. */
	void (*release)(struct engine *, struct state *, struct holding *, const struct rule *,
			const struct release_info *);
	/* After all holdings of the array were changed. */
	void (*released)(struct engine *, struct state *, struct holding *, const struct rule *,
			 const struct release_info *);
	/* The same pages as before on this path; the holding, or NULL when they came from elsewhere. */
	void (*again)(struct engine *, struct state *, struct holding *, const struct rule *,
		      const struct release_info *, const struct dropped *before);
	/*
	 * Of pages that this path never took, although the site fills that array;
	 * `where` is the event of the function that gets there, by itself or by a call.
	 */
	void (*unheld)(struct engine *, struct state *, struct site *, const struct rule *,
		       const struct release_info *, const struct gup_event *where);
	/* count pages from index on (64 bits each) are used; NULL: which ones is not known; one. */
	void (*use)(struct engine *, struct state *, struct holding *, const struct rule *,
		    Z3_ast index, Z3_ast count, const struct gup_event *event);
	/* A value that depends on the result is stored or computed with. */
	void (*store)(struct engine *, struct state *, struct holding *, const struct rule *,
		      const struct place *place, struct value value, const struct gup_event *event);
	/* All functions were run: what the fields of this file say. */
	void (*finish)(struct engine *, const struct rule *);
	/* The path ends: in an error for the caller?; with the pages kept beyond the call? */
	void (*end)(struct engine *, struct state *, struct holding *, const struct rule *,
		    bool error, bool kept);
	/* The path ends with this holding; `cond` says that something is still held. */
	void (*leave)(struct engine *, struct state *, struct holding *, const struct rule *,
		      Z3_ast cond);
};

extern const struct rule *const gup_rules[];	/* made from api/rules.json; ends with NULL */

/* --- eval.c ------------------------------------------------------------- */

struct value engine_eval(struct engine *e, struct state *s, const struct gup_term *term);
Z3_ast engine_condition(struct engine *e, struct state *s, const struct gup_term *term);
const struct place *engine_place(struct engine *e, struct state *s, const struct gup_term *term);
const struct place *engine_points(struct engine *e, struct value value);
struct value engine_load(struct engine *e, struct state *s, const struct place *place,
			 struct gup_type type);
Z3_ast engine_count(struct engine *e, struct state *s, const struct gup_term *term);

/* --- call.c, lend.c, hold.c, escape.c, leave.c ------------------------------------------------------ */

/* Runs a call; false: the path ends here. May push a frame. */
bool engine_call(struct engine *e, struct state *s, const struct gup_event *event);
/* As above, of a callee of which nothing is known: it may keep, release, fill or overwrite what it is given. */
void engine_call_unknown(struct engine *e, struct state *s, const struct gup_event *event);
/* The variable of the result, NULL when there is none; and, where there is one, what is in it. */
const struct gup_var *engine_result_var(const struct state *s, const struct gup_event *event);
struct value engine_result(struct engine *e, struct state *s, const struct gup_event *event);
/* A result that nothing is known about, except that it is one value. */
void engine_set_any_result(struct engine *e, struct state *s, const struct gup_event *event);
/* Does the object hold the holding's array, or the pages in it? */
bool engine_holds_array(const struct state *s, const struct holding *h, const struct place *object);
void engine_acquire(struct engine *e, struct state *s, const struct gup_event *event,
		    const struct api_row *row);
void engine_release(struct engine *e, struct state *s, const struct gup_event *event,
		    const struct api_row *row);
void engine_release_range(struct engine *e, struct state *s, struct release_info *info);
/* unheld.c: a release of an array into which this path took nothing. */
void engine_release_unheld(struct engine *e, struct state *s, const struct release_info *info);
/* bytes.c: the pages that so many bytes cover (64 bits), or NULL when that cannot be said. */
Z3_ast engine_pages_covered(struct engine *e, struct state *s, const struct gup_event *event,
			    const struct api_params *form, Z3_ast bytes);
/* Are pages of this iterator pinned? */
Z3_ast engine_will_pin(struct engine *e, struct state *s, const struct gup_term *iter);
/* A call that makes an iterator, or asks what it is of; false: it does what other calls do as well. */
bool engine_iterator(struct engine *e, struct state *s, const struct gup_event *event,
		     const struct api_row *row, const struct api_params *form);
/* The holding whose page the value points to, and the page's index. */
struct holding *engine_page_of(struct engine *e, struct state *s, struct value value,
			       Z3_ast *index);
/* The holding that a number was made from: a page frame number, say. */
struct holding *engine_number_of(struct engine *e, struct state *s, struct value value);
/* The holding of which this is where a page was mapped, or a number made from that address. */
struct holding *engine_mapped_of(struct engine *e, struct state *s, struct value value);
void engine_use(struct engine *e, struct state *s, struct holding *h, Z3_ast index, Z3_ast count,
		const struct gup_event *event);
/* Memory was written to: a mapped page, perhaps. */
void engine_wrote(struct engine *e, struct state *s, const struct gup_event *event,
		  const struct place *place);
/* Remembers whether the site asks for pages to write to, on every path or on some. */
void engine_note_flags(struct engine *e, struct state *s, struct site *site, Z3_ast flags, bool is_null);
/* Page references of the site's kind are left in this field. */
void engine_keep_field(struct engine *e, struct site *site, const char *record, const char *field);
/* The fields that already point to the array which the holding was taken into. */
void engine_keep_array(struct engine *e, const struct state *s, const struct holding *h);
/* --- holder.c ------------------------------------------------------------- */

/* The field that the pages of a term sit in: `t->pages`, `&t->pages[i]`, `t->page`; or NULL. */
const struct gup_term *engine_field_of(const struct gup_term *term);
/*
 * The same, also by way of variables and containers (or of the term, which is `contained` pages by what is done
 * with it): `sg_page(sg)` where sg walks t->table. NULL: none, or not one for sure.
 */
const struct gup_term *engine_holder_of(struct engine *e, const struct gup_function *function,
					const struct gup_term *term, bool contained);
const struct place *engine_holder_place(const struct engine *e, const struct place *place);

bool engine_is_outer(const struct state *s, const struct place *object);
void engine_store(struct engine *e, struct state *s, const struct gup_event *event,
		  const struct place *place, struct value value);
void engine_set_result(struct engine *e, struct state *s, const struct gup_event *event,
		       struct value value);
/* Nothing of it is held on this path: what that proves of its site. */
void engine_prove_gone(const struct holding *h);
/* Others have the references, whatever path led here: what that proves. */
bool engine_is_given_away(struct engine *e, const struct holding *h);
void engine_prove_kept(struct engine *e, const struct holding *h);
/* Decides what the end of a path means for each holding. */
void engine_leave(struct engine *e, struct state *s, const struct gup_pos *pos);

/* --- engine.c ------------------------------------------------------------ */

void engine_open(struct engine *e, struct gup_model *model, const struct api *api,
		 const struct gup_options *options, struct arena *kept);
/* is_caller: run for what its helpers acquire, not for sites of its own. */
void engine_run(struct engine *e, struct gup_function *root, bool is_caller);
/* All functions were run: what was left to callers that were not followed is open. */
void engine_settle(struct engine *e);
struct site *engine_site(struct engine *e, const struct gup_event *event);
/*
 * Is an argument of the site what the callers of its static function pass? While that is run by
 * itself nothing is known of it; each of them is run, and knows its own.
 */
bool engine_callers_decide(const struct engine *e, const struct site *site, int argument);
/* walk.c: may the path still come to an acquire, in a function that runs now? */
bool engine_acquires_ahead(const struct state *s);
int engine_frame(struct engine *e, const char *path);
Z3_ast engine_vague(struct engine *e, unsigned width);
/* Can it hold here? An unknown answer is not a yes. */
bool engine_possible(struct engine *e, const struct state *s, Z3_ast cond);
/* Must it hold here? */
bool engine_certain(struct engine *e, const struct state *s, Z3_ast cond);
/* Is it easily seen that it must hold here? */
bool engine_settled(struct engine *e, const struct state *s, Z3_ast cond);
void engine_step(struct engine *e, struct state *s, enum step_kind kind, const struct gup_pos *pos,
		 const char *text);
void engine_step_value(struct state *s, const char *name, Z3_ast bits, bool is_signed);
void engine_site_open(struct engine *e, struct site *site, const char *why);

/* --- report.c ------------------------------------------------------------ */

/*
 * Reports once per rule and place, at the highest level that was met there;
 * `cond` is what makes the path a bug.
 */
bool report(struct engine *e, struct state *s, const struct rule *rule, struct site *site,
	    const struct gup_pos *pos, Z3_ast cond, const char *format, ...)
	__attribute__((format(printf, 7, 8)));
/* The same at a level below that of the rule. */
bool report_at(struct engine *e, struct state *s, const struct rule *rule, enum gup_level level,
	       struct site *site, const struct gup_pos *pos, Z3_ast cond, const char *format, ...)
	__attribute__((format(printf, 8, 9)));
/* A finding that no path led to; the note, if there is another place to it, is `other`, or NULL. */
bool report_plain(struct engine *e, const struct rule *rule, struct site *site,
		  const struct gup_pos *pos, const struct finding_step *other, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
void report_all(struct engine *e, const struct gup_host *host);
void report_sites(struct engine *e, FILE *out);
/* sarif.c: false, with a message on stderr, when the file cannot be written. */
bool sarif_write(const struct engine *e, const char *path);

#endif
