// SPDX-License-Identifier: GPL-2.0-only
#include "facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "output.h"

/*
 * The file: this text and the version, 4 digits; 8 bytes with the size of the rest,
 * 8 bytes with its hash (both the lowest byte first); then the rest: the model.
 */
#define MAGIC "gupcheckfact"
#define SIZE_AT 16
#define HASH_AT 24
#define HEAD 32
/* No translation unit comes near it; a reader's memory is bounded by it. */
#define MAX_SIZE (64u << 20)

/* --- bytes and files ---------------------------------------------------------- */

static void put_number(unsigned char *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_number(const unsigned char *at)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

static uint64_t hash(const unsigned char *bytes, size_t size)
{
	uint64_t h = 14695981039346656037u;	/* FNV-1a: against accidents, not against malice */

	for (size_t i = 0; i < size; i++)
		h = (h ^ bytes[i]) * 1099511628211u;
	return h;
}

static void write_magic(unsigned char *bytes)
{
	char text[SIZE_AT + 1];

	snprintf(text, sizeof(text), MAGIC "%04d", FACTS_VERSION);
	memcpy(bytes, text, SIZE_AT);
}

unsigned char *facts_encode(const struct gup_model *model, size_t *size)
{
	unsigned char head[HEAD] = { 0 };
	struct codec c;

	codec_write(&c);
	codec_bytes(&c, head, HEAD);
	/* Writing changes nothing in the model. */
	facts_code(&c, (struct gup_model *)model, model->root);
	write_magic(c.bytes);
	put_number(c.bytes + SIZE_AT, c.size - HEAD);
	put_number(c.bytes + HASH_AT, hash(c.bytes + HEAD, c.size - HEAD));
	codec_close(&c);
	*size = c.size;
	return c.bytes;
}

static char *message(const char *format, const char *text)
{
	char *result = NULL;

	if (asprintf(&result, format, text) < 0)
		abort();
	return result;
}

/* NULL, or what is wrong with the first bytes. */
static char *check_head(const unsigned char *bytes, size_t size)
{
	unsigned char ours[SIZE_AT];

	write_magic(ours);
	if (size < HEAD || memcmp(bytes, MAGIC, strlen(MAGIC)))
		return strdup("no facts of gupcheck");
	if (memcmp(bytes, ours, sizeof(ours)))
		return strdup("facts of another version of gupcheck: make them again");
	if (get_number(bytes + SIZE_AT) > size - HEAD)
		return strdup("facts that were cut short: make them again");
	if (get_number(bytes + SIZE_AT) < size - HEAD ||
	    get_number(bytes + HASH_AT) != hash(bytes + HEAD, size - HEAD))
		return strdup("facts that were damaged: make them again");
	return NULL;
}

struct gup_model *facts_decode(const unsigned char *bytes, size_t size, const char *root, char **error)
{
	struct gup_model *model;
	const char *wrong;
	struct codec c;

	*error = check_head(bytes, size);
	if (*error)
		return NULL;
	model = model_new("");
	codec_read(&c, &model->arena, bytes + HEAD, size - HEAD);
	facts_code(&c, model, root);
	wrong = c.wrong ? c.wrong : c.at < c.end ? "it goes on after its end" : model_check(model);
	codec_close(&c);
	if (!wrong)
		return model;
	*error = message("broken facts: %s", wrong);
	model_free(model);
	return NULL;
}

bool facts_write(const struct gup_model *model, const char *path)
{
	size_t size;
	unsigned char *bytes = facts_encode(model, &size);
	bool good = output_write(path, bytes, size);

	free(bytes);
	return good;
}

/* All of a file, or NULL with errno set. */
static unsigned char *read_all(FILE *in, size_t *size)
{
	unsigned char *bytes = NULL;
	size_t room = 0;

	for (*size = 0;;) {
		if (*size == room) {
			unsigned char *more = room < MAX_SIZE ? realloc(bytes, room = room * 2 + 65536) : NULL;

			if (!more) {
				free(bytes);
				errno = EFBIG;
				return NULL;
			}
			bytes = more;
		}
		size_t got = fread(bytes + *size, 1, room - *size, in);

		*size += got;
		if (!got)
			break;
	}
	if (!ferror(in))
		return bytes;
	free(bytes);
	return NULL;
}

struct gup_model *facts_read(const char *path, const char *root, char **error)
{
	struct gup_model *model = NULL;
	FILE *in = fopen(path, "rb");
	size_t size;
	unsigned char *bytes = in ? read_all(in, &size) : NULL;
	char *why = NULL;

	if (bytes)
		model = facts_decode(bytes, size, root, &why);
	else
		why = strdup(strerror(errno));
	*error = NULL;
	if (!model && asprintf(error, "%s: %s", path, why) < 0)
		abort();
	free(why);
	free(bytes);
	if (in)
		fclose(in);
	return model;
}

/* --- the source tree -------------------------------------------------------------- */

static bool is_there(struct arena *arena, const char *root, const char *name)
{
	return access(arena_printf(arena, "%s%s", root, name), F_OK) == 0;
}

char *facts_root(struct arena *arena, const char *file)
{
	char *root = arena_strdup(arena, file);
	char *slash;

	while ((slash = strrchr(root, '/'))) {
		slash[1] = 0;
		if (is_there(arena, root, "Kbuild") && is_there(arena, root, "MAINTAINERS"))
			return root;
		*slash = 0;
	}
	return arena_strdup(arena, "");
}

/* The value in "NAME = value" when the line is that. */
static const char *setting(char *line, const char *name)
{
	size_t size = strlen(name);

	if (strncmp(line, name, size) || line[size] != ' ')
		return NULL;
	line += size + strspn(line + size, " =");
	line[strcspn(line, " \t\n")] = 0;
	return line;
}

char *facts_tree(struct arena *arena, const char *root)
{
	static const char *const names[] = { "VERSION", "PATCHLEVEL", "SUBLEVEL" };
	FILE *in = fopen(arena_printf(arena, "%sMakefile", root), "r");
	char *version = arena_strdup(arena, "");
	char line[200];
	int found = 0;

	while (in && found < 3 && fgets(line, sizeof(line), in)) {
		const char *value = setting(line, names[found]);

		if (value)
			version = arena_printf(arena, "%s%s%s", version, found++ ? "." : "", value);
	}
	if (in)
		fclose(in);
	return found == 3 ? version : arena_strdup(arena, "");
}
