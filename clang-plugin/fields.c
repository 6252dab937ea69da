// SPDX-License-Identifier: GPL-2.0-only
#include "fields.h"

#include <string.h>

#include "cases.h"

static const struct rule *rule_of(const char *id)
{
	for (int i = 0; gup_rules[i]; i++)
		if (!strcmp(gup_rules[i]->id, id))
			return gup_rules[i];
	return NULL;
}

static struct field_finding *add(struct program *p, struct field_findings *found, const char *rule,
				 const struct owner_event *at, const struct owner_event *taken)
{
	struct field_finding *f = arena_alloc(&p->arena, sizeof(*f));

	if (found->count == found->room)
		found->list = program_grow(p, found->list, &found->room, sizeof(*found->list));
	found->list[found->count++] = f;
	f->unit = at->unit;
	f->site = (struct site){ .function = taken->function, .event = taken->event, .row = taken->row,
				 .form = api_form(taken->row, taken->event->nr_args) };
	f->finding.rule = rule_of(rule);
	f->finding.level = f->finding.rule->level;
	f->finding.site = &f->site;
	f->finding.function = at->function->name;
	f->finding.pos = at->event->pos;
	f->finding.steps = arena_alloc(&p->arena, 3 * sizeof(*f->finding.steps));
	return f;
}

static void step(struct program *p, struct field_finding *f, enum step_kind kind,
		 const struct owner_event *at, const char *format)
{
	f->finding.steps[f->finding.nr_steps++] = (struct finding_step){
		kind, at->event->pos, arena_printf(&p->arena, format, at->row->name, at->function->name) };
}

/* KIND_NONE: calls of both kinds fill the field, or one that may be either. */
static enum api_kind kind_taken(const struct owned_group *group)
{
	enum api_kind kind = group->events.takes.list[0].row->kind;

	for (int i = 1; i < group->events.takes.count; i++)
		if (group->events.takes.list[i].row->kind != kind)
			return KIND_NONE;
	return kind == KIND_PIN || kind == KIND_GET ? kind : KIND_NONE;
}

static bool in_unit(const struct owner_events *events, const struct unit *unit)
{
	for (int i = 0; i < events->count; i++)
		if (!strcmp(events->list[i].unit->model->file, unit->model->file))
			return true;
	return false;
}

/* A function that drops both kinds knows which one it holds. */
static bool knows_both(const struct owned_group *group, const struct owner_event *drop, enum api_kind kind)
{
	for (int i = 0; i < group->events.drops.count; i++)
		if (group->events.drops.list[i].function == drop->function && group->events.drops.list[i].row->kind == kind)
			return true;
	return false;
}

/* From 5.2 to 5.5 put_user_page*() of include/linux/mm.h ended a get. */
static bool ends_a_get(const struct api_row *row)
{
	return row->kind == KIND_GET || !strncmp(row->name, "put_user_page", 13);
}

static void check_kind(struct program *p, const struct owned_group *group, enum api_kind kind,
		       struct field_findings *found)
{
	for (int i = 0; i < group->events.drops.count; i++) {
		const struct owner_event *drop = &group->events.drops.list[i], *take = &group->events.takes.list[0];
		struct field_finding *f;

		if (drop->row->kind == kind || (drop->row->kind != KIND_PIN && drop->row->kind != KIND_GET))
			continue;
		if ((kind == KIND_GET && ends_a_get(drop->row)) || knows_both(group, drop, kind))
			continue;
		/* Within one file the plugin has looked already, along the paths. */
		if (in_unit(&group->events.takes, drop->unit))
			continue;
		f = add(p, found, "pin-put-mismatch", drop, take);
		f->finding.message = arena_printf(&p->arena,
			"Pages that %s() %s in %s.%s are released by %s(), which drops a %s", take->row->name,
			kind == KIND_PIN ? "pinned" : "got", group->first->record, group->first->field, drop->row->name,
			kind == KIND_PIN ? "plain reference" : "pin");
		step(p, f, STEP_ACQUIRE, take, "%s() takes references in %s()");
		step(p, f, STEP_RELEASE, drop, "Released by %s() in %s()");
	}
}

