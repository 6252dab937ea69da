// SPDX-License-Identifier: GPL-2.0-only
/* SARIF 2.1.0 (OASIS): findings with their code flows, and a verdict for every site. */
#include "sarif.h"
#include "output.h"
#include "rules/rules.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* api/rules.json, compiled in. */
extern const char gup_rules_json[];
extern const size_t gup_rules_json_size;

static const char *level_text(enum gup_level level)
{
	return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "note";
}

/* Text of a source file need not be UTF-8: bytes that are not become U+FFFD. Freed by json_decref(). */
json_t *sarif_text(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	json_t *good = json_string(text);

	if (good)
		return good;
	char *clean = malloc(3 * strlen(text) + 1), *to = clean;

	if (!clean)
		abort();
	for (const char *from = text; *from;) {
		size_t size = 1;

		/* jansson knows which sequences are good: the longest that it takes is one. */
		for (; size <= 4; size++) {
			json_t *one = memchr(from, 0, size) ? NULL : json_stringn(from, size);

			json_decref(one);
			if (one)
				break;
		}
		if (size <= 4) {
			memcpy(to, from, size);
			to += size;
			from += size;
		} else {
			memcpy(to, replacement, 3);
			to += 3;
			from++;
		}
	}
	*to = 0;
	good = json_string(clean);
	free(clean);
	return good;
}

