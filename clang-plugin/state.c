// SPDX-License-Identifier: GPL-2.0-only
#include "state.h"

#include <stdlib.h>
#include <string.h>

static void *reserve(struct arena *arena, void *old, int count, int *cap, size_t size)
{
	if (count < *cap)
		return old;
	int wanted = *cap ? *cap * 2 : 8;
	void *fresh = arena_alloc(arena, (size_t)wanted * size);

	if (count)
		memcpy(fresh, old, (size_t)count * size);
	*cap = wanted;
	return fresh;
}

static void *duplicate(struct arena *arena, const void *old, int count, int *cap, size_t size)
{
	*cap = count + 4;
	void *fresh = arena_alloc(arena, (size_t)*cap * size);

	if (count)
		memcpy(fresh, old, (size_t)count * size);
	return fresh;
}

struct state *state_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct state));
}

struct state *state_copy(struct arena *arena, const struct state *from)
{
	struct state *to = arena_alloc(arena, sizeof(*to));

	*to = *from;
	to->next = NULL;
	to->entries = duplicate(arena, from->entries, from->nr_entries, &to->cap_entries,
				sizeof(*to->entries));
	to->facts = duplicate(arena, from->facts, from->nr_facts, &to->cap_facts, sizeof(*to->facts));
	to->holdings = duplicate(arena, from->holdings, from->nr_holdings, &to->cap_holdings,
				 sizeof(*to->holdings));
	to->attachments = duplicate(arena, from->attachments, from->nr_attachments,
				    &to->cap_attachments, sizeof(*to->attachments));
	to->dropped = duplicate(arena, from->dropped, from->nr_dropped, &to->cap_dropped,
				sizeof(*to->dropped));
	to->visits = duplicate(arena, from->visits, from->nr_visits, &to->cap_visits,
			       sizeof(*to->visits));
	return to;
}

