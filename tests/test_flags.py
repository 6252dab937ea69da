# SPDX-License-Identifier: GPL-2.0-only
"""Flags from text: what is certain, what is possible, what is not known."""

import pytest

from report.flags import evaluate


@pytest.mark.parametrize("text,want", [
    ("0", "0"),
    ("FOLL_WRITE", "FOLL_WRITE"),
    ("FOLL_WRITE | FOLL_LONGTERM", "FOLL_LONGTERM | FOLL_WRITE"),
    ("write ? FOLL_WRITE : 0", "perhaps FOLL_WRITE"),
    ("FOLL_GET | (write ? FOLL_WRITE : 0)", "FOLL_GET; perhaps FOLL_WRITE"),
    ("a == -1 && b ? FOLL_WRITE : FOLL_WRITE | FOLL_FORCE", "FOLL_WRITE; perhaps FOLL_FORCE"),
    ("(FOLL_WRITE | FOLL_FORCE) & ~FOLL_FORCE", "FOLL_WRITE"),
    ("(unsigned int)FOLL_WRITE", "FOLL_WRITE"),
    ("1", "not flags: the number 1"),
    ("dir == DMA_FROM_DEVICE", "not flags: a truth value"),
    ("!write", "not flags: a truth value"),
    ("flags_of(x, (y))", "unknown: flags_of()"),
    ("x->gup_flags | FOLL_WRITE", "FOLL_WRITE; unknown: field x->gup_flags"),
    ("(" * 5000 + "0" + ")" * 5000, "unknown: an expression too deep to read"),
    ("FOLL_WRITE |", "unknown: FOLL_WRITE |"),
])
def test_expressions(text, want):
    assert evaluate(text).text() == want


@pytest.mark.parametrize("stores,params,want", [
    ([[1, "=", "FOLL_WRITE"]], (), "FOLL_WRITE"),
    ([[1, "=", "0"], [2, "|=", "FOLL_WRITE"]], (), "perhaps FOLL_WRITE"),
    ([[1, "=", "FOLL_GET"], [2, "=", "FOLL_GET | FOLL_WRITE"]], (), "FOLL_GET; perhaps FOLL_WRITE"),
    ([[1, "=", "FOLL_GET | FOLL_WRITE"], [2, "&=", "~FOLL_WRITE"]], (),
     "FOLL_GET; perhaps FOLL_WRITE"),
    ([], ("flags",), "unknown: parameter flags"),
    ([[1, "|=", "FOLL_GET"]], ("flags",), "perhaps FOLL_GET; unknown: parameter flags"),
    ([[1, "=", "FOLL_GET"], [2, "&", "flags"]], (),
     "perhaps FOLL_GET; unknown: &flags is passed on"),
    ([[1, "=", "FOLL_GET"], [2, "...", ""]], (),
     "perhaps FOLL_GET; unknown: flags is stored to in many places"),
    ([[1, "=", "0"], [2, "&", "flags"]], (), "unknown: &flags is passed on"),
    ([[1, "=", "flags"]], (), "unknown: flags"),
])
def test_variables(stores, params, want):
    assert evaluate("flags", {"flags": stores}, params).text() == want


def test_what_the_callee_adds():
    assert evaluate("FOLL_WRITE", implied=("FOLL_LONGTERM",)).text() == "FOLL_LONGTERM | FOLL_WRITE"