/* Got in one file, handed to a device in another. */
static void check_device(struct program *p, const struct owned_group *group, struct field_findings *found)
{
	const struct owner_event *take = &group->events.takes.list[0];
	const struct api_params *form = api_form(take->row, take->event->nr_args);

	for (int i = 0; i < group->events.uses.count; i++) {
		const struct owner_event *use = &group->events.uses.list[i];
		struct field_finding *f;

		/* An iterator's pages may be kernel memory, which nobody can pin. */
		if (cases_use_of(use->event, use->row) != USE_DEVICE || !form || form->flags < 0 ||
		    in_unit(&group->events.takes, use->unit))
			continue;
		f = add(p, found, "should-pin", take, take);
		f->finding.message = arena_printf(&p->arena,
			"Pages got by %s() in %s.%s go to a device through %s(): they should be pinned",
			take->row->name, group->first->record, group->first->field, use->event->callee);
		f->finding.steps[f->finding.nr_steps++] = (struct finding_step){ STEP_CALL, use->event->pos,
			arena_printf(&p->arena, "%s() takes them in %s()", use->event->callee, use->function->name) };
		return;
	}
}

/* Does the engine say that the references outlive the function, on a path that is no error? */
static bool is_handed_over(struct program *p, const struct owner_event *take,
			   const struct gup_options *options)
{
	struct arena kept = { 0 };
	struct engine e;
	struct site *site;
	bool handed;

	engine_open(&e, take->unit->model, p->api, options, &kept);
	engine_run(&e, take->function, false);
	site = engine_site(&e, take->event);
	/* What is done with a container or a number the engine does not follow: it has no word then. */
	handed = site && !site->failed && (site->proof_rank == PROOF_HANDED_OVER ||
					   (site->open && site->seen.stored && !site->seen.passed));
	arena_free(&kept);
	return handed;
}

static bool in_function_that_takes(const struct owned_group *group, const struct owner_event *drop)
{
	for (int i = 0; i < group->events.takes.count; i++)
		if (group->events.takes.list[i].function == drop->function)
			return true;
	return false;
}

/* The structure is a variable of the function: whoever is given it copies what is in it. */
static bool is_on_stack(const struct gup_function *function, const char *record)
{
	for (int i = 0; i < function->nr_vars; i++) {
		const struct gup_var *v = &function->vars[i];

		if (v->kind == VAR_LOCAL && v->is_object && v->record && !strcmp(v->record, record))
			return true;
	}
	return false;
}

/* Only those who fill the field ever empty it, on their error paths. */
static void check_leak(struct program *p, const struct owned_group *group,
		       const struct gup_options *options, struct field_findings *found)
{
	const struct owner_event *take = &group->events.takes.list[0];
	struct field_finding *f;

	for (int i = 0; i < group->events.drops.count; i++)
		if (!in_function_that_takes(group, &group->events.drops.list[i]))
			return;
	if (is_on_stack(take->function, group->first->record) || !is_handed_over(p, take, options))
		return;
	f = add(p, found, "pin-leak", take, take);
	f->finding.message = arena_printf(&p->arena,
		"Pages that %s() pinned are kept in %s.%s, and no function of the program releases what is there",
		take->row->name, group->first->record, group->first->field);
	step(p, f, STEP_ACQUIRE, take, "%s() takes references in %s()");
	for (int i = 0; i < group->events.drops.count && i < 1; i++)
		step(p, f, STEP_RELEASE, &group->events.drops.list[i],
		     "Only who fills the field releases it, when that fails: %s() in %s()");
}

void fields_check(struct program *p, const struct owners *owners, const struct gup_options *options,
		  struct field_findings *found)
{
	for (int i = 0; i < owners->nr_groups; i++) {
		const struct owned_group *group = &owners->groups[i];
		enum api_kind kind = group->events.takes.count ? kind_taken(group) : KIND_NONE;

		if (kind == KIND_NONE || group->fed || group->referenced)
			continue;
		check_kind(p, group, kind, found);
		if (kind == KIND_GET)
			check_device(p, group, found);
		/* put_page() stands in files that no facts are made of: a get is never missed there. */
		if (kind == KIND_PIN && !group->escapes && !group->unclear)
			check_leak(p, group, options, found);
	}
}
