// SPDX-License-Identifier: GPL-2.0-only
/* api/rules.json is the list of rules; the engine's table must be the same rules with the same levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "../engine.h"

extern const char gup_rules_json[];
extern const size_t gup_rules_json_size;

static int find(void **state)
{
	*state = json_loadb(gup_rules_json, gup_rules_json_size, 0, NULL);
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	json_decref(*state);
	return 0;
}

static const struct rule *engine_rule(const char *id)
{
	for (int i = 0; gup_rules[i]; i++)
		if (!strcmp(gup_rules[i]->id, id))
			return gup_rules[i];
	return NULL;
}

static void every_row_has_its_rule(void **state)
{
	json_t *row;
	size_t i;
	int count = 0;

	json_array_foreach(json_object_get(*state, "rules"), i, row) {
		const char *id = json_string_value(json_object_get(row, "id"));
		const char *level = json_string_value(json_object_get(row, "level"));
		const struct rule *rule = engine_rule(id);

		if (!json_is_true(json_object_get(row, "checker"))) {
			assert_null(rule);
			continue;
		}
		assert_non_null(rule);
		assert_string_equal(level, rule->level == LEVEL_ERROR ? "error" :
				    rule->level == LEVEL_WARNING ? "warning" : "note");
		count++;
	}
	for (int r = 0; gup_rules[r]; r++)
		count--;
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_row_has_its_rule) };

	return cmocka_run_group_tests(tests, find, drop);
}
