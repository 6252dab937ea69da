/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules, and what several of them need. A rule is one file here and one
 * row of api/rules.json, of which the Makefile makes the table gup_rules[]. It
 * looks at states through engine.h and never changes them.
 */
#ifndef GUP_RULES_H
#define GUP_RULES_H

#include "../engine.h"

/* May the flag of that name be set on this path? */
bool rule_flag_possible(struct engine *e, const struct state *s, Z3_ast flags, const char *name);
/* Is the flag of that name set on every run of this path? False when the tree has no such flag. */
bool rule_flag_set(struct engine *e, const struct state *s, Z3_ast flags, const char *name);
bool rule_is_null(struct engine *e, struct value pages);
/* Does one function of the API call another? mm/gup.c may do what callers must not. */
bool rule_is_internal(const struct engine *e, const struct site *site);
/* "pinned", "got", or "taken" when flags decide: what the kind of reference is called in messages. */
const char *rule_kind_text(enum api_kind kind);
/* Are all symbols of the term among those of the holding's numbers? */
bool rule_depends_only_on(struct engine *e, Z3_ast term, const struct holding *h);
/* The field whose pages, all or one, the event releases by `row`; NULL when it does not. */
const struct gup_term *rule_released_array(struct engine *e, const struct gup_function *function,
					   const struct gup_event *event, const struct api_row **row);
/* Does the function deal with an MMU notifier or HMM? */
bool rule_uses_notifier(const struct gup_function *function);
/* Has this path, since the acquire, turned on what some other call returned, or on numbers of pages of its own? */
bool rule_turns_on_others(struct engine *e, const struct state *s, const struct holding *h);
/*
 * Where a count or a result was got wrong: not in a helper that releases what
 * it is told to, but where the function that has both acquire and release calls it.
 * `path` is of the frame that ran the acquire, or what else the event goes with.
 */
const struct gup_pos *rule_common_place(const struct state *s, const char *path,
					const struct gup_event *event);
/* That this is a number of pages above zero, a small one if it can be; NULL: it cannot be. */
Z3_ast rule_some_pages(struct engine *e, const struct state *s, Z3_ast asked);
/* The field in which a site of the file leaves references of that kind; or NULL. */
const struct kept_field *rule_kept_field(const struct engine *e, const struct gup_term *term,
					 enum api_kind kind);
/* The note for report_plain(): where the field is filled. */
struct finding_step rule_filled_here(struct engine *e, const struct site *site);
/* How many holdings of this path sit in the array. */
int rule_holdings_in(const struct state *s, const struct place *array);

#endif
