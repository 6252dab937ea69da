// SPDX-License-Identifier: GPL-2.0-only
#include "codec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Whoever has no memory left cannot go on either, as in arena_alloc(). */
static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("gupcheck: out of memory\n", stderr);
	abort();
}

void codec_write(struct codec *c)
{
	*c = (struct codec){ .reading = false };
}

void codec_read(struct codec *c, struct arena *arena, const void *bytes, size_t size)
{
	*c = (struct codec){ .reading = true, .arena = arena, .at = bytes };
	c->end = c->at + size;
}

void codec_close(struct codec *c)
{
	free(c->strings);
	free(c->slots);
}

void codec_fail(struct codec *c, const char *why)
{
	if (!c->wrong)
		c->wrong = why;
	c->at = c->end;
}

void codec_bytes(struct codec *c, const void *bytes, size_t size)
{
	if (c->room - c->size < size) {
		c->room = (c->room + size) * 2;
		c->bytes = must(realloc(c->bytes, c->room));
	}
	if (size)
		memcpy(c->bytes + c->size, bytes, size);
	c->size += size;
}

/* Seven bits a byte, the lowest first; the top bit says that more follow. */
uint64_t codec_number(struct codec *c, uint64_t value)
{
	if (!c->reading) {
		unsigned char bytes[10];
		uint64_t rest = value;
		size_t size = 0;

		for (; rest > 0x7f; rest >>= 7)
			bytes[size++] = (unsigned char)(rest | 0x80);
		bytes[size++] = (unsigned char)rest;
		codec_bytes(c, bytes, size);
		return value;
	}
	value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (c->at == c->end) {
			codec_fail(c, "it ends too early");
			return 0;
		}
		unsigned char byte = *c->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	codec_fail(c, "a number is too long");
	return 0;
}

/* Small numbers of either sign are short. */
int64_t codec_signed(struct codec *c, int64_t value)
{
	uint64_t bits = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);

	if (!c->reading) {
		codec_number(c, bits);
		return value;
	}
	bits = codec_number(c, 0);
	return (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
}

int codec_int(struct codec *c, int value, int low, int high)
{
	if (!c->reading) {
		codec_number(c, (uint64_t)((int64_t)value - low));
		return value;
	}
	uint64_t above = codec_number(c, 0);

	if (above <= (uint64_t)((int64_t)high - low))
		return (int)(low + (int64_t)above);
	codec_fail(c, "a number is out of bounds");
	return low;
}

bool codec_bool(struct codec *c, bool value)
{
	return codec_int(c, value, 0, 1);
}

int codec_count(struct codec *c, int value, size_t least)
{
	if (!c->reading)
		return codec_int(c, value, 0, INT_MAX);
	uint64_t count = codec_number(c, 0);

	if (count <= (size_t)(c->end - c->at) / least && count <= INT_MAX)
		return (int)count;
	codec_fail(c, "it says that more follows than is there");
	return 0;
}

/* --- strings ------------------------------------------------------------- */

static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static void keep(struct codec *c, const char *text)
{
	if (c->nr_strings == c->cap_strings) {
		c->cap_strings = c->cap_strings ? c->cap_strings * 2 : 256;
		c->strings = must(realloc(c->strings, c->cap_strings * sizeof(*c->strings)));
	}
	c->strings[c->nr_strings++] = text;
}

/* Where the text is in the table, or the free place for it. */
static uint32_t *slot_of(const struct codec *c, const char *text)
{
	uint32_t at = hash(text) & (c->nr_slots - 1);

	while (c->slots[at] && strcmp(c->strings[c->slots[at] - 1], text))
		at = (at + 1) & (c->nr_slots - 1);
	return &c->slots[at];
}

static void make_room(struct codec *c)
{
	if (c->nr_strings * 2 < c->nr_slots)
		return;
	free(c->slots);
	c->nr_slots = c->nr_slots ? c->nr_slots * 2 : 512;
	c->slots = must(calloc(c->nr_slots, sizeof(*c->slots)));
	for (uint32_t i = 0; i < c->nr_strings; i++)
		*slot_of(c, c->strings[i]) = i + 1;
}

/* 0 is NULL, n the n-th text that was met, one more than there are a new one. */
static void write_string(struct codec *c, const char *text)
{
	if (!text) {
		codec_number(c, 0);
		return;
	}
	make_room(c);
	uint32_t *slot = slot_of(c, text);

	if (*slot) {
		codec_number(c, *slot);
		return;
	}
	keep(c, text);
	*slot = c->nr_strings;
	codec_number(c, *slot);
	codec_number(c, strlen(text));
	codec_bytes(c, text, strlen(text));
}

static const char *read_string(struct codec *c)
{
	uint64_t index = codec_number(c, 0);

	if (!index || c->wrong)
		return NULL;
	if (index <= c->nr_strings)
		return c->strings[index - 1];
	if (index != (uint64_t)c->nr_strings + 1) {
		codec_fail(c, "a text is named that was not there yet");
		return NULL;
	}
	uint64_t size = codec_number(c, 0);

	if (size > (size_t)(c->end - c->at) || memchr(c->at, 0, size)) {
		codec_fail(c, "a text is longer than what is there, or holds a zero byte");
		return NULL;
	}
	char *text = arena_alloc(c->arena, size + 1);

	memcpy(text, c->at, size);
	c->at += size;
	keep(c, text);
	return text;
}

const char *codec_string(struct codec *c, const char *text)
{
	if (c->reading)
		return read_string(c);
	write_string(c, text);
	return text;
}

const char *codec_name(struct codec *c, const char *text)
{
	text = codec_string(c, text ? text : "");
	if (!text && !c->wrong)
		codec_fail(c, "a name is missing");
	return text ? text : "";
}
