/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions of a translation unit are worth lowering: those that reach a
 * function of the API through any number of others of the same unit. It owns a
 * copy of the names that it is told; it sees no body, only what each mentions.
 */
#ifndef GUP_CHOICE_H
#define GUP_CHOICE_H

#include "gupcheck.h"

#ifdef __cplusplus
extern "C" {
#endif

struct choice;

struct choice *choice_open(const struct gup_session *session);
void choice_close(struct choice *choice);
/* Begins a body; what is mentioned from now on is mentioned there. */
void choice_add(struct choice *choice, const char *function);
void choice_mention(struct choice *choice, const char *function);
/* Worth lowering, whatever it mentions. */
void choice_want(struct choice *choice, const char *function);
/* When all bodies are known: finds who reaches what is wanted. */
void choice_spread(struct choice *choice);
bool choice_has(const struct choice *choice, const char *function);

#ifdef __cplusplus
}
#endif
#endif
