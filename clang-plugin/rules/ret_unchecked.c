// SPDX-License-Identifier: GPL-2.0-only
/* -errno, 0 or a short count is taken for success. */
#include "rules.h"

/*
 * What is wrong only when nothing but 0 came back is a matter of the contract:
 * mm/gup.c says above __get_user_pages() that 0 is possible, few calls can
 * meet it. An error has a negative or a short result for its witness.
 */
static void report_result(struct engine *e, struct state *s, const struct rule *rule, struct holding *h,
			  const struct gup_event *event, Z3_ast cond, const char *what)
{
	bool only_zero = !engine_possible(e, s, smt_and(&e->smt, cond, smt_nonzero(&e->smt, h->result)));

	report_at(e, s, rule, only_zero ? LEVEL_WARNING : rule->level, h->site,
		  rule_common_place(s, h->path, event), cond, "%s that %s() may not have returned%s", what,
		  h->site->row->name, only_zero ? ", but only if 0 came back" : "");
}

/* How many pages bytes are is not solved; a negative number of them is none. */
static void use_of_bytes(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
			 const struct gup_event *event)
{
	Z3_ast negative = smt_compare(&e->smt, OP_LT, true, h->result, smt_number(&e->smt, 0, 64));

	if (!h->page_result && rule_holdings_in(s, h->array) == 1 &&
	    engine_possible(e, s, negative))
		report_result(e, s, rule, h, event, negative, "A page is used");
}

static void use(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		Z3_ast index, Z3_ast count, const struct gup_event *event)
{
	struct smt *smt = &e->smt;
	int64_t number;

	if (index && h->vague_count)
		use_of_bytes(e, s, h, rule, event);
	if (!index || h->vague_count || h->page_result || rule_holdings_in(s, h->array) > 1 ||
	    !rule_depends_only_on(e, index, h) || (count && !rule_depends_only_on(e, count, h)))
		return;
	Z3_ast offset = smt_binary(smt, OP_SUB, true, index, h->base);
	Z3_ast beyond = count ? smt_compare(smt, OP_GT, false, smt_binary(smt, OP_ADD, false, offset, count),
					    h->count) :
				smt_compare(smt, OP_GE, true, offset, h->count);

	/* How far a loop goes that lasts as long as its callees or other addresses say cannot be told from here. */
	if (smt_constant(smt, offset, &number) && number && rule_turns_on_others(e, s, h))
		return;
	if (!engine_possible(e, s, beyond))
		return;
	report_result(e, s, rule, h, event, beyond, count ? "Pages are used" : "A page is used");
}

/* `put_page(page)` after a call that may have returned nothing. */
static void released(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		     const struct release_info *info)
{
	struct smt *smt = &e->smt;
	int64_t number;

	if (!info->exact || h->page_result || !smt_constant(smt, info->asked, &number) || number != 1 ||
	    rule_holdings_in(s, h->array) > 1)
		return;
	Z3_ast none = smt_not(smt, smt_nonzero(smt, h->count));

	if (!rule_depends_only_on(e, info->base, h) || !engine_possible(e, s, none))
		return;
	report_result(e, s, rule, h, info->event, none, "A page is released");
}

static bool adds(const struct gup_term *term)
{
	while (term && term->kind == TERM_CAST)
		term = term->a;
	return term && term->kind == TERM_BINARY && term->op == OP_ADD;
}

/* `pinned += ret` where ret may be -errno. */
static void store(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		  const struct place *place, struct value value, const struct gup_event *event)
{
	struct smt *smt = &e->smt;

	(void)place;
	if (!event || event->kind != EVENT_ASSIGN || !adds(event->rhs) || h->page_result ||
	    value.points || rule_is_internal(e, h->site))
		return;
	Z3_ast negative = smt_compare(smt, OP_LT, true, h->result, smt_number(smt, 0, 64));

	if (!engine_possible(e, s, negative))
		return;
	report(e, s, rule, h->site, rule_common_place(s, h->path, event), negative,
	       "The result of %s() is added up although it may be a negative errno",
	       h->site->row->name);
}

