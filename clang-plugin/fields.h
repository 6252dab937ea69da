/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules about fields that are filled in one file and emptied in another:
 * pin-put-mismatch and pin-leak, on what owner.h found. It owns the findings.
 */
#ifndef GUP_FIELDS_H
#define GUP_FIELDS_H

#include "engine.h"
#include "owner.h"

struct field_finding {
	const struct unit *unit;	/* where it stands */
	struct finding finding;
	struct site site;
};

struct field_findings { struct field_finding **list; int count, room; };

/* In the program's arena; in order of the fields. */
void fields_check(struct program *program, const struct owners *owners,
		  const struct gup_options *options, struct field_findings *found);

#endif
