// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * An Aho-Corasick automaton: one table look-up a byte whatever the number of
 * names. Bytes that occur in no name share class 0, which keeps the table
 * small enough for the cache. Before it, the skip of Wu and Manber: two bytes
 * that stand in no name's first @window bytes rule out several places at once,
 * so that most bytes of a kernel are never looked at.
 */
struct names {
	char **word;		/* sorted; behind each one's end stands '+' or nothing */
	size_t nr;
	uint8_t class_of[256];
	unsigned int nr_classes;
	uint16_t *next;		/* [state * nr_classes + class] */
	uint8_t *final;		/* a name ends in this state */
	size_t nr_states;
	size_t window;		/* the length of the shortest name */
	uint8_t skip[1 << 16];	/* [two bytes at the window's end]: how far it may move */
};

static int cmp_word(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_free(struct names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->nr; i++)
		free(names->word[i]);
	free(names->word);
	free(names->next);
	free(names->final);
	free(names);
}

static int add_word(struct names *names, const char *s, bool stores)
{
	char **word = realloc(names->word, (names->nr + 1) * sizeof(*word));

	if (!word)
		return -1;
	names->word = word;
	word[names->nr] = calloc(strlen(s) + 2, 1);
	if (!word[names->nr])
		return -1;
	strcpy(word[names->nr], s);
	word[names->nr++][strlen(s) + 1] = stores ? '+' : '\0';
	return 0;
}

static int read_words(struct names *names, FILE *f)
{
	char line[256];

	while (fgets(line, sizeof(line), f)) {
		bool stores = strchr(line, '+');

		line[strcspn(line, " +\t\r\n")] = '\0';
		if (line[0] && line[0] != '#' && add_word(names, line, stores))
			return -1;
	}
	return ferror(f) ? -1 : 0;
}

/* Build the trie; failure links are added by link_states(). */
static void build_trie(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++) {
		size_t state = 0;

		for (const char *c = names->word[i]; *c; c++) {
			uint16_t *slot = &names->next[state * names->nr_classes +
						      names->class_of[(unsigned char)*c]];

			if (!*slot)
				*slot = (uint16_t)names->nr_states++;
			state = *slot;
		}
		names->final[state] = 1;
	}
}

static int link_states(struct names *names)
{
	const unsigned int k = names->nr_classes;
	uint16_t *fail = calloc(names->nr_states, sizeof(*fail));
	uint16_t *queue = calloc(names->nr_states, sizeof(*queue));
	size_t head = 0, tail = 0;

	if (!fail || !queue) {
		free(fail);
		free(queue);
		return -1;
	}
	for (unsigned int c = 0; c < k; c++)
		if (names->next[c])
			queue[tail++] = names->next[c];
	while (head < tail) {
		size_t s = queue[head++];

		names->final[s] |= names->final[fail[s]];
		for (unsigned int c = 0; c < k; c++) {
			uint16_t *slot = &names->next[s * k + c];
			uint16_t via = names->next[(size_t)fail[s] * k + c];

			if (*slot) {
				fail[*slot] = via;
				queue[tail++] = *slot;
			} else {
				*slot = via;
			}
		}
	}
	free(fail);
	free(queue);
	return 0;
}

static unsigned int two_bytes(const char *last)
{
	return (unsigned int)(unsigned char)last[-1] << 8 | (unsigned char)last[0];
}

static void build_skip(struct names *names)
{
	names->window = UINT8_MAX;
	for (size_t i = 0; i < names->nr; i++) {
		size_t n = strlen(names->word[i]);

		if (n < names->window)
			names->window = n;
	}
	if (names->window < 2)
		return;
	memset(names->skip, (int)names->window - 1, sizeof(names->skip));
	for (size_t i = 0; i < names->nr; i++) {
		for (size_t j = 1; j < names->window; j++) {
			uint8_t *skip = &names->skip[two_bytes(names->word[i] + j)];
			size_t far = names->window - 1 - j;

			if (far < *skip)
				*skip = (uint8_t)far;
		}
	}
}

static int build(struct names *names)
{
	size_t max_states = 1;

	names->nr_classes = 1;
	for (size_t i = 0; i < names->nr; i++) {
		max_states += strlen(names->word[i]);
		for (const char *c = names->word[i]; *c; c++)
			if (!names->class_of[(unsigned char)*c])
				names->class_of[(unsigned char)*c] = (uint8_t)names->nr_classes++;
	}
	if (max_states > UINT16_MAX)
		return -1;
	names->next = calloc(max_states * names->nr_classes, sizeof(*names->next));
	names->final = calloc(max_states, 1);
	if (!names->next || !names->final)
		return -1;
	names->nr_states = 1;
	build_trie(names);
	build_skip(names);
	return link_states(names);
}

struct names *names_load(const char *path, char *err, size_t errlen)
{
	struct names *names = calloc(1, sizeof(*names));
	FILE *f = fopen(path, "r");

	if (!names || !f) {
		snprintf(err, errlen, "cannot read the names in %s: %s", path, strerror(errno));
		goto fail;
	}
	if (read_words(names, f) || build(names)) {
		snprintf(err, errlen, "cannot use the names in %s", path);
		goto fail;
	}
	if (!names->nr) {
		snprintf(err, errlen, "no names in %s", path);
		goto fail;
	}
	qsort(names->word, names->nr, sizeof(*names->word), cmp_word);
	fclose(f);
	return names;
fail:
	if (f)
		fclose(f);
	names_free(names);
	return NULL;
}

/*
 * Run the automaton from byte @i until it is back at its start behind byte
 * @upto. Returns where that is; @found when a name ended on the way.
 */
static size_t run_automaton(const struct names *names, const char *text, size_t len, size_t i,
			    size_t upto, bool *found)
{
	size_t s = 0;

	do {
		s = names->next[s * names->nr_classes + names->class_of[(unsigned char)text[i++]]];
		*found = names->final[s];
	} while (i < len && !*found && (s || i <= upto));
	return i;
}

bool names_occur(const struct names *names, const char *text, size_t len)
{
	const size_t w = names->window;
	bool found = false;

	if (w < 2)
		return len && (run_automaton(names, text, len, 0, len, &found), found);
	for (size_t end = w - 1; end < len;) {
		uint8_t skip = names->skip[two_bytes(text + end)];

		if (skip) {
			end += skip;
			continue;
		}
		/* the automaton is at its start: the next name begins there or later */
		end = run_automaton(names, text, len, end - (w - 1), end, &found) + w - 1;
		if (found)
			return true;
	}
	return false;
}

static const char *find_word(const struct names *names, const char *word, size_t len)
{
	size_t lo = 0, hi = names->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strncmp(names->word[mid], word, len);

		if (!c && names->word[mid][len])
			c = 1;
		if (!c)
			return names->word[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool names_has(const struct names *names, const char *word, size_t len)
{
	return find_word(names, word, len);
}

bool names_wants_stores(const struct names *names, const char *word, size_t len)
{
	const char *found = find_word(names, word, len);

	return found && found[len + 1] == '+';
}
