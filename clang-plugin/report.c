// SPDX-License-Identifier: GPL-2.0-only
/* Findings: from a state and a condition to a message with its path and numbers. */
#include "engine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A reader follows so many steps; the ones right before the end matter most. */
#define MAX_BRANCH_NOTES 10

/* The finding of that rule that stands for this one, or NULL. */
static struct finding *known(const struct engine *e, const struct rule *rule, const struct site *site,
			     const struct gup_pos *pos)
{
	for (int i = 0; i < e->nr_findings; i++) {
		struct finding *f = &e->findings[i];

		if (f->rule != rule || f->site != site)
			continue;
		if (rule->once_per_site && site)
			return f;
		if (f->pos.line == pos->line && f->pos.file && pos->file &&
		    !strcmp(f->pos.file, pos->file))
			return f;
	}
	return NULL;
}

static struct finding *add(struct engine *e)
{
	if (e->nr_findings == e->cap_findings) {
		int cap = e->cap_findings ? e->cap_findings * 2 : 8;
		struct finding *list = arena_alloc(e->kept, (size_t)cap * sizeof(*list));

		if (e->nr_findings)
			memcpy(list, e->findings, (size_t)e->nr_findings * sizeof(*list));
		e->findings = list;
		e->cap_findings = cap;
	}
	memset(&e->findings[e->nr_findings], 0, sizeof(*e->findings));
	return &e->findings[e->nr_findings++];
}

/* The same bug with small numbers reads better: eight pages, not 2^40. */
static bool find_witness(struct engine *e, const struct state *s, Z3_ast cond, Z3_model *model)
{
	static const int limits[] = { 8, 64, 4096, -1 };
	Z3_ast *terms = malloc(((size_t)s->nr_facts + 1 + 2 * (size_t)s->nr_holdings) * sizeof(*terms));

	if (!terms)
		abort();
	*model = NULL;
	for (int l = 0; l < 4 && !*model; l++) {
		int count = 0;

		for (int i = 0; i < s->nr_facts; i++)
			terms[count++] = s->facts[i];
		if (cond)
			terms[count++] = cond;
		for (int i = 0; i < s->nr_holdings && limits[l] >= 0; i++) {
			const struct holding *h = &s->holdings[i];

			if (h->page_result || h->vague_count)
				continue;
			terms[count++] = smt_compare(&e->smt, OP_LE, false, h->asked,
						     smt_number(&e->smt, limits[l], 64));
			terms[count++] = smt_nonzero(&e->smt, h->asked);
		}
		*model = smt_model(&e->smt, terms, count);
	}
	free(terms);
	return *model != NULL;
}

static const char *value_text(struct engine *e, Z3_model model, Z3_ast bits, bool is_signed)
{
	unsigned width = smt_width(&e->smt, bits);
	int64_t number;

	if (!smt_value(&e->smt, model, bits, &number))
		return "?";
	if (is_signed && width < 64 && (number >> (width - 1)) & 1)
		number -= (int64_t)1 << width;
	if (is_signed || number >= 0)
		return arena_printf(e->kept, "%" PRId64, number);
	return arena_printf(e->kept, "%" PRIu64, (uint64_t)number);
}

static const char *step_text(struct engine *e, Z3_model model, const struct step *step)
{
	const char *before = "", *after = "", *values = "";

	switch (step->kind) {
	case STEP_ACQUIRE:
		after = "() takes references";
		break;
	case STEP_RELEASE:
		before = "Released by ";
		break;
	case STEP_CALL:
		before = "Calling ";
		after = "()";
		break;
	case STEP_EXIT:
		before = "Leaving ";
		after = "()";
		break;
	case STEP_BRANCH:
		before = "Here ";
		break;
	}
	for (int i = 0; i < step->nr_values; i++) {
		const char *text = value_text(e, model, step->bits[i], step->is_signed[i]);
		bool returned = !strcmp(step->names[i], "returned");

		/* `16 = 16` tells nobody anything. */
		if (!strcmp(step->names[i], text))
			continue;
		values = arena_printf(e->kept, "%s%s%s%s%s", values, *values ? ", " : "",
				      step->names[i], returned ? " " : " = ", text);
	}
	if (!*values)
		return arena_printf(e->kept, "%s%s%s", before, step->text, after);
	return arena_printf(e->kept, "%s%s%s (%s)", before, step->text, after, values);
}

static void copy_steps(struct engine *e, struct finding *f, const struct step *trace, Z3_model model)
{
	int count = 0, branches = 0;

	for (const struct step *s = trace; s; s = s->before)
		count++;
	const struct step **order = arena_alloc(&e->arena, ((size_t)count + 1) * sizeof(*order));
	int kept = 0;

	for (const struct step *s = trace; s; s = s->before)
		if (s->kind != STEP_BRANCH || branches++ < MAX_BRANCH_NOTES)
			order[kept++] = s;
	f->steps = arena_alloc(e->kept, ((size_t)kept + 1) * sizeof(*f->steps));
	for (int i = kept - 1; i >= 0; i--) {
		struct finding_step *to = &f->steps[f->nr_steps++];

		to->kind = order[i]->kind;
		to->pos = order[i]->pos;
		to->text = step_text(e, model, order[i]);
	}
}

