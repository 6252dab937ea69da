// SPDX-License-Identifier: GPL-2.0-only
#include "merge.h"

#include <stdlib.h>
#include <string.h>

static const struct flow *flow_at(struct engine *e, const struct frame *frame)
{
	return flow_of(e->model, e->api, frame->function);
}

/* --- which comes first ----------------------------------------------------------- */

/* Negative: a runs before b. Whoever is inside a call runs before whoever came back from it. */
static int order(struct engine *e, const struct state *a, const struct state *b)
{
	for (int i = 0; i <= a->depth && i <= b->depth; i++) {
		const struct frame *x = &a->frames[i], *y = &b->frames[i];

		if (x->id != y->id)
			return x->id - y->id;
		if (x->block != y->block)
			return flow_at(e, x)->blocks[x->block].position -
			       flow_at(e, y)->blocks[y->block].position;
		if (x->event != y->event)
			return x->event - y->event;
	}
	return b->depth - a->depth;
}

struct state *merge_next(struct engine *e)
{
	struct state **best = &e->work, *s;

	if (!e->work)
		return NULL;
	for (struct state **at = &e->work; *at; at = &(*at)->next)
		if (order(e, *at, *best) < 0)
			best = at;
	s = *best;
	*best = s->next;
	return s;
}

/* --- may two states be one? ------------------------------------------------------- */

static int visits(const struct state *s, int frame, int block)
{
	for (int i = 0; i < s->nr_visits; i++)
		if (s->visits[i].frame == frame && s->visits[i].block == block)
			return s->visits[i].count;
	return 0;
}

/* Turns of a loop are counted: states in different turns of one stay apart. */
static bool same_turns(struct engine *e, const struct state *a, const struct state *b)
{
	for (int i = 0; i <= a->depth; i++) {
		const struct frame *x = &a->frames[i], *y = &b->frames[i];
		const struct flow *flow = flow_at(e, x);

		for (int h = 0; h < x->function->nr_blocks; h++) {
			const struct flow_block *header = &flow->blocks[h];

			if (!header->is_header || !header->body[x->block])
				continue;
			if (visits(a, x->id, -1 - h) != visits(b, x->id, -1 - h))
				return false;
			if (h == x->block && header->body[x->before] != header->body[y->before])
				return false;
		}
	}
	return true;
}

static bool same_place(const struct state *a, const struct state *b)
{
	if (a->depth != b->depth)
		return false;
	for (int i = 0; i <= a->depth; i++)
		if (a->frames[i].id != b->frames[i].id || a->frames[i].block != b->frames[i].block ||
		    a->frames[i].event != b->frames[i].event)
			return false;
	return a->frames[a->depth].event < 0;
}

static const struct holding *counterpart(const struct state *s, const struct holding *h)
{
	for (int i = 0; i < s->nr_holdings; i++)
		if (s->holdings[i].site == h->site && s->holdings[i].result == h->result &&
		    s->holdings[i].array == h->array)
			return &s->holdings[i];
	return NULL;
}

/* Who holds something never goes on as one with who does not; how many there are may differ. */
static bool same_holdings(const struct state *a, const struct state *b)
{
	if (a->nr_holdings != b->nr_holdings)
		return false;
	for (int i = 0; i < a->nr_holdings; i++) {
		const struct holding *x = &a->holdings[i], *y = counterpart(b, x);

		if (!y || (x->freed != y->freed || x->kept_durably != y->kept_durably ||
			  x->returned != y->returned || x->count_stored != y->count_stored))
			return false;
	}
	return true;
}

static bool same_attachments(const struct state *a, const struct state *b)
{
	if (!a->nr_holdings)
		return true;
	if (a->nr_attachments != b->nr_attachments)
		return false;
	for (int i = 0; i < a->nr_attachments; i++)
		if (a->attachments[i].inner != b->attachments[i].inner ||
		    a->attachments[i].outer != b->attachments[i].outer)
			return false;
	return true;
}

/* --- merging ----------------------------------------------------------------------- */

struct merging {
	struct engine *e;
	struct state *into, *from;
	Z3_ast came;			/* the path came by `into` */
};

static Z3_ast choose(struct merging *m, Z3_ast a, Z3_ast b)
{
	if (a == b || !a || !b)
		return a == b ? a : NULL;
	unsigned x = smt_width(&m->e->smt, a), y = smt_width(&m->e->smt, b);

	if (x != y)
		return NULL;
	/* Nothing is held: what such paths know is not worth its price. */
	if (!m->into->nr_holdings)
		return engine_vague(m->e, x);
	return smt_ite(&m->e->smt, m->came, a, b);
}

static unsigned element_size(const struct place *a, const struct place *b)
{
	return a->kind == PLACE_ELEM ? a->scale : b->scale;
}

