/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SARIF 2.1.0 (OASIS): what every front end writes of findings, places and
 * sites. It owns the form; it decides nothing.
 */
#ifndef GUP_SARIF_H
#define GUP_SARIF_H

#include <jansson.h>

#include "engine.h"

/* Each returns a new reference. The engine is asked for its model and its options only. */
json_t *sarif_location(const struct engine *e, const struct gup_pos *pos, const char *message);
json_t *sarif_finding(const struct engine *e, const struct finding *finding);
json_t *sarif_site(const struct engine *e, const struct site *site);
json_t *sarif_text(const char *text);
/*
 * Writes a log of one run and drops both references; `properties` of the run may be NULL.
 * False, with a message on stderr, when the file cannot be written.
 */
bool sarif_save(const char *path, const char *tool, json_t *results, json_t *properties);

#endif
