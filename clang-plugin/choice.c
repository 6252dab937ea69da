// SPDX-License-Identifier: GPL-2.0-only
#include "choice.h"

#include <stdlib.h>
#include <string.h>

struct name {
	const char *text;
	bool wanted;		/* a body of that name is to be lowered */
	bool reached;		/* whoever mentions it reaches the API */
	/* Of a body of that name: */
	bool in_header;		/* of the API, see choice_wants_inline() */
	bool passes;		/* it has pointers to pages, or names a flag */
	bool frees;		/* it frees memory: page arrays, perhaps */
	bool iterator;		/* it has an iterator of its caller's */
	bool makes;		/* and makes one */
};

struct mention { int by, name; };

struct choice {
	const struct gup_session *session;
	struct arena arena;
	struct name *names;
	int nr_names, cap_names;
	int *table;		/* of hashes: a name's number and 1, or 0; twice as large as names */
	struct mention *mentions;
	int nr_mentions, cap_mentions;
	int body;		/* the name of the last one that was added */
};

static void *resized(void *old, size_t count, size_t size)
{
	void *array = realloc(old, count * size);

	if (!array)
		abort();
	return array;
}

/* Where in the table the name is, or would be. */
static int *slot_of(const struct choice *choice, const char *text)
{
	unsigned mask = 2 * (unsigned)choice->cap_names - 1, hash = 5381;

	for (const char *c = text; *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	for (unsigned at = hash & mask;; at = (at + 1) & mask) {
		int *slot = &choice->table[at];

		if (!*slot || !strcmp(choice->names[*slot - 1].text, text))
			return slot;
	}
}

static void make_room(struct choice *choice)
{
	if (choice->nr_names < choice->cap_names)
		return;
	choice->cap_names = choice->cap_names ? choice->cap_names * 2 : 256;
	choice->names = resized(choice->names, (size_t)choice->cap_names, sizeof(*choice->names));
	choice->table = resized(choice->table, 2 * (size_t)choice->cap_names, sizeof(*choice->table));
	memset(choice->table, 0, 2 * (size_t)choice->cap_names * sizeof(*choice->table));
	for (int i = 0; i < choice->nr_names; i++)
		*slot_of(choice, choice->names[i].text) = i + 1;
}

static int name_of(struct choice *choice, const char *text)
{
	make_room(choice);
	int *slot = slot_of(choice, text);

	if (!*slot) {
		struct name *name = &choice->names[choice->nr_names++];

		*name = (struct name){
			.text = arena_strdup(&choice->arena, text),
			.reached = gup_name_is_interesting(choice->session, text),
		};
		*slot = choice->nr_names;
	}
	return *slot - 1;
}

struct choice *choice_open(const struct gup_session *session)
{
	struct choice *choice = calloc(1, sizeof(*choice));

	if (!choice)
		abort();
	choice->session = session;
	make_room(choice);
	return choice;
}

void choice_close(struct choice *choice)
{
	arena_free(&choice->arena);
	free(choice->names);
	free(choice->table);
	free(choice->mentions);
	free(choice);
}

void choice_add(struct choice *choice, const char *function)
{
	choice->body = name_of(choice, function);
}

bool choice_wants_inline(const struct choice *choice, const char *function)
{
	return *slot_of(choice, function) && gup_name_leads_to_assert(choice->session, function);
}

void choice_add_inline(struct choice *choice, const char *function)
{
	choice_add(choice, function);
	choice->names[choice->body].in_header = true;
}

void choice_mention(struct choice *choice, const char *function)
{
	if (choice->nr_mentions == choice->cap_mentions) {
		choice->cap_mentions = choice->cap_mentions ? choice->cap_mentions * 2 : 256;
		choice->mentions = resized(choice->mentions, (size_t)choice->cap_mentions,
					   sizeof(*choice->mentions));
	}
	choice->mentions[choice->nr_mentions++] =
		(struct mention){ choice->body, name_of(choice, function) };

	struct name *body = &choice->names[choice->body];

	body->frees = body->frees || gup_name_frees(choice->session, function);
	body->makes = body->makes || gup_name_makes_iterator(choice->session, function);
}

void choice_parameter(struct choice *choice, const char *record)
{
	struct name *body = &choice->names[choice->body];

	body->iterator = body->iterator || !strcmp(record, "iov_iter");
}

void choice_constant(struct choice *choice, const char *name)
{
	struct name *body = &choice->names[choice->body];

	body->passes = body->passes || (name && !strncmp(name, "FOLL_", 5));
}

void choice_pages(struct choice *choice)
{
	choice->names[choice->body].passes = true;
}

void choice_want(struct choice *choice, const char *function)
{
	struct name *name = &choice->names[name_of(choice, function)];

	name->wanted = name->reached = true;
}

void choice_spread(struct choice *choice)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (int i = 0; i < choice->nr_mentions; i++) {
			struct name *by = &choice->names[choice->mentions[i].by];
			struct name *name = &choice->names[choice->mentions[i].name];

			if (!by->wanted && name->reached)
				by->wanted = by->reached = changed = true;
			/* Its other callers are of no interest for that. */
			if (by->wanted && !name->wanted && name->passes && name->frees && !name->in_header)
				name->wanted = changed = true;
		}
	}
}

enum choice_as choice_how(const struct choice *choice, const char *function, bool facts)
{
	int slot = *slot_of(choice, function);
	const struct name *name = slot ? &choice->names[slot - 1] : NULL;

	if (!name)
		return CHOICE_NOT;
	if (name->in_header)
		return facts ? CHOICE_PASSING : CHOICE_NOT;
	if (name->wanted || (name->makes && name->iterator))
		return CHOICE_WHOLE;
	return name->passes && (facts || name->frees) ? CHOICE_PASSING : CHOICE_NOT;
}
