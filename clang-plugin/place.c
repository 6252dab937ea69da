// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include <string.h>

void places_open(struct places *places, struct smt *smt, struct arena *arena)
{
	memset(places, 0, sizeof(*places));
	places->smt = smt;
	places->arena = arena;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same(const struct place *a, const struct place *b)
{
	return a->kind == b->kind && a->parent == b->parent && a->frame == b->frame &&
	       a->var == b->var && a->index == b->index && a->scale == b->scale &&
	       same_text(a->name, b->name) && same_text(a->stamp, b->stamp);
}

static unsigned hash(const struct place *key)
{
	unsigned h = (unsigned)key->kind * 31u + (key->parent ? (unsigned)key->parent->id : 7u);

	for (const char *p = key->name; p && *p; p++)
		h = h * 33u + (unsigned char)*p;
	return (h * 17u + (unsigned)key->frame * 5u + (unsigned)key->var) % PLACE_BUCKETS;
}

/* A pointer to known memory is neither NULL nor an error: the top bits say so. */
static Z3_ast own_address(struct places *places, int id)
{
	char name[32];

	snprintf(name, sizeof(name), "&%d", id);
	Z3_ast low = smt_symbol(places->smt, name, 60);

	return Z3_mk_concat(places->smt->z3, smt_number(places->smt, 1, 4), low);
}

static void remember(struct places *places, const struct place *place)
{
	if (place->id >= places->cap_by_id) {
		int cap = places->cap_by_id ? places->cap_by_id * 2 : 256;
		const struct place **list = arena_alloc(places->arena, (size_t)cap * sizeof(*list));

		if (places->cap_by_id)
			memcpy(list, places->by_id, (size_t)places->cap_by_id * sizeof(*list));
		places->by_id = list;
		places->cap_by_id = cap;
	}
	places->by_id[place->id] = place;
}

static const struct place *intern(struct places *places, const struct place *key)
{
	struct place **chain = &places->buckets[hash(key)];

	for (struct place *p = *chain; p; p = p->next)
		if (same(p, key))
			return p;
	struct place *fresh = arena_alloc(places->arena, sizeof(*fresh));

	*fresh = *key;
	fresh->id = ++places->count;
	remember(places, fresh);
	fresh->next = *chain;
	if (!fresh->address)
		fresh->address = own_address(places, fresh->id);
	*chain = fresh;
	return fresh;
}

const struct place *place_var(struct places *places, int frame, int var, const struct gup_var *v)
{
	struct place key = { .kind = PLACE_VAR, .frame = frame, .var = var, .name = v->name };

	if (v->kind == VAR_GLOBAL) {
		key.kind = PLACE_GLOBAL;
		key.frame = 0;
		key.var = 0;
	}
	key.is_param = v->kind == VAR_PARAM;
	return intern(places, &key);
}

const struct place *place_fresh(struct places *places, const char *name, bool is_private)
{
	struct place key = { .kind = PLACE_FRESH, .name = name, .is_private = is_private };

	return intern(places, &key);
}

const struct place *place_zeroed(struct places *places, const char *name)
{
	struct place key = { .kind = PLACE_FRESH, .name = name, .is_private = true,
			     .is_zeroed = true };

	return intern(places, &key);
}

const struct place *place_function(struct places *places, const char *name)
{
	struct place key = { .kind = PLACE_FUNCTION, .name = name };

	return intern(places, &key);
}

const struct place *place_target(struct places *places, const struct place *pointer,
				 const char *stamp)
{
	struct place key = { .kind = PLACE_TARGET, .parent = pointer, .stamp = stamp };

	return intern(places, &key);
}

const struct place *place_field(struct places *places, const struct place *parent,
				const char *name, const char *record)
{
	struct place key = { .kind = PLACE_FIELD, .parent = parent, .name = name, .record = record };

	return intern(places, &key);
}

const struct place *place_elem(struct places *places, const struct place *array, Z3_ast index,
			       unsigned scale)
{
	int64_t number;

	if (array->kind == PLACE_ELEM && array->scale == scale) {
		index = smt_binary(places->smt, OP_ADD, true, array->index, index);
		array = array->parent;
	}
	if (smt_constant(places->smt, index, &number) && !number)
		return array;
	struct place key = { .kind = PLACE_ELEM, .parent = array, .index = index, .scale = scale };

	return intern(places, &key);
}

const struct place *place_array(struct places *places, const struct place *place, Z3_ast *index)
{
	if (place->kind == PLACE_ELEM) {
		*index = place->index;
		return place->parent;
	}
	*index = smt_number(places->smt, 0, 64);
	return place;
}

const struct place *place_object(const struct place *place)
{
	while (place->kind == PLACE_FIELD || place->kind == PLACE_ELEM)
		place = place->parent;
	return place;
}

bool place_inside(const struct place *place, const struct place *outer)
{
	for (; place; place = place->parent) {
		if (place == outer)
			return true;
		if (place->kind != PLACE_FIELD && place->kind != PLACE_ELEM)
			return false;
	}
	return false;
}

char *place_text(struct arena *arena, const struct place *place)
{
	switch (place->kind) {
	case PLACE_VAR:
	case PLACE_GLOBAL:
	case PLACE_FUNCTION:
		return arena_strdup(arena, place->name);
	case PLACE_FRESH: {
		const char *end = strchr(place->name, '@');

		return arena_printf(arena, "%.*s()", (int)(end ? end - place->name :
				    (long)strlen(place->name)), place->name);
	}
	case PLACE_TARGET:
		return place_text(arena, place->parent);
	case PLACE_FIELD:
		return arena_printf(arena, "%s%s%s", place_text(arena, place->parent),
				    place->parent->kind == PLACE_TARGET ||
				    place->parent->kind == PLACE_FRESH ? "->" : ".", place->name);
	case PLACE_ELEM:
		return arena_printf(arena, "%s[]", place_text(arena, place->parent));
	}
	return arena_strdup(arena, "?");
}
