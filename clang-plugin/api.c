// SPDX-License-Identifier: GPL-2.0-only
#include "api.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Generated at build time from api/gup-api.json. */
extern const char gup_api_json[];
extern const size_t gup_api_json_size;

/* As FORMAT_VERSION in report/api.py. */
#define API_VERSION 1

struct words { const char **all; int count; };

struct api {
	struct arena arena;
	struct api_row *rows;
	int nr_rows, cap_rows;
	struct api_refusal *refusals;
	int nr_refusals;
	struct words containers, internal_headers;
	uint64_t digest;
};

struct word { const char *text; int value; };

static const struct word roles[] = {
	{ "acquire", ROLE_ACQUIRE }, { "release", ROLE_RELEASE }, { "transfer", ROLE_TRANSFER },
	{ "ref", ROLE_REF }, { "use", ROLE_USE }, { "dirty", ROLE_DIRTY },
	{ "write", ROLE_WRITE }, { "slot", ROLE_SLOT }, { "link", ROLE_LINK },
	{ "unlink", ROLE_UNLINK }, { "alloc", ROLE_ALLOC }, { "free", ROLE_FREE },
	{ "store", ROLE_STORE }, { "fetch", ROLE_FETCH }, { "look", ROLE_LOOK },
	{ "wrapper", ROLE_WRAPPER }, { "field", ROLE_FIELD }, { NULL, 0 },
};
static const struct word kinds[] = {
	{ "get", KIND_GET }, { "pin", KIND_PIN }, { "pin-if-user", KIND_PIN_IF_USER },
	{ "by-flags", KIND_BY_FLAGS }, { NULL, 0 },
};
static const struct word returns[] = {
	{ "count", RETURNS_COUNT }, { "count-or-0", RETURNS_COUNT_OR_0 }, { "bool", RETURNS_BOOL },
	{ "page-or-errptr", RETURNS_PAGE_OR_ERRPTR }, { "page-or-null", RETURNS_PAGE_OR_NULL },
	{ "bytes", RETURNS_BYTES }, { "errno", RETURNS_ERRNO }, { "void", RETURNS_VOID }, { NULL, 0 },
};
static const struct word units[] = {
	{ "one", UNIT_ONE }, { "array", UNIT_ARRAY }, { "range", UNIT_RANGE },
	{ "folio", UNIT_FOLIO }, { "folio-refs", UNIT_FOLIO_REFS },
	{ "folio-array", UNIT_FOLIO_ARRAY }, { "list", UNIT_LIST }, { NULL, 0 },
};
static const struct word iters[] = {
	{ "made-of-kernel", ITER_MADE_OF_KERNEL }, { "made-of-user", ITER_MADE_OF_USER },
	{ "asks-kernel", ITER_ASKS_KERNEL }, { "asks-user", ITER_ASKS_USER },
	{ "asks-pins", ITER_ASKS_PINS }, { NULL, 0 }
};

/* The names that the forms give to their parameters. */
static const char *const pages_names[] = {
	"pages", "page", "pages_p", "folios", "folio", "bvecs", "bv", "ptr", "fbatch", "list", "entry", NULL
};
static const char *const count_names[] = {
	"nr_pages", "npages", "n_pages", "nr", "nfolios", "max_folios", "refs", "npins", "maxsize", "max_size", NULL
};

static const char *const container_names[] = { "sg", "vec", "sgt", "xa", NULL };

static int find_word(const struct word *words, const char *text, int missing)
{
	if (!text)
		return missing;
	for (; words->text; words++)
		if (!strcmp(words->text, text))
			return words->value;
	return -1;
}

