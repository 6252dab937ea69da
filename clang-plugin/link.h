/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gupcheck link: what only the whole program tells. It reads facts, asks the
 * modules that know something (asserts.h, join.h, fields.h), and prints and writes
 * what they say; it decides nothing itself.
 */
#ifndef GUP_LINK_H
#define GUP_LINK_H

#include "asserts.h"
#include "gupcheck.h"

/*
 * Findings go to `host`, sites and totals to the standard output (unless quiet), SARIF to
 * options->sarif. `root` goes before the names of files of the source tree. False, with
 * messages on stderr, when facts are bad or results cannot be written.
 */
bool link_run(const struct gup_options *options, const struct gup_host *host, const char *root,
	      char **files, int nr_files);

/* What was learnt for the next round, as wrappers.h says; options->sarif names the table to write. */
bool link_wrappers(const struct gup_options *options, const char *root, char **files, int nr_files);

#endif
