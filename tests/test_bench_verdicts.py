# SPDX-License-Identifier: GPL-2.0-only
"""bench.verdicts: findings of a log against the readings that are kept, and the readings themselves."""

import json
import subprocess
import sys

import pytest

from bench import verdicts
from common import ROOT
from report import api

TREE = "6.1"
READ = [row for row in verdicts.load(TREE) if row["engine"] == "checker"]


def result(rule, file, line, function, **more):
    return {"ruleId": rule, "kind": "fail", "level": "warning", "message": {"text": "Something is wrong"},
            "properties": {"function": function}, "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
                "region": {"startLine": line, "startColumn": 3}}}], **more}


def log_of(rows, moved=0):
    return {"runs": [{"results": [result(r["rule"], r["file"], r["line"] + moved, r["function"]) for r in rows]}]}


def run(path, *args):
    return subprocess.run([sys.executable, "-m", "bench.verdicts", str(path), *args], cwd=ROOT,
                          capture_output=True, text=True, check=False)


def written(tmp_path, log):
    path = tmp_path / "log.sarif"
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def test_what_was_read_is_known_again_where_code_has_moved():
    for moved in (0, 7):
        compared = verdicts.compare(log_of(READ, moved), TREE)
        assert (compared["unread"], compared["stale"], compared["not_seen"]) == ([], [], [])
        counts = compared["levels"]["warning"]
        assert counts["read"] == len(READ)
        assert counts["true"] == sum(row["verdict"] == "true" for row in READ)


def test_a_new_finding_is_unread_and_one_that_went_is_stale(tmp_path):
    gone, stays = READ[0], READ[1:]
    log = log_of(stays)
    log["runs"][0]["results"] += [result("pin-leak", gone["file"], 1, "somewhere_else"),
                                  result("call-site", "fs/x.c", 1, "x", kind="open")]
    path = written(tmp_path, log)
    shown = run(path, "--tree", TREE)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.split("\n")
    assert [s for s in lines if s.startswith("unread: ")] == [
        f"unread: {gone['file']}:1: somewhere_else: Something is wrong [pin-leak]"]
    assert [s for s in lines if s.startswith("stale: ")] == [
        f"stale: {gone['file']}:{gone['line']}: {gone['function']}: was {gone['verdict']} [{gone['rule']}]"]
    assert run(path, "--tree", TREE, "--fail-on", "unread").returncode == 3
    assert run(path, "--tree", TREE, "--fail-on", "stale").returncode == 3
    assert run(written(tmp_path, log_of(READ)), "--tree", TREE, "--fail-on", "unread,stale").returncode == 0


def test_the_nearest_of_several_alike_is_taken():
    read = [{"engine": "checker", "rule": "r", "file": "f", "function": "g", "line": n, "verdict": v}
            for n, v in ((10, "true"), (50, "false"))]
    found = [{"engines": ["checker"], "rule": "r", "file": "f", "function": "g", "line": n} for n in (52, 12, 90)]
    assert verdicts.match(found, read) == []
    assert [f["verdict"] and f["verdict"]["verdict"] for f in found] == ["false", "true", None]


def test_what_both_engines_found_takes_a_verdict_of_each():
    row = {"rule": "r", "file": "f", "function": "g", "line": 1, "verdict": "true"}
    read = [{**row, "engine": engine} for engine in ("checker", "coccinelle")]
    assert verdicts.match([{**row, "engines": ["checker", "coccinelle"]}], list(read)) == []
    assert verdicts.match([{**row, "engines": ["checker"]}], list(read)) == [read[1]]


def test_disputed_is_not_true():
    rows = [{**READ[0], "level": "error", "verdict": {"verdict": v}} for v in ("true", "disputed")]
    counts, = verdicts._counts(rows, "level").values()
    assert (counts["true"], counts["disputed"], counts["read"]) == (1, 1, 2)


@pytest.mark.parametrize("text,args,why", [
    ("{", (), "no log of gupcheck"), ("[]", (), "no log of gupcheck"), ('{"runs": []}', (), "no log of gupcheck"),
    ('{"runs": [{"results": []}]}', (), "does not say which tree"),
    ('{"runs": [{"results": []}]}', ("--tree", "1.0"), "nobody has read findings on 1.0"),
    ('{"runs": [{"results": []}]}', ("--tree", TREE, "--fail-on", "all"), "FAIL_ON=all"),
])
def test_bad_input(tmp_path, text, args, why):
    path = tmp_path / "log.sarif"
    path.write_text(text, encoding="utf-8")
    said = run(path, *args)
    assert said.returncode == 1 and why in said.stderr and said.stderr.count("\n") == 1


@pytest.mark.parametrize("tree", verdicts.trees())
def test_each_reading_is_complete_and_stands_once(tree):
    rules = {row["id"] for row in api.load_rules()}
    rows = verdicts.load(tree)
    for row in rows:
        assert row["rule"] in rules and row["verdict"] in verdicts.VERDICTS and len(row["reason"]) > 10, row
    keys = [(row["engine"], row["rule"], row["file"], row["function"], row["line"]) for row in rows]
    assert len(keys) == len(set(keys))
    said = {}
    for row in rows:
        said.setdefault((row["rule"], row["file"], row["function"], row["line"]), set()).add(row["verdict"])
    assert [key for key, verdict in said.items() if len(verdict) > 1] == []