/* The value of the place in a state that has no entry for it. */
static struct value value_in(struct merging *m, struct state *s, const struct place *place,
			     struct value like)
{
	struct gup_type type = { .width = (uint8_t)smt_width(&m->e->smt, like.bits),
				 .is_pointer = like.points != NULL };

	return engine_load(m->e, s, place, type);
}

/* A pointer that is one thing here and another one there would be neither. */
static bool merge_targets(struct merging *m, struct value a, struct value b, const struct place **both)
{
	struct places *places = &m->e->places;
	struct value none = a.points ? b : a;
	int64_t number;
	Z3_ast x, y;

	*both = a.points ? a.points : b.points;
	if (a.points == b.points)
		return true;
	if (!a.points || !b.points)
		return none.bits && smt_constant(&m->e->smt, none.bits, &number) && !number;
	const struct place *array = place_array(places, a.points, &x);

	if (array != place_array(places, b.points, &y))
		return false;
	*both = place_elem(places, array, choose(m, x, y), element_size(a.points, b.points));
	return true;
}

static bool is_own(const struct place *target)
{
	const struct place *object = target ? place_object(target) : NULL;

	return object && (object->kind == PLACE_VAR || (object->kind == PLACE_FRESH && object->is_private));
}

static bool merge_entry(struct merging *m, struct state *result, const struct place *place,
			const struct entry *a, const struct entry *b)
{
	const struct entry *some = a ? a : b;

	/* One of them lost what was there: so does the result. */
	if ((a && a->stamp) || (b && b->stamp)) {
		bool same = a && b && a->stamp && b->stamp && !strcmp(a->stamp, b->stamp);

		state_stamp(&m->e->arena, result, place, same ? a->stamp :
			    arena_printf(&m->e->arena, "j%d", m->e->merges));
		return true;
	}
	struct value x = a ? a->value : value_in(m, m->into, place, some->value);
	struct value y = b ? b->value : value_in(m, m->from, place, some->value);

	struct value both;

	if (!x.bits || !y.bits)
		return false;
	if (!merge_targets(m, x, y, &both.points)) {
		/* Of memory that is nobody else's it has to stay known which it is. */
		if (m->into->nr_holdings || is_own(x.points) || is_own(y.points))
			return false;
		both.points = NULL;
	}
	both.bits = choose(m, x.bits, y.bits);
	if (!both.bits)
		return false;
	state_write(&m->e->arena, result, place, both);
	return true;
}

/* Both lists are sorted by place. */
static bool merge_entries(struct merging *m, struct state *result)
{
	struct state *a = m->into, *b = m->from;

	result->nr_entries = result->cap_entries = 0;
	result->entries = NULL;
	for (int i = 0, j = 0; i < a->nr_entries || j < b->nr_entries;) {
		const struct entry *x = i < a->nr_entries ? &a->entries[i] : NULL;
		const struct entry *y = j < b->nr_entries ? &b->entries[j] : NULL;

		if (x && y && x->place != y->place) {
			if (x->place->id < y->place->id)
				y = NULL;
			else
				x = NULL;
		}
		i += x != NULL;
		j += y != NULL;
		if (!merge_entry(m, result, x ? x->place : y->place, x, y))
			return false;
	}
	return true;
}

/* What held on one of the ways only holds when the path came that way. */
static void merge_facts(struct merging *m, struct state *result)
{
	struct smt *smt = &m->e->smt;
	const struct state *a = m->into, *b = m->from;

	result->nr_facts = 0;
	for (int side = 0; side < 2; side++) {
		const struct state *own = side ? b : a, *other = side ? a : b;

		for (int i = 0; i < own->nr_facts; i++) {
			bool common = false;

			for (int j = 0; j < other->nr_facts && !common; j++)
				common = own->facts[i] == other->facts[j];
			Z3_ast way = side ? m->came : smt_not(smt, m->came);

			if (!common && own->nr_holdings)
				state_add_fact(&m->e->arena, smt, result, smt_or(smt, way, own->facts[i]));
			else if (common && !side)
				state_add_fact(&m->e->arena, smt, result, own->facts[i]);
		}
	}
}

