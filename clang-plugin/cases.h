/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which CASE of Documentation/core-api/pin_user_pages.rst a call is: 1 direct
 * I/O, 2 longterm DMA, 3 MMU notifier, 4 struct page only, 5 data written or
 * read by the CPU. It owns what was seen of a call's pages and the judgement of
 * it; it reports nothing, and where nothing was seen it says unknown.
 */
#ifndef GUP_CASES_H
#define GUP_CASES_H

#include "api.h"
#include "model.h"

struct engine;
struct state;
struct site;
struct holding;

/* What a call does with a page that it is given, beyond looking at struct page. */
enum page_use { USE_NONE, USE_DEVICE, USE_REQUEST, USE_DATA };

/* Ways in which FOLL_LONGTERM was met at the call. */
enum { LONGTERM_SET = 1, LONGTERM_MAYBE = 2, LONGTERM_CLEAR = 4 };

struct case_seen {
	bool with_pages, without_pages;	/* pages is not NULL, or may be NULL, on some path */
	bool iterator;			/* the pages are those of an iov_iter */
	bool to_caller;			/* the references are left to whoever called */
	unsigned longterm;
	const struct gup_event *device, *request, *data, *notifier;
	const char *kept;		/* where they are when the function has returned */
	const char *kept_in;		/* that function */
	const char *passed;		/* a callee without a body that was given the pages */
	const char *stored;		/* a callee that puts them into a container, or makes a number of them */
};

/* NULL row: the table does not know the callee. */
enum page_use cases_use_of(const struct gup_event *event, const struct api_row *row);
void cases_saw_use(struct case_seen *seen, const struct gup_event *event, const struct api_row *row);
/* include/linux/mmu_notifier.h, hmm.h, kvm_host.h: a call, or a look at the count of invalidations. */
bool cases_is_notifier(const struct gup_event *event);

/* The engine tells what happens on the paths that it runs. */
void cases_acquire(struct engine *e, const struct state *s, struct site *site, unsigned longterm,
		   bool is_null);
void cases_use(struct engine *e, const struct holding *h, const struct gup_event *event);
void cases_end(struct engine *e, const struct state *s, const struct holding *h, bool kept, bool returned);
/* All functions were run: what the fields of this file say. */
void cases_finish(struct engine *e);

/*
 * "1" to "5", or "unknown"; `evidence` is a sentence. `complete`: all paths were
 * followed, so that what was not seen does not happen. `file`: places in it are given by line alone.
 */
const char *cases_judge(struct arena *arena, const struct case_seen *seen, bool complete, const char *file,
			const char **evidence);
/* The same for a site of the engine. */
const char *cases_of_site(const struct engine *e, const struct site *site, const char **evidence);

#endif
