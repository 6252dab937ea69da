# SPDX-License-Identifier: GPL-2.0-only
"""The findings of a real kernel against the readings: nothing unread, nothing gone, most of it true."""

import json

import pytest
from bench import verdicts


@pytest.fixture(scope="session")
def readings(audit_of_linux):
    return verdicts.compare(json.loads((audit_of_linux / "audit.sarif").read_text(encoding="utf-8")))


@pytest.mark.parametrize("what", ("unread", "stale"))
def test_findings_are_those_that_were_read(readings, what):
    """A finding that nobody has read, and one that went away, both show up here: of both engines."""
    assert [(r["rule"], r["file"], r["function"], r["line"]) for r in readings[what]] == []


@pytest.mark.parametrize("level,bar", (("error", 0.9), ("warning", 0.8)))
def test_most_findings_are_true(readings, level, bar):
    """What is disputed is not counted as true."""
    counts = readings["levels"][level]
    assert counts["true"] >= bar * counts["read"] > 0, counts
