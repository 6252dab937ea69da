/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts: the model of one translation unit on disk, one file a unit. The same
 * model gives the same bytes: no time, no address, and names of the source
 * tree without the place where the tree lies. It owns the format and its
 * version; whatever it reads may be cut short or made to harm, and gives one
 * message then, and no model. It never looks at what the model says.
 */
#ifndef GUP_FACTS_H
#define GUP_FACTS_H

#include "model.h"

/* Raised with every change of the format: a reader takes its own version only. */
#define FACTS_VERSION 1

/*
 * Bytes and their number; the caller frees them. Never NULL.
 */
unsigned char *facts_encode(const struct gup_model *model, size_t *size);
/*
 * The model in these bytes, which model_check() accepts; or NULL and what is
 * wrong (the caller frees it). `root` goes before the names of the source tree.
 */
struct gup_model *facts_decode(const unsigned char *bytes, size_t size, const char *root,
			       char **error);
/* Writes a file, as output_write() does: false and a message on stderr when it cannot. */
bool facts_write(const struct gup_model *model, const char *path);
/* Reads a file; NULL and a message (the caller frees it) that begins with its name. */
struct gup_model *facts_read(const char *path, const char *root, char **error);

/*
 * What the names of a source tree begin with when `file` is one of its files, "../" say;
 * "" when they begin with nothing or no tree is there. A tree has Kbuild and MAINTAINERS.
 */
char *facts_root(struct arena *arena, const char *file);
/* The version that the Makefile of the tree at this root states, "6.1.192"; "" when it has none. */
char *facts_tree(struct arena *arena, const char *root);

#endif