static bool is_any(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void read_param(struct api_params *form, const char *name, int index)
{
	if (is_any(container_names, name))
		form->container = index;
	if (is_any(pages_names, name))
		form->pages = index;
	else if (is_any(count_names, name))
		form->count = index;
	else if (!strcmp(name, "gup_flags"))
		form->flags = index;
	else if (!strcmp(name, "locked"))
		form->locked = index;
	else if (!strcmp(name, "make_dirty"))
		form->make_dirty = index;
	else if (!strcmp(name, "mm"))
		form->mm = index;
	else if (!strcmp(name, "sg") || !strcmp(name, "vec"))
		form->slot = index;
	else if (!strcmp(name, "offset0") || !strcmp(name, "start"))
		form->offset = index;
	else if (!strcmp(name, "maxpages"))
		form->max_pages = index;
	else if (!strcmp(name, "iter"))
		form->iter = index;
}

static const char *read_forms(struct api *api, struct api_row *row, json_t *forms)
{
	size_t count = json_array_size(forms);

	if (!json_is_array(forms) || !count)
		return "has no forms";
	row->forms = arena_alloc(&api->arena, count * sizeof(*row->forms));
	row->nr_forms = (int)count;
	for (size_t i = 0; i < count; i++) {
		json_t *params = json_object_get(json_array_get(forms, i), "params");
		struct api_params *form = &row->forms[i];

		if (!json_is_array(params))
			return "has a form without params";
		*form = (struct api_params){ -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
					       (int)json_array_size(params) };
		for (int p = 0; p < form->nr_params; p++) {
			const char *name = json_string_value(json_array_get(params, (size_t)p));

			if (!name)
				return "has a parameter that is no string";
			read_param(form, name, p);
		}
	}
	return NULL;
}

static bool is_learnt(const struct api_row *row)
{
	return row->role == ROLE_WRAPPER || row->role == ROLE_FIELD;
}

static const char *read_row(struct api *api, json_t *object, struct api_row *row)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	const char *dirties = json_string_value(json_object_get(object, "dirties"));
	int role, kind, result, unit, iter;

	if (!name)
		return "has no name";
	role = find_word(roles, json_string_value(json_object_get(object, "role")), -1);
	kind = find_word(kinds, json_string_value(json_object_get(object, "kind")), KIND_NONE);
	result = find_word(returns, json_string_value(json_object_get(object, "returns")), RETURNS_VOID);
	unit = find_word(units, json_string_value(json_object_get(object, "unit")), UNIT_ONE);
	iter = find_word(iters, json_string_value(json_object_get(object, "iter")), ITER_NONE);
	if (role < 0 || kind < 0 || result < 0 || unit < 0 || iter < 0)
		return "has a role, kind, returns, unit or iter that this version does not know";
	*row = (struct api_row){
		.name = arena_strdup(&api->arena, name),
		.role = (enum api_role)role, .kind = (enum api_kind)kind,
		.returns = (enum api_returns)result, .unit = (enum api_unit)unit,
		.iter = (enum api_iter)iter,
		.generic = json_is_true(json_object_get(object, "generic")),
		.remote = json_is_true(json_object_get(object, "remote")),
		.reaches_assert = json_is_true(json_object_get(object, "reaches_assert")),
		.adds_foll_get = json_object_get(object, "adds_foll_get_since") != NULL,
		.always_dirties = dirties && !strcmp(dirties, "always"),
		.data = json_is_true(json_object_get(object, "data")),
		.writes = json_is_true(json_object_get(object, "writes")),
		.reads = json_is_true(json_object_get(object, "reads")),
		.zeroed = json_is_true(json_object_get(object, "zeroed")),
		.scoped = json_object_get(object, "scope") != NULL,
	};
	if (is_learnt(row))
		return NULL;
	return read_forms(api, row, json_object_get(object, "forms"));
}

/* A list of words, or none; -1: something in it is no string. */
static int read_words(struct api *api, json_t *list, const char ***words)
{
	size_t count = json_array_size(list);

	*words = arena_alloc(&api->arena, (count + 1) * sizeof(**words));
	for (size_t i = 0; i < count; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		if (!word)
			return -1;
		(*words)[i] = arena_strdup(&api->arena, word);
	}
	return (int)count;
}