/* RFC 3986: what is neither unreserved nor a slash is escaped. */
static json_t *uri_json(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	char *uri = malloc(3 * strlen(path) + 1), *to = uri;
	json_t *json;

	if (!uri)
		abort();
	for (; *path; path++) {
		if (strchr(plain, *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	}
	*to = 0;
	json = json_string(uri);
	free(uri);
	return json;
}

/* The file as clang names it; below srcroot, when one is given, relative to that. */
static json_t *artifact(const char *file, const char *srcroot)
{
	char full[PATH_MAX];
	size_t size = srcroot ? strlen(srcroot) : 0;

	if (size && file && realpath(file, full) && !strncmp(full, srcroot, size) && full[size] == '/')
		return json_pack("{s:o, s:s}", "uri", uri_json(full + size + 1), "uriBaseId", "SRCROOT");
	return json_pack("{s:o}", "uri", uri_json(file ? file : ""));
}

json_t *sarif_location(const struct engine *e, const struct gup_pos *pos, const char *message)
{
	json_t *region = json_pack("{s:i, s:i}", "startLine", pos->line ? (int)pos->line : 1,
				   "startColumn", pos->column ? (int)pos->column : 1);
	json_t *where = json_pack("{s:{s:o, s:o}}", "physicalLocation", "artifactLocation",
				  artifact(pos->file, e->options->srcroot), "region", region);

	if (message)
		json_object_set_new(where, "message", json_pack("{s:o}", "text", sarif_text(message)));
	return where;
}

/* The function whose text has this place; `otherwise` when it is in none that was lowered. */
static const char *function_at(const struct engine *e, const struct gup_pos *pos,
			       const char *otherwise)
{
	for (int i = 0; i < e->model->nr_functions; i++) {
		const struct gup_function *function = e->model->functions[i];

		if (pos->file && function->pos.file && !strcmp(pos->file, function->pos.file) &&
		    function->pos.line <= pos->line && pos->line <= function->end.line)
			return function->name;
	}
	return otherwise ? otherwise : "";
}

static json_t *code_flow(const struct engine *e, const struct finding *f)
{
	static const char *const kinds[] = { "acquire", "branch", "call", "release", "exit" };
	json_t *steps = json_array();

	for (int i = 0; i < f->nr_steps; i++)
		json_array_append_new(steps, json_pack("{s:o, s:[s]}", "location",
			sarif_location(e, &f->steps[i].pos, f->steps[i].text), "kinds", kinds[f->steps[i].kind]));
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

/* Which CASE of pin_user_pages.rst the call is, and what shows it. */
static void sarif_case(json_t *properties, const struct engine *e, const struct site *site)
{
	const char *evidence, *number;

	/* A finding that no engine made has no paths to judge by. */
	if (!e->kept || rule_is_internal(e, site))
		return;
	number = cases_of_site(e, site, &evidence);
	json_object_set_new(properties, "case", json_string(number));
	json_object_set_new(properties, "caseEvidence", sarif_text(evidence));
}

json_t *sarif_finding(const struct engine *e, const struct finding *f)
{
	json_t *properties = json_pack("{s:s}", "function", function_at(e, &f->pos, f->function));
	json_t *result = json_pack("{s:s, s:s, s:s, s:{s:o}, s:[o], s:o}",
		"ruleId", f->rule->id, "kind", "fail", "level", level_text(f->level),
		"message", "text", sarif_text(f->message), "locations", sarif_location(e, &f->pos, NULL),
		"properties", properties);

	if (f->site) {
		json_object_set_new(properties, "callee", json_string(f->site->row->name));
		sarif_case(properties, e, f->site);
		json_object_set_new(result, "relatedLocations", json_pack("[o]",
			sarif_location(e, &f->site->event->pos, "The call that takes the references.")));
	}
	if (f->nr_steps)
		json_object_set_new(result, "codeFlows", code_flow(e, f));
	return result;
}

json_t *sarif_site(const struct engine *e, const struct site *site)
{
	const char *why = site->open ? site->open : site->proof;
	bool open = site->open || !site->reached || !why;

	if (!why)
		why = site->reached ? "no path that was followed goes from the call to the end of the function" :
				      "no path that was followed reaches the call";
	json_t *properties = json_pack("{s:s, s:s}", "function",
		function_at(e, &site->event->pos, site->function->name), "callee", site->row->name);

	sarif_case(properties, e, site);
	return json_pack("{s:s, s:s, s:s, s:{s:o}, s:[o], s:o}",
		"ruleId", "call-site", "kind", open ? "open" : "pass", "level", "none",
		"message", "text", sarif_text(why), "locations", sarif_location(e, &site->event->pos, NULL),
		"properties", properties);
}

/* The rules that this engine has, as api/rules.json describes them. */
static json_t *rules_json(void)
{
	json_t *list = json_loadb(gup_rules_json, gup_rules_json_size, 0, NULL), *row;
	json_t *rules = json_array();
	size_t i;

	json_array_foreach(json_object_get(list, "rules"), i, row) {
		const char *id, *name, *level, *summary, *full;

		if (json_unpack(row, "{s:s, s:s, s:s, s:s, s:s}", "id", &id, "name", &name, "level",
				&level, "short", &summary, "full", &full))
			continue;
		if (json_is_true(json_object_get(row, "checker")) || !strcmp(id, "call-site"))
			json_array_append_new(rules, json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}}",
				"id", id, "name", name, "shortDescription", "text", summary,
				"fullDescription", "text", full, "defaultConfiguration", "level", level));
	}
	json_decref(list);
	return rules;
}

bool sarif_save(const char *path, const char *tool, json_t *results, json_t *properties)
{
	json_t *run = json_pack("{s:{s:{s:s, s:o}}, s:o}", "tool", "driver", "name", tool, "rules",
				rules_json(), "results", results);
	json_t *log = json_pack("{s:s, s:s, s:[O]}", "$schema",
		"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", run);
	bool good = false;
	char *text;

	if (properties)
		json_object_set_new(run, "properties", properties);
	text = log ? json_dumps(log, JSON_INDENT(1)) : NULL;
	if (text) {
		size_t size = strlen(text);

		text[size] = '\n';
		good = output_write(path, text, size + 1);
	} else {
		fprintf(stderr, "gupcheck: no memory for the results: no SARIF\n");
	}
	free(text);
	json_decref(log);
	json_decref(run);
	return good;
}

bool sarif_write(const struct engine *e, const char *path)
{
	json_t *results = json_array();

	for (int i = 0; i < e->nr_findings; i++)
		json_array_append_new(results, sarif_finding(e, &e->findings[i]));
	for (int i = 0; i < e->nr_sites; i++)
		if (!e->sites[i].failed)
			json_array_append_new(results, sarif_site(e, &e->sites[i]));
	return sarif_save(path, "gupcheck-plugin", results, NULL);
}