static bool merge_holding(struct merging *m, struct holding *h, const struct holding *a,
			  const struct holding *b)
{
	struct smt *smt = &m->e->smt;
	Z3_ast no = Z3_mk_false(smt->z3);

	h->base = choose(m, a->base, b->base);
	h->asked = choose(m, a->asked, b->asked);
	h->count = choose(m, a->count, b->count);
	h->held = choose(m, a->held, b->held);
	if (!h->base || !h->asked || !h->count || !h->held)
		return false;
	if (a->kept_when != b->kept_when)
		h->kept_when = smt_ite(smt, m->came, a->kept_when ? a->kept_when : no,
				       b->kept_when ? b->kept_when : no);
	h->kept_in = a->kept_in ? a->kept_in : b->kept_in;
	h->flags = a->flags == b->flags ? a->flags : NULL;
	h->released |= b->released;
	h->in_loop |= b->in_loop;
	h->extra_ref |= b->extra_ref;
	if (a->count_field != b->count_field || a->count_value != b->count_value)
		h->count_field = NULL;
	h->inexact |= b->inexact;
	h->dirtied &= b->dirtied;
	h->marked |= b->marked;
	h->unmatched |= b->unmatched;
	h->given_back |= b->given_back;
	h->lent_tested &= b->lent_tested;
	h->lent_said = a->lent_said == b->lent_said ? a->lent_said : NULL;
	h->lent_to = a->lent_to ? a->lent_to : b->lent_to;
	h->page_lent |= b->page_lent;
	h->compared |= b->compared;
	h->owner_asked |= b->owner_asked;
	h->emptied = a->emptied < b->emptied ? a->emptied : b->emptied;
	h->mapped = a->mapped == b->mapped ? a->mapped : NULL;
	h->mapped_bits = a->mapped_bits == b->mapped_bits ? a->mapped_bits : NULL;
	return true;
}

static bool merge_holdings(struct merging *m, struct state *result)
{
	for (int i = 0; i < result->nr_holdings; i++) {
		const struct holding *b = counterpart(m->from, &m->into->holdings[i]);

		if (!merge_holding(m, &result->holdings[i], &m->into->holdings[i], b))
			return false;
	}
	return true;
}

/* What only one of the paths handed out may be known to nobody else. */
static void merge_attachments(struct merging *m, struct state *result)
{
	int kept = 0;

	for (int i = 0; i < result->nr_attachments; i++)
		for (int j = 0; j < m->from->nr_attachments; j++)
			if (result->attachments[i].inner == m->from->attachments[j].inner &&
			    result->attachments[i].outer == m->from->attachments[j].outer) {
				result->attachments[kept++] = result->attachments[i];
				break;
			}
	result->nr_attachments = kept;
}

/* Visits name symbols: the merged path counts on from the higher number. */
static void merge_visits(struct merging *m, struct state *result)
{
	for (int i = 0; i < m->from->nr_visits; i++) {
		const struct visit *v = &m->from->visits[i];
		bool found = false;

		for (int j = 0; j < result->nr_visits && !found; j++) {
			struct visit *own = &result->visits[j];

			found = own->frame == v->frame && own->block == v->block;
			if (found && own->count < v->count)
				own->count = v->count;
		}
		if (!found)
			state_add_visit(&m->e->arena, result, *v);
	}
}

static struct state *merge(struct engine *e, struct state *a, struct state *b)
{
	struct merging m = { e, a, b, NULL };

	if (!same_place(a, b) || !same_holdings(a, b) || !same_attachments(a, b) ||
	    !same_turns(e, a, b))
		return NULL;
	m.came = smt_nonzero(&e->smt, smt_symbol(&e->smt, arena_printf(&e->arena, "j%d", e->merges++), 8));
	struct state *result = state_copy(&e->arena, a);

	if (!merge_holdings(&m, result) || !merge_entries(&m, result))
		return NULL;
	result->returned.bits = choose(&m, a->returned.bits, b->returned.bits);
	if ((a->returned.bits || b->returned.bits) && !result->returned.bits)
		return NULL;
	if (!merge_targets(&m, a->returned, b->returned, &result->returned.points))
		return NULL;
	merge_facts(&m, result);
	merge_attachments(&m, result);
	merge_visits(&m, result);
	result->guessed |= b->guessed;
	return result;
}

/* What is given back or handed over for certain needs no following: nothing is reported here that could come of it. */
void merge_drop_gone(struct engine *e, struct state *s)
{
	int kept = 0;
	int64_t held;

	for (int i = 0; i < s->nr_holdings; i++) {
		struct holding *h = &s->holdings[i];

		if (smt_constant(&e->smt, h->held, &held) && !held)
			engine_prove_gone(h);
		else if (engine_is_given_away(e, h))
			engine_prove_kept(e, h);
		else
			s->holdings[kept++] = *h;
	}
	s->nr_holdings = kept;
}

void merge_later(struct engine *e, struct state *s)
{
	for (struct state **at = &e->work; *at; at = &(*at)->next) {
		struct state *both = merge(e, *at, s);

		if (!both)
			continue;
		*at = (*at)->next;
		merge_later(e, both);
		return;
	}
	s->next = e->work;
	e->work = s;
}
