// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "join.h"
#include "link_cases.h"
#include "sarif.h"
#include "wrappers.h"

struct linking {
	struct program program;
	const struct gup_options *options;
	const struct gup_host *host;
	struct asserts *asserts;
	struct owners *owners;
	json_t *results;
	int nr_findings;
};

/* --- the assert ------------------------------------------------------------------ */

static void print_chain(const struct assert_site *site)
{
	for (int i = 0; i < site->nr_chain; i++)
		printf("%s%s()", i ? " -> " : "    ", site->chain[i]);
	if (site->nr_chain)
		putchar('\n');
}

static void count_verdicts(const struct asserts *a, int *count)
{
	count[0] = count[1] = count[2] = 0;
	for (int i = 0; i < a->nr_sites; i++)
		count[a->sites[i].verdict]++;
}

/* Sources, however many configurations there are of each. */
static int count_sources(const struct program *p)
{
	int count = 0;

	for (int u = 0; u < p->nr_units; u++)
		count += !p->units[u].same;
	return count;
}

static bool is_told(const struct asserts *a, int point)
{
	for (int i = 0; i < point; i++)
		if (a->points[i].force->pos.line == a->points[point].force->pos.line &&
		    !strcmp(a->points[i].force->pos.file, a->points[point].force->pos.file))
			return true;
	return false;
}

static void print_asserts(const struct asserts *a, bool all)
{
	int count[3];

	for (int i = 0; i < a->nr_sites; i++) {
		const struct assert_site *site = &a->sites[i];

		if (!all && site->verdict == ASSERT_SATISFIED)
			continue;
		printf("%s:%u: %s() in %s(): %s: %s\n", site->event->pos.file, site->event->pos.line,
		       site->row->name, site->function->name, assert_verdict_text(site->verdict), site->why);
		print_chain(site);
	}
	for (int i = 0; i < a->nr_points; i++)
		if (!is_told(a, i))
			printf("assert: at %s:%u, %s %s()%s\n", a->points[i].force->pos.file,
			       a->points[i].force->pos.line, a->points[i].stands ? "in" : "where",
			       a->points[i].definition->function->name,
			       a->points[i].stands ? "" : " sets FOLL_GET today");
	count_verdicts(a, count);
	printf("assert: %d of %d calls satisfy it, %d may trip, %d trip\n", count[ASSERT_SATISFIED],
	       a->nr_sites, count[ASSERT_MAY_TRIP], count[ASSERT_TRIPS]);
}

/* The site as a result that judges nothing: the verdict on the assert is a property. */
static json_t *assert_result(struct linking *l, const struct assert_site *site)
{
	struct engine place = { .model = site->unit->model, .options = l->options };
	json_t *chain = json_array(), *result;
	const char *text = site->why, *evidence, *number = link_case_of(&l->program, l->owners, site, &evidence);

	for (int i = 0; i < site->nr_chain; i++) {
		json_array_append_new(chain, json_string(site->chain[i]));
		text = arena_printf(&l->program.arena, "%s%s%s()", text, i ? " -> " : ": ", site->chain[i]);
	}
	result = json_pack("{s:s, s:s, s:s, s:{s:o}, s:[o], s:{s:s, s:s, s:{s:s, s:s, s:o}}}",
		"ruleId", "call-site", "kind", "informational", "level", "none",
		"message", "text", sarif_text(text),
		"locations", sarif_location(&place, &site->event->pos, NULL),
		"properties", "function", site->function->name, "callee", site->row->name,
		"assert", "verdict", assert_verdict_text(site->verdict), "why", site->why, "chain", chain);
	if (number) {
		json_t *properties = json_object_get(result, "properties");

		json_object_set_new(properties, "case", json_string(number));
		json_object_set_new(properties, "caseEvidence", sarif_text(evidence));
	}
	return result;
}

/* How far down a directory is a subsystem: drivers/gpu/drm, mm. */
static json_t *directory_totals(const struct asserts *a)
{
	json_t *totals = json_object();

	for (int i = 0; i < a->nr_sites; i++) {
		const char *file = a->sites[i].unit->model->file, *end = strrchr(file, '/');
		const char *verdict = assert_verdict_text(a->sites[i].verdict);
		const char *root = a->sites[i].unit->model->root;
		char directory[256];
		json_t *row;

		file += strncmp(file, root, strlen(root)) ? 0 : strlen(root);
		snprintf(directory, sizeof(directory), "%.*s", end > file ? (int)(end - file) : 1, end > file ? file : ".");
		row = json_object_get(totals, directory);
		if (!row) {
			row = json_pack("{s:i, s:i, s:i}", "satisfied", 0, "may trip", 0, "trips", 0);
			json_object_set_new(totals, directory, row);
		}
		json_object_set_new(row, verdict, json_integer(json_integer_value(json_object_get(row, verdict)) + 1));
	}
	return totals;
}

