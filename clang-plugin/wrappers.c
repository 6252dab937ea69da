// SPDX-License-Identifier: GPL-2.0-only
#include "wrappers.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flag_params.h"
#include "output.h"

/* A function that other files can call, and that the table does not know. */
static bool is_news(const struct program *p, const struct gup_function *function)
{
	return !function->is_static && !api_find(p->api, function->name);
}

static const char *kind_text(const struct api_row *row)
{
	return row->kind == KIND_PIN ? "pins" : row->kind == KIND_GET ? "gets" : "references";
}

static bool is_same(json_t *row, const char *key, const char *text)
{
	const char *other = json_string_value(json_object_get(row, key));

	return text ? other && !strcmp(text, other) : !other;
}

/* Once for each name; for a field (that of @record), once for each that has one of that name. */
static void add(json_t *rows, const char *name, const char *record, const char *role, const char *doc)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (is_same(row, "name", name) && is_same(row, "record", record))
			return;
	row = json_pack("{s:s, s:s, s:s}", "name", name, "role", role, "doc", doc);
	if (record)
		json_object_set_new(row, "record", json_string(record));
	json_array_append_new(rows, row);
}

static void learn(struct program *p, json_t *rows, const struct gup_function *function,
		  const struct owner_event *event, const char *where)
{
	const char *doc = arena_printf(&p->arena, "%s:%u %s() %s %s %s, by %s() at %s:%u", function->pos.file,
		function->pos.line, function->name, event->row->role == ROLE_ACQUIRE ? "takes" : "drops",
		kind_text(event->row), where, event->row->name, event->event->pos.file, event->event->pos.line);

	add(rows, function->name, NULL, "wrapper", doc);
}

static void learn_deeds(struct program *p, const struct owners *o, json_t *rows)
{
	for (int i = 0; i < o->nr_deeds; i++) {
		const struct gup_function *function = o->deeds[i].definition->function;
		int where = o->deeds[i].where;

		/* put_page() and its like end references that nobody pinned or got by GUP. */
		if (!is_news(p, function) || o->deeds[i].event.row->generic)
			continue;
		learn(p, rows, function, &o->deeds[i].event, where < 0 ? "for its result" :
		      arena_printf(&p->arena, "through %s", function->vars[where].name));
	}
}

static void learn_events(struct program *p, const struct owned_field *field,
			 const struct owner_events *events, json_t *rows)
{
	for (int i = 0; i < events->count; i++)
		if (is_news(p, events->list[i].function) && !events->list[i].row->generic)
			learn(p, rows, events->list[i].function, &events->list[i],
			      arena_printf(&p->arena, "in %s.%s", field->record, field->field));
}

static void learn_fields(struct program *p, const struct owners *o, json_t *rows)
{
	for (int i = 0; i < o->nr_fields; i++) {
		const struct owned_field *field = o->fields[i];
		const struct owner_event *take = field->events.takes.list;

		/* A field that other pages come into says nothing of ours. */
		if (!field->events.takes.count || field->fed || field->mixed)
			continue;
		learn_events(p, field, &field->events.takes, rows);
		learn_events(p, field, &field->events.drops, rows);
		add(rows, field->field, field->record, "field", arena_printf(&p->arena,
			"%s.%s keeps %s of %s() at %s:%u", field->record, field->field, kind_text(take->row),
			take->row->name, take->event->pos.file, take->event->pos.line));
	}
}

static void learn_flags(struct program *p, json_t *rows)
{
	const struct flag_params *found = flag_params_find(p);

	for (int i = 0; i < found->count; i++) {
		const struct gup_function *function = found->list[i].definition->function;
		const struct gup_event *acquire = found->list[i].acquire;

		if (is_news(p, function))
			add(rows, function->name, NULL, "wrapper", arena_printf(&p->arena,
				"%s:%u %s() hands %s on as gup_flags, to %s() at %s:%u", function->pos.file,
				function->pos.line, function->name, function->vars[found->list[i].param].name,
				acquire->callee, acquire->pos.file, acquire->pos.line));
	}
}

bool wrappers_tell(struct program *p, const struct owners *owners, const char *out)
{
	json_t *rows = json_array(), *table, *row;
	bool good = true;
	size_t i;

	learn_deeds(p, owners, rows);
	learn_fields(p, owners, rows);
	learn_flags(p, rows);
	json_array_foreach(rows, i, row)
		printf("%s %s: %s\n", json_string_value(json_object_get(row, "role")),
		       json_string_value(json_object_get(row, "name")),
		       json_string_value(json_object_get(row, "doc")));
	table = json_pack("{s:s, s:i, s:o}", "format", "gupcheck-api", "version", 1, "functions", rows);
	if (out) {
		char *text = json_dumps(table, JSON_INDENT(1));

		good = text && output_write(out, text, strlen(text));
		free(text);
	}
	json_decref(table);
	return good;
}