static const char *read_refusal(struct api *api, json_t *object, struct api_refusal *refusal)
{
	json_t *all_but = json_object_get(object, "all_but");
	const char *are = json_string_value(json_object_get(object, "flags_are"));
	const char *lacks = json_string_value(json_object_get(object, "tree_lacks"));
	const char *why = json_string_value(json_object_get(object, "why"));
	int kind = find_word(kinds, json_string_value(json_object_get(object, "kind")), KIND_NONE);

	*refusal = (struct api_refusal){ .all_but = all_but != NULL, .kind = (enum api_kind)kind,
					 .macros_only = are != NULL };
	refusal->nr_flags = read_words(api, all_but ? all_but : json_object_get(object, "flags"),
				       &refusal->flags);
	refusal->nr_functions = read_words(api, json_object_get(object, "functions"),
					   &refusal->functions);
	if (refusal->nr_flags < 1 || refusal->nr_functions < 0 || kind < 0 || !why ||
	    (are && strcmp(are, "macros")))
		return "of refused has no flags, no why, or words that this version does not know";
	refusal->tree_lacks = lacks ? arena_strdup(&api->arena, lacks) : NULL;
	refusal->why = arena_strdup(&api->arena, why);
	return NULL;
}

static char *bad_row(size_t number, const char *wrong)
{
	char text[200];

	snprintf(text, sizeof(text), "row %zu %s", number, wrong);
	return strdup(text);
}

static char *add_refusals(struct api *api, json_t *list)
{
	size_t count = json_array_size(list);
	struct api_refusal *refusals = arena_alloc(&api->arena,
		((size_t)api->nr_refusals + count + 1) * sizeof(*refusals));

	if (api->nr_refusals)
		memcpy(refusals, api->refusals, (size_t)api->nr_refusals * sizeof(*refusals));
	api->refusals = refusals;
	for (size_t i = 0; i < count; i++) {
		const char *wrong = read_refusal(api, json_array_get(list, i),
						 &refusals[api->nr_refusals]);

		if (wrong)
			return bad_row(i, wrong);
		api->nr_refusals++;
	}
	return NULL;
}

static char *add_words(struct api *api, struct words *words, json_t *list, const char *complaint)
{
	const char **added, **all;
	int count = read_words(api, list, &added);

	if (count < 0)
		return strdup(complaint);
	all = arena_alloc(&api->arena, ((size_t)words->count + (size_t)count + 1) * sizeof(*all));
	for (int i = 0; i < words->count; i++)
		all[i] = words->all[i];
	for (int i = 0; i < count; i++)
		all[words->count + i] = added[i];
	words->all = all;
	words->count += count;
	return NULL;
}

bool api_is_container(const struct api *api, const char *record)
{
	for (int i = 0; record && i < api->containers.count; i++)
		if (!strcmp(api->containers.all[i], record))
			return true;
	return false;
}

bool api_is_internal_header(const struct api *api, const char *file)
{
	for (int i = 0; i < api->internal_headers.count; i++)
		if (strstr(file, api->internal_headers.all[i]))
			return true;
	return false;
}

static char *bad_version(json_int_t version)
{
	char text[200];

	snprintf(text, sizeof(text), "version %lld is not %d, the one that this gupcheck reads",
		 (long long)version, API_VERSION);
	return strdup(text);
}

static char *add_rows(struct api *api, json_t *root)
{
	char *error;

	const char *format = json_string_value(json_object_get(root, "format"));
	json_t *functions = json_object_get(root, "functions");
	size_t count = json_array_size(functions);

	json_int_t version = json_integer_value(json_object_get(root, "version"));

	if (!format || strcmp(format, "gupcheck-api"))
		return strdup("its \"format\" is not \"gupcheck-api\"");
	if (version != API_VERSION)
		return bad_version(version);
	struct api_row *rows = arena_alloc(&api->arena,
					   ((size_t)api->nr_rows + count + 1) * sizeof(*rows));

	if (api->nr_rows)
		memcpy(rows, api->rows, (size_t)api->nr_rows * sizeof(*rows));
	api->rows = rows;
	for (size_t i = 0; i < count; i++) {
		const char *wrong = read_row(api, json_array_get(functions, i), &rows[api->nr_rows]);

		if (wrong)
			return bad_row(i, wrong);
		api->nr_rows++;
	}
	error = add_words(api, &api->containers, json_object_get(root, "containers"), "a container is no string");
	if (!error)
		error = add_words(api, &api->internal_headers, json_object_get(root, "internal_headers"),
				  "an internal header is no string");
	return error ? error : add_refusals(api, json_object_get(root, "refused"));
}

