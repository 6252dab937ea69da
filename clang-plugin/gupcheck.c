// SPDX-License-Identifier: GPL-2.0-only
#include "gupcheck.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "facts.h"
#include "output.h"
#include "rules/rules.h"

struct gup_session {
	struct gup_options options;
	struct api *api;
};

static const char *value_of(const char *text, const char *name)
{
	size_t size = strlen(name);

	return !strncmp(text, name, size) && text[size] == '=' ? text + size + 1 : NULL;
}

bool gup_is_built_for(const char *compiler, int major)
{
	const char *version = strstr(compiler, "version ");
	int loaded_by = version ? atoi(version + strlen("version ")) : 0;

	if (loaded_by != major)
		fprintf(stderr, "gupcheck: built for clang %d, loaded by clang %d: nothing is checked\n",
			major, loaded_by);
	return loaded_by == major;
}

bool gup_set_option(struct gup_options *options, const char *text)
{
	const struct { const char *name; const char **value; } values[] = {
		{ "sarif", &options->sarif }, { "srcroot", &options->srcroot },
		{ "facts", &options->facts }, { "api", &options->api_file }, { "left-out", &options->left_out },
	};
	const struct { const char *name; bool *set; } flags[] = {
		{ "dump", &options->dump }, { "sites", &options->sites }, { "stats", &options->stats },
		{ "quiet", &options->quiet }, { "policy=entry", &options->entry_policy },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (value_of(text, values[i].name)) {
			*values[i].value = value_of(text, values[i].name);
			return **values[i].value;
		}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(text, flags[i].name))
			return *flags[i].set = true;
	return !strcmp(text, "policy=assert");
}

static char *copy_of(const char *text)
{
	return text ? strdup(text) : NULL;
}

struct gup_session *gup_open(const struct gup_options *options)
{
	struct gup_session *session = calloc(1, sizeof(*session));
	char *error = NULL;

	if (!session)
		return NULL;
	session->options = *options;
	/* The front end's strings may not live as long as we do. */
	session->options.sarif = copy_of(options->sarif);
	session->options.facts = copy_of(options->facts);
	session->options.srcroot = copy_of(options->srcroot);
	session->options.api_file = NULL;
	session->api = api_load(options->api_file, &error);
	if (session->api)
		return session;
	fprintf(stderr, "gupcheck: API table: %s\n", error);
	free(error);
	gup_close(session);
	return NULL;
}

void gup_close(struct gup_session *session)
{
	if (!session)
		return;
	api_free(session->api);
	free((char *)session->options.sarif);
	free((char *)session->options.srcroot);
	free((char *)session->options.facts);
	free(session);
}

static bool is_event(const struct api_row *row)
{
	return row->role == ROLE_ACQUIRE || row->role == ROLE_RELEASE;
}

static bool names(const char *text, size_t size, const struct api_row *row)
{
	return memmem(text, size, row->name, strlen(row->name));
}

bool gup_file_is_local(const char *name)
{
	return *name && !strstr(name, "include/") && strncmp(name, "/usr/", 5) != 0;
}

bool gup_text_is_interesting(const struct gup_session *session, const char *text, size_t size)
{
	bool field = false, release = false;

	for (int i = 0; i < api_count(session->api); i++) {
		const struct api_row *row = api_at(session->api, i);

		/* put_page() and its like stand in hundreds of files that never acquire. */
		if (((is_event(row) && !row->generic) || row->role == ROLE_WRAPPER) && names(text, size, row))
			return true;
		field = field || (row->role == ROLE_FIELD && names(text, size, row));
		release = release || (row->generic && row->role == ROLE_RELEASE && names(text, size, row));
	}
	return field && release;
}

bool gup_name_is_interesting(const struct gup_session *session, const char *name)
{
	const struct api_row *row = api_find(session->api, name);

	if (api_is_wrapper(session->api, name))
		return true;
	return row && (is_event(row) || row->role == ROLE_DIRTY || row->role == ROLE_TRANSFER ||
		       row->writes);
}

bool gup_header_is_internal(const struct gup_session *session, const char *file)
{
	return api_is_internal_header(session->api, file);
}

bool gup_name_leads_to_assert(const struct gup_session *session, const char *name)
{
	const struct api_row *row = api_find(session->api, name);

	return row && row->role == ROLE_ACQUIRE && row->reaches_assert;
}

bool gup_name_frees(const struct gup_session *session, const char *name)
{
	const struct api_row *row = api_find(session->api, name);

	return row && row->role == ROLE_FREE;
}

