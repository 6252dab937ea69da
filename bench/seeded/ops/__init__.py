# SPDX-License-Identifier: GPL-2.0-only
"""The operators: one file a family, one class each. A new one is a class and a place in its list."""

from bench.seeded.ops import acquire, check, dirty, release, rewrite_calls, rewrite_flow

ALL = [operator for family in (release, acquire, check, dirty, rewrite_calls, rewrite_flow)
       for operator in family.OPERATORS]
BY_NAME = {operator.name: operator for operator in ALL}
