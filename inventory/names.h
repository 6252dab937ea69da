/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set of names that the inventory looks for, and the fast question
 * "does any of them occur in these bytes at all?". Most files of a kernel
 * answer no and are never lexed.
 */
#ifndef INVENTORY_NAMES_H
#define INVENTORY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names;

/*
 * Read one name a line from @path; "+" behind a name says that what is stored into
 * its arguments is wanted. Returns NULL with a message in @err
 * (of @errlen bytes) when the file cannot be read or holds no name.
 */
struct names *names_load(const char *path, char *err, size_t errlen);
void names_free(struct names *names);

/* Does any name occur in @text, as a substring? May say yes for a longer word. */
bool names_occur(const struct names *names, const char *text, size_t len);

/* Is this word (not terminated) one of the names? */
bool names_has(const struct names *names, const char *word, size_t len);

/* Is it one of those whose arguments' stores are wanted? */
bool names_wants_stores(const struct names *names, const char *word, size_t len);

#endif
