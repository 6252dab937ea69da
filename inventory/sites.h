/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call sites of one file: which of the wanted names is called where, in which
 * function, with which arguments as written, and what the function assigns to
 * the things that it passes. Reads tokens, writes JSON Lines; knows nothing of
 * what the names mean.
 */
#ifndef INVENTORY_SITES_H
#define INVENTORY_SITES_H

#include <stddef.h>
#include <stdio.h>

#include "names.h"

/*
 * Write one JSON object a line to @out for each call in the @len bytes at
 * @text, in the order of the file. @path is what "file" says. Returns the
 * number of calls, or -1 when memory ran out.
 *
 * Bytes that are not UTF-8 are written as the lone surrogates U+DC80..U+DCFF
 * (PEP 383), so that a reader gets the very bytes back.
 */
long sites_write(const char *path, const char *text, size_t len, const struct names *names,
		 FILE *out);

/* Write @len bytes as a JSON string with quotes, by the rule above. */
void json_string(FILE *out, const char *s, size_t len);

#endif
