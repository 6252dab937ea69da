/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are written: whole or not at all, and where. It owns the way to
 * put a file in place; it never knows what is in it.
 */
#ifndef GUP_OUTPUT_H
#define GUP_OUTPUT_H

#include "model.h"

/*
 * Written beside the name and renamed, so that no reader and no second writer
 * sees half a file. False, with a message on stderr, when that cannot be done.
 */
bool output_write(const char *path, const void *data, size_t size);
/*
 * `wanted` itself; or, when it is a directory or ends in a slash, a file in it
 * that is named after the source file: drivers/foo/bar.c gives drivers+foo+bar.c
 * and then `ending`. Lives in the arena.
 */
const char *output_path(struct arena *arena, const char *wanted, const char *source,
			const char *ending);

#endif
