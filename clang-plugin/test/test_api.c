// SPDX-License-Identifier: GPL-2.0-only
/* The API table: the built-in one is good, a bad one is refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../api.h"

static void built_in_table_loads(void **state)
{
	char *error = NULL;
	struct api *api = api_load(NULL, &error);

	(void)state;
	assert_non_null(api);
	const struct api_row *pin = api_find(api, "pin_user_pages");

	assert_int_equal(pin->role, ROLE_ACQUIRE);
	assert_int_equal(pin->kind, KIND_PIN);
	/* 6.1 has vmas, 6.12 has not: the number of arguments tells. */
	assert_int_equal(api_form(pin, 5)->pages, 3);
	assert_int_equal(api_form(pin, 4)->pages, 3);
	assert_null(api_form(pin, 3));
	const struct api_row *unpin = api_find(api, "unpin_user_pages");

	assert_int_equal(unpin->unit, UNIT_ARRAY);
	assert_int_equal(api_form(unpin, 2)->count, 1);
	assert_true(api_find(api, "put_page")->generic);
	assert_true(api_find(api, "kcalloc")->zeroed);
	assert_true(api_is_internal_header(api, "/linux/mm/internal.h"));
	assert_false(api_is_internal_header(api, "/linux/include/linux/mm.h"));
	/* As the allocation is called since 6.10 */
	assert_ptr_equal(api_find(api, "kcalloc_noprof"), api_find(api, "kcalloc"));
	assert_ptr_equal(api_find(api, "_kzalloc_noprof"), api_find(api, "kzalloc"));
	assert_null(api_find(api, "__kzalloc_noprof"));
	assert_null(api_find(api, "_kzalloc"));
	assert_null(api_find(api, "kcallo_noprof"));
	assert_null(api_find(api, "_noprof"));
	assert_null(api_find(api, "no_such_function"));
	assert_null(api_find(api, NULL));
	api_free(api);
}

static void every_event_row_says_where_its_pages_are(void **state)
{
	char *error = NULL;
	struct api *api = api_load(NULL, &error);

	(void)state;
	for (int i = 0; i < api_count(api); i++) {
		const struct api_row *row = api_at(api, i);

		if (row->role != ROLE_RELEASE && row->role != ROLE_TRANSFER && row->role != ROLE_USE)
			continue;
		for (int f = 0; f < row->nr_forms; f++)
			assert_true(row->forms[f].pages >= 0);
	}
	api_free(api);
}

static void refuse(const char *text, const char *why)
{
	char *error = NULL;

	assert_null(api_load_text(text, strlen(text), &error));
	assert_non_null(strstr(error, why));
	free(error);
}

static void bad_tables_are_refused(void **state)
{
	(void)state;
	refuse("", "line");
	refuse("{", "line");
	refuse("{}", "\"format\" is not");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 2, \"functions\": []}", "version 2 is not 1");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 1, \"functions\": [{}]}", "no name");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 1, \"functions\": "
	       "[{\"name\": \"f\", \"role\": \"eat\", \"forms\": []}]}", "does not know");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 1, \"functions\": "
	       "[{\"name\": \"f\", \"role\": \"free\"}]}", "no forms");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 1, \"functions\": "
	       "[{\"name\": \"f\", \"role\": \"free\", \"forms\": [{\"params\": [3]}]}]}", "no string");
	refuse("{\"format\": \"gupcheck-api\", \"version\": 1, \"functions\": [7]}", "no name");
}

static void a_users_file_replaces_rows(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(api_load("no/such/file.json", &error));
	assert_non_null(error);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_table_loads),
		cmocka_unit_test(every_event_row_says_where_its_pages_are),
		cmocka_unit_test(bad_tables_are_refused),
		cmocka_unit_test(a_users_file_replaces_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
