/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the next round should look at: functions that take or drop references
 * for their callers, and fields in which references are left, as owner.h found
 * them. It owns the list and its form, which is that of the API table.
 */
#ifndef GUP_WRAPPERS_H
#define GUP_WRAPPERS_H

#include "owner.h"

/*
 * Prints what was learnt and from what; writes rows for --api to `out` when it is given.
 * False, with a message on stderr, when that cannot be done.
 */
bool wrappers_tell(struct program *program, const struct owners *owners, const char *out);

#endif