/* Entries are kept sorted by place, so that equal states look equal. */
static int position(const struct state *state, const struct place *place)
{
	int low = 0, high = state->nr_entries;

	while (low < high) {
		int middle = (low + high) / 2;

		if (state->entries[middle].place->id < place->id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *slot(struct arena *arena, struct state *state, const struct place *place)
{
	int at = position(state, place);

	if (at < state->nr_entries && state->entries[at].place == place)
		return &state->entries[at];
	state->entries = reserve(arena, state->entries, state->nr_entries, &state->cap_entries,
				 sizeof(*state->entries));
	memmove(&state->entries[at + 1], &state->entries[at],
		(size_t)(state->nr_entries - at) * sizeof(*state->entries));
	state->nr_entries++;
	state->entries[at] = (struct entry){ .place = place };
	return &state->entries[at];
}

void state_write(struct arena *arena, struct state *state, const struct place *place,
		 struct value value)
{
	struct entry *entry = slot(arena, state, place);

	entry->value = value;
	entry->stamp = NULL;
}

void state_forget(struct arena *arena, struct state *state, const struct place *place,
		  const char *stamp)
{
	int kept = 0;

	for (int i = 0; i < state->nr_entries; i++)
		if (!place_inside(state->entries[i].place, place))
			state->entries[kept++] = state->entries[i];
	state->nr_entries = kept;
	struct entry *entry = slot(arena, state, place);

	entry->value = (struct value){ NULL, NULL };
	entry->stamp = stamp;
}

void state_stamp(struct arena *arena, struct state *state, const struct place *place,
		 const char *stamp)
{
	struct entry *entry = slot(arena, state, place);

	entry->value = (struct value){ NULL, NULL };
	entry->stamp = stamp;
}

const struct entry *state_find(const struct state *state, const struct place *place,
			       const char **stamp)
{
	*stamp = "";
	for (const struct place *p = place; p; p = p->parent) {
		int at = position(state, p);

		if (at < state->nr_entries && state->entries[at].place == p) {
			const struct entry *entry = &state->entries[at];

			if (entry->stamp) {
				*stamp = entry->stamp;
				return NULL;
			}
			if (p == place)
				return entry;
		}
		if (p->kind != PLACE_FIELD && p->kind != PLACE_ELEM)
			break;
	}
	return NULL;
}

void state_drop_frame(struct state *state, int frame)
{
	int kept = 0;

	for (int i = 0; i < state->nr_entries; i++) {
		const struct place *object = place_object(state->entries[i].place);

		if (object->kind != PLACE_VAR || object->frame != frame)
			state->entries[kept++] = state->entries[i];
	}
	state->nr_entries = kept;
}

void state_add_fact(struct arena *arena, struct smt *smt, struct state *state, Z3_ast fact)
{
	if (smt_constant_truth(smt, fact) == 1)
		return;
	unsigned id = Z3_get_ast_id(smt->z3, fact);
	int at = state->nr_facts;

	while (at > 0 && Z3_get_ast_id(smt->z3, state->facts[at - 1]) > id)
		at--;
	if (at > 0 && state->facts[at - 1] == fact)
		return;
	state->facts = reserve(arena, state->facts, state->nr_facts, &state->cap_facts,
			       sizeof(*state->facts));
	memmove(&state->facts[at + 1], &state->facts[at],
		(size_t)(state->nr_facts - at) * sizeof(*state->facts));
	state->facts[at] = fact;
	state->nr_facts++;
}

struct holding *state_add_holding(struct arena *arena, struct state *state)
{
	state->holdings = reserve(arena, state->holdings, state->nr_holdings, &state->cap_holdings,
				  sizeof(*state->holdings));
	struct holding *holding = &state->holdings[state->nr_holdings++];

	memset(holding, 0, sizeof(*holding));
	return holding;
}

void state_attach(struct arena *arena, struct state *state, const struct place *inner,
		  const struct place *outer, const char *text)
{
	for (int i = 0; i < state->nr_attachments; i++)
		if (state->attachments[i].inner == inner && state->attachments[i].outer == outer)
			return;
	state->attachments = reserve(arena, state->attachments, state->nr_attachments,
				     &state->cap_attachments, sizeof(*state->attachments));
	state->attachments[state->nr_attachments++] = (struct attachment){ inner, outer, text };
}

void state_detach(struct state *state, const struct place *inner, const char *text)
{
	int kept = 0;

	for (int i = 0; i < state->nr_attachments; i++)
		if (state->attachments[i].inner != inner || strcmp(state->attachments[i].text, text))
			state->attachments[kept++] = state->attachments[i];
	state->nr_attachments = kept;
}

const struct dropped *state_drop_pages(struct arena *arena, struct state *state, struct dropped dropped)
{
	for (int i = 0; i < state->nr_dropped; i++) {
		const struct dropped *d = &state->dropped[i];

		if (d->kind == dropped.kind && d->pages == dropped.pages && d->base == dropped.base &&
		    d->asked == dropped.asked && d->stamp == dropped.stamp)
			return d;
	}
	state->dropped = reserve(arena, state->dropped, state->nr_dropped, &state->cap_dropped,
				 sizeof(*state->dropped));
	state->dropped[state->nr_dropped++] = dropped;
	return NULL;
}

void state_forget_dropped(struct state *state, const struct place *object)
{
	int kept = 0;

	for (int i = 0; i < state->nr_dropped; i++) {
		const struct place *place = state->dropped[i].pages, *root = place;
		bool inside = false;

		for (; place; place = place->parent) {
			inside |= place == object;
			root = place;
		}
		if (!inside && root->kind != PLACE_GLOBAL)
			state->dropped[kept++] = state->dropped[i];
	}
	state->nr_dropped = kept;
}

void state_add_visit(struct arena *arena, struct state *state, struct visit visit)
{
	state->visits = reserve(arena, state->visits, state->nr_visits, &state->cap_visits,
				sizeof(*state->visits));
	state->visits[state->nr_visits++] = visit;
}

int state_visit(struct arena *arena, struct state *state, int block)
{
	int frame = state->frames[state->depth].id;

	for (int i = 0; i < state->nr_visits; i++)
		if (state->visits[i].frame == frame && state->visits[i].block == block)
			return ++state->visits[i].count;
	state_add_visit(arena, state, (struct visit){ frame, block, 1 });
	return 1;
}

int state_visits(const struct state *state, int block)
{
	for (int i = 0; i < state->nr_visits; i++)
		if (state->visits[i].frame == state->frames[state->depth].id &&
		    state->visits[i].block == block)
			return state->visits[i].count;
	return 0;
}

void state_unvisit(struct state *state, int block)
{
	for (int i = 0; i < state->nr_visits; i++)
		if (state->visits[i].frame == state->frames[state->depth].id &&
		    state->visits[i].block == block)
			state->visits[i].count = 0;
}

/* --- trimming ---------------------------------------------------------- */

struct id_set { bool *has; unsigned cap; };

static bool add_ids(struct smt *smt, struct id_set *set, Z3_ast term)
{
	bool grew = false;

	if (!term)
		return false;
	const struct smt_symbols *symbols = smt_symbols(smt, term);

	for (int i = 0; i < symbols->count; i++)
		if (symbols->ids[i] < set->cap && !set->has[symbols->ids[i]]) {
			set->has[symbols->ids[i]] = true;
			grew = true;
		}
	return grew;
}

static bool touches(struct smt *smt, const struct id_set *set, Z3_ast term)
{
	const struct smt_symbols *symbols = smt_symbols(smt, term);

	for (int i = 0; i < symbols->count; i++)
		if (symbols->ids[i] >= set->cap || set->has[symbols->ids[i]])
			return true;
	return false;
}

static void roots(struct smt *smt, struct id_set *set, const struct state *state)
{
	for (int i = 0; i < state->nr_entries; i++)
		add_ids(smt, set, state->entries[i].value.bits);
	for (int i = 0; i < state->nr_holdings; i++) {
		const struct holding *h = &state->holdings[i];

		add_ids(smt, set, h->base);
		add_ids(smt, set, h->asked);
		add_ids(smt, set, h->result);
		add_ids(smt, set, h->count);
		add_ids(smt, set, h->held);
		add_ids(smt, set, h->flags);
		add_ids(smt, set, h->kept_when);
		add_ids(smt, set, h->lent_said);
	}
	add_ids(smt, set, state->returned.bits);
}

/* Symbols of memory that may be read again: m<place>@..., see first_load() in eval.c. */
static void memory_roots(struct smt *smt, const struct places *places, struct id_set *set,
			 const struct state *state, state_again again)
{
	for (int i = 0; i < state->nr_facts; i++) {
		struct smt_symbols symbols = *smt_symbols(smt, state->facts[i]);

		for (int n = 0; symbols.reloadable && n < symbols.count; n++) {
			int id = smt_memory(smt, symbols.ids[n]);

			if (id > 0 && id <= places->count && symbols.ids[n] < set->cap &&
			    !set->has[symbols.ids[n]] && again(state, places->by_id[id]))
				set->has[symbols.ids[n]] = true;
		}
	}
}

/*
 * A fact over symbols that nothing refers to any more was satisfiable when it
 * was added, and can never meet a new question: it may go. This is what lets
 * paths that differed only in the past merge.
 */
void state_trim(struct smt *smt, const struct places *places, struct state *state,
		state_again again)
{
	int kept = 0;

	for (int i = 0; i < state->nr_entries; i++)
		if (again(state, state->entries[i].place))
			state->entries[kept++] = state->entries[i];
	state->nr_entries = kept;
	for (int i = 0; i < state->nr_facts; i++)
		smt_symbols(smt, state->facts[i]);
	unsigned cap = smt->cap_cache ? smt->cap_cache : 1;
	struct id_set set = { calloc(cap, sizeof(bool)), cap };

	if (!set.has)
		abort();
	roots(smt, &set, state);
	memory_roots(smt, places, &set, state, again);
	for (bool grew = true; grew;) {
		grew = false;
		for (int i = 0; i < state->nr_facts; i++)
			if (touches(smt, &set, state->facts[i]))
				grew |= add_ids(smt, &set, state->facts[i]);
	}
	kept = 0;
	for (int i = 0; i < state->nr_facts; i++)
		if (touches(smt, &set, state->facts[i]))
			state->facts[kept++] = state->facts[i];
	state->nr_facts = kept;
	free(set.has);
}

static void mix(uint64_t *hash, uint64_t value)
{
	*hash ^= value + 0x9e3779b97f4a7c15ull + (*hash << 6) + (*hash >> 2);
	*hash *= 0xff51afd7ed558ccdull;
}

static uint64_t number_of(struct smt *smt, Z3_ast term)
{
	return term ? Z3_get_ast_id(smt->z3, term) : 0;
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 5381;

	while (text && *text)
		hash = hash * 33 + (unsigned char)*text++;
	return hash;
}

static void mix_holding(struct smt *smt, uint64_t *hash, const struct holding *h)
{
	mix(hash, (uint64_t)h->array->id);
	mix(hash, number_of(smt, h->count));
	mix(hash, number_of(smt, h->held));
	mix(hash, number_of(smt, h->kept_when));
	mix(hash, number_of(smt, h->lent_said));
	mix(hash, h->count_field ? (uint64_t)h->count_field->id << 32 | number_of(smt, h->count_value) : 0);
	mix(hash, (uint64_t)h->released | (uint64_t)h->extra_ref << 1 | (uint64_t)h->freed << 2 |
		  (uint64_t)h->count_stored << 4 | (uint64_t)h->dirtied << 5 |
		  (uint64_t)(h->lent_to != NULL) << 7 | (uint64_t)h->lent_tested << 8 |
		  (uint64_t)h->returned << 9 | (uint64_t)h->used << 10 |
		  (uint64_t)h->data_used << 11 | (uint64_t)(h->clean_release != NULL) << 12 |
		  (uint64_t)h->written << 13 | (uint64_t)h->inexact << 14 | (uint64_t)h->in_loop << 15 |
		  (uint64_t)h->marked << 16 | (uint64_t)h->page_lent << 17 |
		  (uint64_t)h->owner_asked << 18 | (uint64_t)(h->sign_lost != NULL) << 19 |
		  (uint64_t)h->compared << 20 | (uint64_t)h->emptied << 32);
}

uint64_t state_signature(struct smt *smt, const struct state *state)
{
	uint64_t hash = (uint64_t)state->depth * 4 + state->took_more * 2u + state->guessed;

	for (int i = 0; i <= state->depth; i++) {
		mix(&hash, (uint64_t)state->frames[i].id);
		mix(&hash, (uint64_t)state->frames[i].block);
		mix(&hash, (uint64_t)state->frames[i].event);
	}
	for (int i = 0; i < state->nr_entries; i++) {
		const struct entry *e = &state->entries[i];

		mix(&hash, (uint64_t)e->place->id);
		mix(&hash, number_of(smt, e->value.bits));
		mix(&hash, e->value.points ? (uint64_t)e->value.points->id : 0);
		mix(&hash, text_hash(e->stamp));
	}
	for (int i = 0; i < state->nr_facts; i++)
		mix(&hash, number_of(smt, state->facts[i]));
	for (int i = 0; i < state->nr_holdings; i++)
		mix_holding(smt, &hash, &state->holdings[i]);
	for (int i = 0; i < state->nr_attachments; i++) {
		mix(&hash, (uint64_t)state->attachments[i].inner->id);
		mix(&hash, state->attachments[i].outer ? (uint64_t)state->attachments[i].outer->id : 0);
	}
	for (int i = 0; i < state->nr_dropped; i++) {
		mix(&hash, (uint64_t)state->dropped[i].pages->id);
		mix(&hash, number_of(smt, state->dropped[i].base));
		mix(&hash, number_of(smt, state->dropped[i].asked));
		mix(&hash, text_hash(state->dropped[i].stamp));
	}
	return hash;
}