/* `page = NULL` before the call: the page itself says what came of it. */
static bool page_tells(struct engine *e, struct state *s, struct value pages)
{
	const struct gup_type type = { .width = 64, .is_pointer = true, .page_depth = 1 };

	return pages.points && pages.points->kind == PLACE_VAR &&
	       rule_is_null(e, engine_load(e, s, pages.points, type));
}

static void acquire(struct engine *e, struct state *s, struct site *site, const struct rule *rule,
		    Z3_ast flags, struct value pages)
{
	(void)flags;
	if (site->event->result_used || site->event->result < 0 || site->form->pages < 0 ||
	    rule_is_null(e, pages) || page_tells(e, s, pages))
		return;
	report(e, s, rule, site, &site->event->pos, NULL,
	       "The result of %s() is ignored: it may have returned an error or fewer pages",
	       site->row->name);
}

/* Does the path turn on the number that came back, store or return it? */
static bool is_made_use_of(struct engine *e, const struct state *s, const struct holding *h)
{
	struct smt *smt = &e->smt;

	if (s->returned.bits && smt_share(smt, s->returned.bits, h->result))
		return true;
	for (int i = 0; i < s->nr_entries; i++)
		if (s->entries[i].value.bits && engine_is_outer(s, place_object(s->entries[i].place)) &&
		    smt_share(smt, s->entries[i].value.bits, h->result))
			return true;
	return h->compared;
}

/* Did no other call fill the same slots? The parts of one array may be for several calls. */
static bool has_own_slots(struct engine *e, const struct state *s, const struct holding *h)
{
	int64_t base, other;

	for (int i = 0; i < s->nr_holdings; i++) {
		const struct holding *o = &s->holdings[i];

		if (o != h && o->array == h->array && (!smt_constant(&e->smt, h->base, &base) ||
						       !smt_constant(&e->smt, o->base, &other) || base == other))
			return false;
	}
	return true;
}

/* The path is the same for some of the pages as for all of them, and nobody can tell any more which it was. */
static bool takes_some_for_all(struct engine *e, struct state *s, const struct holding *h)
{
	struct smt *smt = &e->smt;
	Z3_ast one = smt_number(smt, 1, 64), several = smt_compare(smt, OP_GT, true, h->asked, one);
	Z3_ast only_one = smt_and(smt, several, smt_compare(smt, OP_EQ, false, h->result, one));
	Z3_ast all = smt_and(smt, several, smt_compare(smt, OP_EQ, false, h->result, h->asked));

	return !h->count_stored && !h->released && !h->inexact && !h->lent_to && !h->vague_count &&
	       !h->page_result && !s->guessed && has_own_slots(e, s, h) && !is_made_use_of(e, s, h) &&
	       engine_possible(e, s, only_one) && engine_possible(e, s, all);
}

/* An unsigned comparison was all that looked at the sign: what came back, an error or pages, is not told apart. */
static void end(struct engine *e, struct state *s, struct holding *h, const struct rule *rule,
		bool error, bool kept)
{
	struct smt *smt = &e->smt;
	Z3_ast zero = smt_number(smt, 0, 64);
	Z3_ast negative = smt_compare(smt, OP_LT, true, h->result, zero);

	if (rule_is_internal(e, h->site))
		return;
	if (kept && !error && takes_some_for_all(e, s, h))
		report(e, s, rule, h->site, &h->site->event->pos, smt_compare(smt, OP_LT, true, h->result, h->asked),
		       "Fewer pages than %s() was asked for are taken for all of them", h->site->row->name);
	if (!h->sign_lost || !engine_possible(e, s, negative) ||
	    !engine_possible(e, s, smt_compare(smt, OP_GT, true, h->result, zero)))
		return;
	report(e, s, rule, h->site, h->sign_lost, negative,
	       "A negative errno of %s() is compared as an unsigned number, and passes for pages", h->site->row->name);
}

const struct rule rule_ret_unchecked = {
	.id = "ret-unchecked", .level = LEVEL_ERROR, .once_per_site = true,
	.use = use, .released = released, .store = store, .acquire = acquire, .end = end,
};
