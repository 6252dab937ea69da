/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions of a translation unit are worth lowering: those that reach a
 * function of the API through any number of others of the same unit; those that
 * make an iterator for their caller; and, as functions that only pass pages on,
 * those that handle pages and may free an array of them. It owns a copy of the
 * names that it is told; it sees no body, only what each mentions.
 */
#ifndef GUP_CHOICE_H
#define GUP_CHOICE_H

#include "gupcheck.h"

#ifdef __cplusplus
extern "C" {
#endif

struct choice;

enum choice_as {
	CHOICE_NOT,
	CHOICE_WHOLE,
	CHOICE_PASSING,		/* of use to who joins files, and to callers whose array it frees */
};

struct choice *choice_open(const struct gup_session *session);
void choice_close(struct choice *choice);
/* Begins a body; what is mentioned from now on is mentioned there. */
void choice_add(struct choice *choice, const char *function);
/*
 * Is the body that a header has of this function wanted? Of what a body so far mentions: those of the
 * API that lead to the assert, for what becomes of the flags. They are no callers, and only pass on.
 */
bool choice_wants_inline(const struct choice *choice, const char *function);
void choice_add_inline(struct choice *choice, const char *function);
void choice_mention(struct choice *choice, const char *function);
/* The body has a parameter that is or points to that structure. */
void choice_parameter(struct choice *choice, const char *record);
/* The body gives a constant of that name; NULL: one without a name. */
void choice_constant(struct choice *choice, const char *name);
/* The body has pointers to pages. */
void choice_pages(struct choice *choice);
/* Worth lowering, whatever it mentions. */
void choice_want(struct choice *choice, const char *function);
/* When all bodies are known: finds who reaches what is wanted. */
void choice_spread(struct choice *choice);
/* How to lower it; facts: for who joins files as well. */
enum choice_as choice_how(const struct choice *choice, const char *function, bool facts);

#ifdef __cplusplus
}
#endif
#endif
