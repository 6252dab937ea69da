/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and strings to bytes and back. One call serves both directions, so
 * that what is written and what is read cannot drift apart: it gets the value,
 * writes it or ignores it, and returns it as it is now. Reading, it never goes
 * past the end, gives only what the caller's bounds allow, and after the first
 * thing that is wrong gives zeroes.
 */
#ifndef GUP_CODEC_H
#define GUP_CODEC_H

#include "model.h"

struct codec {
	bool reading;
	struct arena *arena;		/* what is read lives here */
	const char *wrong;		/* the first thing that was */
	/* writing */
	unsigned char *bytes;		/* malloc'ed */
	size_t size, room;
	/* reading */
	const unsigned char *at, *end;
	/* strings met so far, and where each is (writing): by hash, +1 */
	const char **strings;
	uint32_t nr_strings, cap_strings, *slots, nr_slots;
};

void codec_write(struct codec *c);	/* starts to write */
void codec_read(struct codec *c, struct arena *arena, const void *bytes, size_t size);
void codec_close(struct codec *c);	/* frees all but `bytes` */
void codec_fail(struct codec *c, const char *why);

void codec_bytes(struct codec *c, const void *bytes, size_t size);	/* writing: as they are */
uint64_t codec_number(struct codec *c, uint64_t value);
int64_t codec_signed(struct codec *c, int64_t value);
/* Between the two, both included, or it is wrong. */
int codec_int(struct codec *c, int value, int low, int high);
bool codec_bool(struct codec *c, bool value);
/* How many follow, of which each takes at least so many bytes. */
int codec_count(struct codec *c, int value, size_t least);
/* May be NULL; each text is kept once. */
const char *codec_string(struct codec *c, const char *text);
/* As codec_string(), but never NULL. */
const char *codec_name(struct codec *c, const char *text);

/* facts_model.c: the whole model; file names that begin with `root` go without it. */
void facts_code(struct codec *codec, struct gup_model *model, const char *root);

#endif
