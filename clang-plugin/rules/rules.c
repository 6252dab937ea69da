// SPDX-License-Identifier: GPL-2.0-only
/* The rules, one row each; docs/rules/ has a page for each id. */
#include "rules.h"

const struct rule *const gup_rules[] = {
	&rule_pin_leak,
	&rule_partial_pin_leak,
	&rule_release_wrong_count,
	&rule_double_release,
	&rule_pin_put_mismatch,
	&rule_ret_unchecked,
	&rule_flags_conflict,
	&rule_flags_literal,
	&rule_null_pages,
	&rule_longterm_get,
	&rule_longterm_remote,
	&rule_foll_get_missing,
	&rule_should_pin,
	&rule_longterm_missing,
	&rule_dirty_missing,
	&rule_case3_notifier,
	NULL
};
