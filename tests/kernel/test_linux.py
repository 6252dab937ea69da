# SPDX-License-Identifier: GPL-2.0-only
"""The audit of a real kernel against independent counts and against readings by hand."""

import json
import subprocess

import pytest
from independent import count, gup_names

from report import api, outputs, spatch

RULES = {row["id"]: row["cocci"] for row in api.load_rules() if "cocci" in row}


@pytest.fixture(scope="session")
def rows(audit_of_linux):
    log = json.loads((audit_of_linux / "audit.sarif").read_text(encoding="utf-8"))
    return list(outputs.rows(log))


def test_every_call_is_in_the_inventory(linux, rows):
    """0 missing, 0 extra, by name and place: a finding may stand elsewhere than the call it is about."""
    names = gup_names()
    listed = {(*r["site"], r["callee"]) for r in rows if r["callee"] in names}
    counted = count(linux, names)
    assert len(counted) > 200
    assert (counted - listed, listed - counted) == (set(), set())


def test_every_site_has_one_verdict_and_a_reason(rows):
    verdicts = {}
    for row in rows:
        verdicts.setdefault(row["site"], set()).add(row["verdict"])
        assert row["verdict"] in ("fail", "pass", "open") and row["reason"]
    assert all(len(v) == 1 for v in verdicts.values())


def test_spatch_saw_every_gup_call(rows):
    """If this ever fails, the site is in the list as open: look why spatch drops it."""
    assert [r["file"] for r in rows if r["coccinelle"] == "not parsed"] == []


def test_the_checker_looked_at_most_calls(audit_of_linux, rows):
    """At least 15 real units, few that fail (for want of headers of other architectures), and no call in silence."""
    log = json.loads((audit_of_linux / "audit.sarif").read_text(encoding="utf-8"))
    state = log["runs"][0]["properties"]["checker"]
    assert state["notRun"] == "" and state["compiled"] > 80 and state["failed"] <= 8, state
    calls = [r for r in rows if r["role"] == "acquire"]
    assert sum(r["checker"] == "seen" for r in calls) > 90
    assert {r["checker"] for r in calls} <= {"seen", "compiled", "not compiled", "failed"}


@pytest.mark.parametrize("rule", RULES)
def test_patches_apply_and_silence_the_rule(linux, rows, rule, tmp_path):
    files = sorted({r["file"] for r in rows if r["rule"] == rule and "coccinelle" in r["engines"]})
    if not files:
        pytest.skip(f"6.1 has nothing for {rule}")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((linux / name).read_bytes())
    cocci = spatch.rule_path(RULES[rule])
    made = b""
    for name in files:
        made += subprocess.run(["spatch", "-D", "patch", "--very-quiet", "--cocci-file", str(cocci),
                                *spatch.options_of(cocci), "--patch", str(tmp_path), name],
                               cwd=tmp_path, env=spatch.environment(tmp_path / ".home"),
                               capture_output=True, check=True).stdout
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--check", "-"], cwd=tmp_path, input=made, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=made, check=True)
    left = spatch.run(cocci, files, tmp_path)["findings"]
    assert left == []