static void add_to_digest(struct api *api, const char *text, size_t size)
{
	if (!api->digest)
		api->digest = 14695981039346656037u;
	for (size_t i = 0; i < size; i++)
		api->digest = (api->digest ^ (unsigned char)text[i]) * 1099511628211u;	/* FNV-1a */
}

static char *add_text(struct api *api, const char *text, size_t size)
{
	json_error_t where;
	json_t *root = json_loadb(text, size, 0, &where);

	if (!root) {
		char message[300];

		snprintf(message, sizeof(message), "line %d: %s", where.line, where.text);
		return strdup(message);
	}
	char *error = add_rows(api, root);

	add_to_digest(api, text, size);
	json_decref(root);
	return error;
}

static char *add_file(struct api *api, const char *file)
{
	json_error_t where;
	json_t *root = json_load_file(file, 0, &where);

	if (!root) {
		char message[400];

		snprintf(message, sizeof(message), "%s: line %d: %s", file, where.line, where.text);
		return strdup(message);
	}
	char *error = add_rows(api, root);
	char *text = json_dumps(root, JSON_COMPACT);

	add_to_digest(api, text, strlen(text));
	free(text);
	json_decref(root);
	return error;
}

struct api *api_load_text(const char *text, size_t size, char **error)
{
	struct api *api = calloc(1, sizeof(*api));

	if (!api)
		abort();
	*error = add_text(api, text, size);
	if (!*error)
		return api;
	api_free(api);
	return NULL;
}

struct api *api_load(const char *file, char **error)
{
	struct api *api = api_load_text(gup_api_json, gup_api_json_size, error);

	if (!api || !file)
		return api;
	*error = add_file(api, file);
	if (!*error)
		return api;
	api_free(api);
	return NULL;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	arena_free(&api->arena);
	free(api);
}

uint64_t api_digest(const struct api *api)
{
	return api->digest;
}

/*
 * Since 6.10 a macro counts each allocation and calls the function itself by another name: kzalloc()
 * is kzalloc_noprof() (include/linux/alloc_tag.h alloc_hooks()), and where it is told for which type,
 * _kzalloc_noprof() (include/linux/slab.h of 7.2). Returns the length of the name without that.
 */
static size_t without_hook(const char **name)
{
	size_t length = strlen(*name), hook = strlen("_noprof");

	if (length <= hook || strcmp(*name + length - hook, "_noprof"))
		return length;
	if ((*name)[0] == '_' && (*name)[1] != '_') {
		(*name)++;
		length--;
	}
	return length - hook;
}

const struct api_row *api_find(const struct api *api, const char *name)
{
	size_t length = name ? without_hook(&name) : 0;

	/* The last row wins: a user's row replaces a built-in one. */
	for (int i = api->nr_rows - 1; name && i >= 0; i--)
		if (!is_learnt(&api->rows[i]) && !strncmp(api->rows[i].name, name, length) &&
		    !api->rows[i].name[length])
			return &api->rows[i];
	return NULL;
}

const struct api_row *api_of_call(const struct api *api, const struct gup_event *event)
{
	return event->kind == EVENT_CALL ? api_find(api, event->callee) : NULL;
}

bool api_is_wrapper(const struct api *api, const char *name)
{
	for (int i = 0; i < api->nr_rows; i++)
		if (api->rows[i].role == ROLE_WRAPPER && !strcmp(api->rows[i].name, name))
			return true;
	return false;
}

const struct api_params *api_form(const struct api_row *row, int nr_args)
{
	for (int i = 0; i < row->nr_forms; i++)
		if (row->forms[i].nr_params == nr_args)
			return &row->forms[i];
	return NULL;
}

int api_count(const struct api *api)
{
	return api->nr_rows;
}

const struct api_row *api_at(const struct api *api, int index)
{
	return &api->rows[index];
}

int api_count_refusals(const struct api *api)
{
	return api->nr_refusals;
}

const struct api_refusal *api_refusal_at(const struct api *api, int index)
{
	return &api->refusals[index];
}

bool api_refuses(const struct api_refusal *refusal, const struct api_row *row)
{
	if (refusal->kind != KIND_NONE && refusal->kind != row->kind)
		return false;
	for (int i = 0; i < refusal->nr_functions; i++)
		if (!strcmp(refusal->functions[i], row->name))
			return true;
	return !refusal->nr_functions;
}