bool gup_name_makes_iterator(const struct gup_session *session, const char *name)
{
	const struct api_row *row = api_find(session->api, name);

	return row && api_makes_iterator(row);
}

static bool acquires(struct engine *e, struct gup_function *function)
{
	return function->incomplete || flow_of(e->model, e->api, function)->acquires;
}

/* Does a function of this file that it calls hand references on to its caller? */
static bool calls_helper(struct engine *e, const struct gup_function *function)
{
	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			struct gup_function *callee = event->kind == EVENT_CALL ?
				model_find(e->model, event->callee) : NULL;

			if (callee && flow_of(e->model, e->api, callee)->hands_on)
				return true;
		}
	return false;
}

/* Is it pages of GUP that the event releases? put_page() drops others, but for those that a field of this file keeps. */
static bool releases(struct engine *e, const struct gup_function *function, const struct gup_event *event)
{
	const struct api_row *row;
	const struct gup_term *field = rule_released_array(e, function, event, &row);

	return row && row->role == ROLE_RELEASE &&
	       (!row->generic || (field && rule_kept_field(e, field, row->kind)));
}

/* Does the function release in more than one place, by itself or by functions that it calls? */
static bool releases_twice(struct engine *e, const struct gup_function *function)
{
	int count = 0;

	for (int b = 0; b < function->nr_blocks; b++)
		for (int i = 0; i < function->blocks[b].nr_events; i++) {
			const struct gup_event *event = &function->blocks[b].events[i];
			struct gup_function *callee = event->kind == EVENT_CALL && !api_of_call(e->api, event) ?
				model_find(e->model, event->callee) : NULL;

			count += callee ? flow_of(e->model, e->api, callee)->releases : releases(e, function, event);
		}
	return count > 1;
}

/*
 * The functions that acquire, then the callers of those that leave references
 * to their callers, and what else may release the same twice.
 */
static void run_all(struct engine *e)
{
	bool *ran = arena_alloc(&e->model->arena, (size_t)e->model->nr_functions + 1);

	for (int i = 0; i < e->model->nr_functions; i++)
		if (acquires(e, e->model->functions[i])) {
			ran[i] = true;
			engine_run(e, e->model->functions[i], false);
		}
	for (bool again = true; again;) {
		again = false;
		for (int i = 0; i < e->model->nr_functions; i++) {
			if (ran[i] || !calls_helper(e, e->model->functions[i]))
				continue;
			ran[i] = again = true;
			engine_run(e, e->model->functions[i], true);
		}
	}
	e->all_releases = true;
	for (int i = 0; i < e->model->nr_functions; i++)
		if (!ran[i] && releases_twice(e, e->model->functions[i]))
			engine_run(e, e->model->functions[i], true);
	engine_settle(e);
	cases_finish(e);
	for (int i = 0; gup_rules[i]; i++)
		if (gup_rules[i]->finish)
			gup_rules[i]->finish(e, gup_rules[i]);
}

/* With where the model comes from, which only a reader of facts wants to know. */
static bool write_facts(struct gup_session *session, struct gup_model *model)
{
	if (!session->options.facts)
		return true;
	model->api = api_digest(session->api);
	model->root = facts_root(&model->arena, model->file);
	model->tree = facts_tree(&model->arena, model->root);
	return facts_write(model, output_path(&model->arena, session->options.facts,
					      model->file + strlen(model->root), ".facts"));
}

const char *gup_mismatch(const struct gup_session *session, const struct gup_model *model)
{
	return model->api == api_digest(session->api) ? NULL :
		"made with another API table: make the facts again, or give the table with --api";
}

void gup_give_back(void)
{
	smt_give_back();
}

int gup_check(struct gup_session *session, struct gup_model *model, const struct gup_host *host)
{
	const char *wrong = model_check(model);
	struct arena kept = { 0 };
	struct engine engine;
	bool good;
	int count;

	if (wrong) {
		fprintf(stderr, "gupcheck: %s: the model is broken: %s\n", model->file, wrong);
		return -1;
	}
	if (session->options.dump)
		model_print(stdout, model);
	good = write_facts(session, model);
	engine_open(&engine, model, session->api, &session->options, &kept);
	run_all(&engine);
	report_all(&engine, host);
	if (session->options.sites)
		report_sites(&engine, stderr);
	if (session->options.sarif)
		good = sarif_write(&engine, output_path(&kept, session->options.sarif,
							model->file + strlen(model->root), ".sarif")) && good;
	count = engine.nr_findings;
	arena_free(&kept);
	return good ? count : -1;
}
