/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The face of the analysis: what a front end calls. It owns the options and
 * the API table, decides whether a buffer is worth lowering, and turns a
 * finished model into findings that go to the host's callback and to SARIF.
 * It never reads source text and never knows which front end it serves.
 */
#ifndef GUP_GUPCHECK_H
#define GUP_GUPCHECK_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gup_options {
	const char *sarif;	/* where the SARIF file goes: NULL for none */
	const char *srcroot;	/* files below this absolute path are named relative to it in SARIF; or NULL */
	const char *facts;	/* where the facts go: NULL for none */
	const char *api_file;	/* a user's rows, added to the built-in table */
	const char *left_out;	/* which files have no facts, for who links those of the others: a note; or NULL */
	bool dump;		/* print the model to stdout */
	bool sites;		/* print the verdict of every site to stderr */
	bool stats;		/* print what each function cost to stderr */
	bool quiet;		/* no diagnostics, only SARIF */
	bool entry_policy;	/* foll-get-missing by the strict policy of 2019 */
};

enum gup_level { LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

/* One diagnostic, or one note under it. */
struct gup_diag {
	enum gup_level level;
	bool is_note;		/* a step of the finding that came before */
	const char *rule;
	const char *message;
	struct gup_pos pos;
};

struct gup_host {
	void *data;
	void (*report)(void *data, const struct gup_diag *diag);
};

/*
 * Is the compiler that names itself so ("… clang version 19.1.7 …") of the major version
 * that this was built for? Where not, says so on stderr: nothing can be checked.
 */
bool gup_is_built_for(const char *compiler, int major);
/*
 * Sets what "name" or "name=value" says; false when that is no option. The text
 * has to live until gup_open(). A sarif or facts that is a directory gets a file
 * for each source.
 */
bool gup_set_option(struct gup_options *options, const char *text);
/* Loads the API table; NULL and a message on stderr when a user's file is bad. */
struct gup_session *gup_open(const struct gup_options *options);
void gup_close(struct gup_session *session);
/* What analyses had goes back to the system: for a host that goes on to generate code, which would come on top. */
void gup_give_back(void);
/* Is a file beside the main one, and not a header that every file includes? By its name. */
bool gup_file_is_local(const char *name);
/* Does this text name a function that acquires references or releases pins? */
bool gup_text_is_interesting(const struct gup_session *session, const char *text, size_t size);
/* Does a body that calls this function matter (acquires, releases, marks dirty, writes to pages)? */
bool gup_name_is_interesting(const struct gup_session *session, const char *name);
/* Is it one of the API whose caller's flags come to the assert? */
bool gup_name_leads_to_assert(const struct gup_session *session, const char *name);
/* Is it a header whose flags only mm/ itself may give? By its name. */
bool gup_header_is_internal(const struct gup_session *session, const char *file);
/* Does this function free memory? */
bool gup_name_frees(const struct gup_session *session, const char *name);
/* Does it make an iterator? Who does that for a caller says what that one's iterator is of. */
bool gup_name_makes_iterator(const struct gup_session *session, const char *name);
/*
 * A model that was made by another session: NULL when this session's table chose its
 * functions; else what is wrong.
 */
const char *gup_mismatch(const struct gup_session *session, const struct gup_model *model);
/*
 * Checks the model, reports, and writes what the options ask for; returns the number of
 * findings, or -1 after a message on stderr when something could not be written.
 */
int gup_check(struct gup_session *session, struct gup_model *model, const struct gup_host *host);

#ifdef __cplusplus
}
#endif
#endif