static const char *format_text(struct engine *e, const char *format, va_list args)
{
	char text[600];

	vsnprintf(text, sizeof(text), format, args);
	return arena_strdup(e->kept, text);
}

static void fill_in(struct finding *f, const struct rule *rule, enum gup_level level, struct site *site,
		    const struct gup_pos *pos, const char *function)
{
	f->rule = rule;
	f->level = level;
	f->site = site;
	f->function = function;
	f->pos = *pos;
}

/* The function in which a position of the model stands. */
static const char *function_at(const struct engine *e, const struct gup_pos *pos)
{
	for (int f = 0; f < e->model->nr_functions; f++) {
		const struct gup_function *function = e->model->functions[f];

		for (int b = 0; b < function->nr_blocks; b++) {
			const struct gup_block *block = &function->blocks[b];

			if (&block->cond_pos == pos)
				return function->name;
			for (int i = 0; i < block->nr_events; i++)
				if (&block->events[i].pos == pos)
					return function->name;
		}
	}
	return e->root->name;
}

static bool report_args(struct engine *e, struct state *s, const struct rule *rule, enum gup_level level,
			struct site *site, const struct gup_pos *pos, Z3_ast cond, const char *format,
			va_list args)
{
	struct finding *f = known(e, rule, site, pos);
	Z3_model model;

	/* Merged paths have no trace to show: the run before reported what it met. */
	if (e->merging || (f && f->level >= level) || !find_witness(e, s, cond, &model))
		return false;
	/* A worse path takes the place of the one that was met first. */
	if (f)
		memset(f, 0, sizeof(*f));
	else
		f = add(e);
	f->message = format_text(e, format, args);
	fill_in(f, rule, level, site, pos, function_at(e, pos));
	copy_steps(e, f, s->trace, model);
	Z3_model_dec_ref(e->smt.z3, model);
	if (site && level != LEVEL_NOTE)
		site->failed = true;
	return true;
}

bool report(struct engine *e, struct state *s, const struct rule *rule, struct site *site,
	    const struct gup_pos *pos, Z3_ast cond, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool reported = report_args(e, s, rule, rule->level, site, pos, cond, format, args);

	va_end(args);
	return reported;
}

bool report_at(struct engine *e, struct state *s, const struct rule *rule, enum gup_level level,
	       struct site *site, const struct gup_pos *pos, Z3_ast cond, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool reported = report_args(e, s, rule, level, site, pos, cond, format, args);

	va_end(args);
	return reported;
}

bool report_plain(struct engine *e, const struct rule *rule, struct site *site,
		  const struct gup_pos *pos, const struct finding_step *other, const char *format, ...)
{
	va_list args;

	if (known(e, rule, site, pos))
		return false;
	struct finding *f = add(e);

	va_start(args, format);
	f->message = format_text(e, format, args);
	va_end(args);
	fill_in(f, rule, rule->level, site, pos, function_at(e, pos));
	f->steps = arena_alloc(e->kept, sizeof(*f->steps));
	if (other)
		f->steps[f->nr_steps++] = *other;
	if (rule->level != LEVEL_NOTE)
		site->failed = true;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->pos.line != y->pos.line)
		return x->pos.line < y->pos.line ? -1 : 1;
	return strcmp(x->rule->id, y->rule->id);
}

void report_all(struct engine *e, const struct gup_host *host)
{
	if (e->nr_findings)
		qsort(e->findings, (size_t)e->nr_findings, sizeof(*e->findings), by_place);
	for (int i = 0; i < e->nr_findings; i++) {
		const struct finding *f = &e->findings[i];
		struct gup_diag diag = { .level = f->level, .rule = f->rule->id,
					 .message = f->message, .pos = f->pos };

		host->report(host->data, &diag);
		diag.is_note = true;
		for (int n = 0; n < f->nr_steps; n++) {
			diag.message = f->steps[n].text;
			diag.pos = f->steps[n].pos;
			host->report(host->data, &diag);
		}
	}
}

void report_sites(struct engine *e, FILE *out)
{
	for (int i = 0; i < e->nr_sites; i++) {
		const struct site *site = &e->sites[i];
		const char *verdict = site->failed ? "fail" : site->open ? "open" : "pass";
		const char *why = site->failed ? "" : site->open ? site->open : site->proof;

		if (!site->failed && !site->reached) {
			verdict = "open";
			why = site->open ? site->open : "no path that was followed reaches the call";
		} else if (!why) {
			verdict = "open";
			why = "no path that was followed goes from the call to the end of the function";
		}
		fprintf(out, "%s:%u: site: %s %s %s%s%s\n", site->event->pos.file, site->event->pos.line,
			site->function->name, site->row->name, verdict, *why ? ": " : "", why);
	}
}