static json_t *run_properties(const struct linking *l)
{
	const struct asserts *a = l->asserts;
	json_t *points = json_array(), *notes = json_array();
	int count[3];

	for (int i = 0; i < a->nr_points; i++)
		if (!is_told(a, i))
			json_array_append_new(points, json_pack("{s:o, s:i, s:s, s:b}", "file",
			sarif_text(a->points[i].force->pos.file), "line", (int)a->points[i].force->pos.line,
			"function", a->points[i].definition->function->name, "stands",
			(int)a->points[i].stands));
	for (int i = 0; i < l->program.nr_notes; i++)
		json_array_append_new(notes, sarif_text(l->program.notes[i]));
	count_verdicts(a, count);
	return json_pack("{s:{s:s, s:o, s:{s:i, s:i, s:i}, s:o}, s:i, s:o}", "assert",
		"policy", l->options->entry_policy ? "entry" : "assert", "points", points,
		"totals", "satisfied", count[ASSERT_SATISFIED], "may trip", count[ASSERT_MAY_TRIP],
		"trips", count[ASSERT_TRIPS], "directories", directory_totals(a),
		"linkedFiles", count_sources(&l->program), "notes", notes);
}

/* --- findings ---------------------------------------------------------------------- */

/* Once for each place and rule, however many configurations have it. */
static bool is_new(const struct linking *l, json_t *result)
{
	json_t *other;
	size_t i;

	json_array_foreach(l->results, i, other)
		if (json_equal(json_object_get(other, "ruleId"), json_object_get(result, "ruleId")) &&
		    json_equal(json_object_get(other, "locations"), json_object_get(result, "locations")))
			return false;
	return true;
}

static void tell(struct linking *l, struct engine *e, const struct finding *finding)
{
	json_t *result = sarif_finding(e, finding);
	struct engine one = *e;
	struct finding copy = *finding;

	if (is_new(l, result)) {
		json_array_append(l->results, result);
		one.findings = &copy;
		one.nr_findings = 1;
		report_all(&one, l->host);
		l->nr_findings++;
	}
	json_decref(result);
}

static void run_joined(struct linking *l)
{
	join_prepare(&l->program);
	for (int u = 0; u < l->program.nr_units; u++) {
		struct joined *joined = join_run(&l->program, &l->program.units[u], l->options);

		for (int i = 0; joined && i < joined->engine.nr_findings; i++)
			tell(l, &joined->engine, &joined->engine.findings[i]);
		join_free(joined);
	}
}

static void run_fields(struct linking *l)
{
	struct field_findings found = { 0 };

	fields_check(&l->program, l->owners, l->options, &found);
	for (int i = 0; i < found.count; i++) {
		struct engine place = { .model = found.list[i]->unit->model, .options = l->options };

		tell(l, &place, &found.list[i]->finding);
	}
}

static bool finish(struct linking *l)
{
	const struct asserts *a = l->asserts;

	for (int i = 0; i < l->program.nr_notes; i++)
		fprintf(stderr, "gupcheck: %s\n", l->program.notes[i]);
	if (!l->options->quiet) {
		print_asserts(a, l->options->sites);
		printf("link: %d findings across files in the facts of %d files\n", l->nr_findings,
		       count_sources(&l->program));
	}
	for (int i = 0; i < a->nr_sites; i++)
		json_array_append_new(l->results, assert_result(l, &a->sites[i]));
	if (l->options->sarif)
		return sarif_save(l->options->sarif, "gupcheck-link", l->results, run_properties(l));
	json_decref(l->results);
	return true;
}

/* A program from facts, or NULL and messages on stderr. */
static struct api *load(struct program *program, const struct gup_options *options, const char *root,
			char **files, int nr_files)
{
	char *error = NULL;
	struct api *api = api_load(options->api_file, &error);

	if (!api) {
		fprintf(stderr, "gupcheck: API table: %s\n", error);
		free(error);
		return NULL;
	}
	if (program_open(program, api, files, nr_files, root))
		return api;
	program_close(program);
	api_free(api);
	return NULL;
}

bool link_run(const struct gup_options *options, const struct gup_host *host, const char *root,
	      char **files, int nr_files)
{
	struct linking l = { .options = options, .host = host };
	struct api *api = load(&l.program, options, root, files, nr_files);
	bool good;

	if (!api)
		return false;
	if (options->left_out)
		program_note(&l.program, options->left_out);
	l.results = json_array();
	l.owners = owners_find(&l.program);
	run_joined(&l);
	run_fields(&l);
	l.asserts = asserts_judge(&l.program, options->entry_policy);
	good = finish(&l);
	program_close(&l.program);
	api_free(api);
	return good;
}

bool link_wrappers(const struct gup_options *options, const char *root, char **files, int nr_files)
{
	struct program program;
	struct api *api = load(&program, options, root, files, nr_files);
	bool good;

	if (!api)
		return false;
	good = wrappers_tell(&program, owners_find(&program), options->sarif);
	program_close(&program);
	api_free(api);
	return good;
}
