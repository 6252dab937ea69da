// SPDX-License-Identifier: GPL-2.0-only
/* SARIF 2.1.0 (OASIS): findings with their code flows, and a verdict for every site. */
#include "engine.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *level_text(enum gup_level level)
{
	return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "note";
}

static json_t *location(const struct gup_pos *pos, const char *message)
{
	json_t *region = json_pack("{s:i, s:i}", "startLine", pos->line ? (int)pos->line : 1,
				   "startColumn", pos->column ? (int)pos->column : 1);
	json_t *where = json_pack("{s:{s:{s:s}, s:o}}", "physicalLocation", "artifactLocation", "uri",
				  pos->file ? pos->file : "", "region", region);

	if (message)
		json_object_set_new(where, "message", json_pack("{s:s}", "text", message));
	return where;
}

static json_t *code_flow(const struct finding *f)
{
	static const char *const kinds[] = { "acquire", "branch", "call", "release", "exit" };
	json_t *steps = json_array();

	for (int i = 0; i < f->nr_steps; i++)
		json_array_append_new(steps, json_pack("{s:o, s:[s]}", "location",
			location(&f->steps[i].pos, f->steps[i].text), "kinds", kinds[f->steps[i].kind]));
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

static json_t *finding_result(const struct finding *f)
{
	json_t *result = json_pack("{s:s, s:s, s:s, s:{s:s}, s:[o], s:{s:s}}",
		"ruleId", f->rule->id, "kind", "fail", "level", level_text(f->level),
		"message", "text", f->message, "locations", location(&f->pos, NULL),
		"properties", "function", f->function ? f->function : "");

	if (f->nr_steps)
		json_object_set_new(result, "codeFlows", code_flow(f));
	return result;
}

static json_t *site_result(const struct site *site)
{
	const char *why = site->open ? site->open : site->proof;
	bool open = site->open || !site->reached || !why;

	if (!why)
		why = site->reached ? "no path that was followed goes from the call to the end of the function" :
				      "no path that was followed reaches the call";
	return json_pack("{s:s, s:s, s:s, s:{s:s}, s:[o], s:{s:s, s:s}}",
		"ruleId", "site", "kind", open ? "open" : "pass", "level", "none",
		"message", "text", why, "locations", location(&site->event->pos, NULL),
		"properties", "function", site->function->name, "callee", site->row->name);
}

static json_t *rules_json(void)
{
	json_t *rules = json_array();

	for (int i = 0; gup_rules[i]; i++)
		json_array_append_new(rules, json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", gup_rules[i]->id,
			"shortDescription", "text", gup_rules[i]->summary,
			"defaultConfiguration", "level", level_text(gup_rules[i]->level)));
	json_array_append_new(rules, json_pack("{s:s, s:{s:s}}", "id", "site", "shortDescription",
		"text", "A call that acquires page references, and what is known about it."));
	return rules;
}

/* Written beside and renamed: a reader never sees half a file. */
static bool write_atomically(const char *path, const char *text)
{
	size_t size = strlen(path) + 32;
	char *beside = malloc(size);
	FILE *out;
	bool good;

	if (!beside)
		return false;
	snprintf(beside, size, "%s.%ld.tmp", path, (long)getpid());
	out = fopen(beside, "w");
	if (!out) {
		fprintf(stderr, "gupcheck: cannot write %s\n", beside);
		free(beside);
		return false;
	}
	good = fputs(text, out) >= 0 && fputc('\n', out) == '\n';
	good = fclose(out) == 0 && good;
	good = good && rename(beside, path) == 0;
	if (!good) {
		fprintf(stderr, "gupcheck: cannot write %s\n", path);
		unlink(beside);
	}
	free(beside);
	return good;
}

bool sarif_write(const struct engine *e, const char *path)
{
	json_t *results = json_array();

	for (int i = 0; i < e->nr_findings; i++)
		json_array_append_new(results, finding_result(&e->findings[i]));
	for (int i = 0; i < e->nr_sites; i++)
		if (!e->sites[i].failed)
			json_array_append_new(results, site_result(&e->sites[i]));
	json_t *log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:o}}, s:o}]}",
		"$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
		"runs", "tool", "driver", "name", "gupcheck-plugin", "rules", rules_json(),
		"results", results);
	char *text = log ? json_dumps(log, JSON_INDENT(1)) : NULL;
	bool good = text && write_atomically(path, text);

	if (!text)
		fprintf(stderr, "gupcheck: the results are not valid UTF-8: no SARIF\n");
	free(text);
	json_decref(log);
	return good;
}
