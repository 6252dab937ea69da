# SPDX-License-Identifier: GPL-2.0-only
"""Fixes on the page for what the checker alone finds: asked for once, and only where it agrees."""

import json
import shutil

import pytest
from test_edits import SHORT, OnCases

from report import clang, confirmed, edits, page_diff, proof


@pytest.fixture
def case(tmp_path, monkeypatch):
    """(log of a file with a finding, function that gives it its fixes, list of what the checker was asked)"""
    if not shutil.which(clang.DEFAULT):
        pytest.skip("no clang")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "src"
    root.mkdir()
    (root / "a.c").write_text('#include "gup.h"\n\n' + SHORT)
    judge, asked = OnCases(root, {}), []
    findings, _ = judge.look("a.c", (root / "a.c").read_bytes())
    for result in findings:
        result["properties"]["found"] = ["checker"]
        result["properties"]["role"] = "acquire"
    log = {"runs": [{"results": findings}]}

    def ask(file, data, real=judge._look):
        asked.append(file)
        return real(file, data)
    judge._look = ask
    monkeypatch.setattr(confirmed.proof, "Judge", lambda *_: judge)
    return log, lambda: confirmed.apply(log, root, "", 1), asked


def diff_of(log):
    result, = log["runs"][0]["results"]
    return page_diff.of(result)


def test_a_fix_that_the_checker_agrees_with(case):
    log, give, asked = case
    give()
    text = "\n".join(diff_of(log))
    assert "+\t\tif (ret > 0)\n+\t\t\tunpin_user_pages(pages, ret);\n \t\tkfree(pages);" in text
    assert "this finding is gone" in json.dumps(log) and asked == ["a.c"]     # the text before it was known


def test_it_is_asked_once(case):
    log, give, asked = case
    give()
    first = diff_of(log)
    for result in log["runs"][0]["results"]:
        del result["fixes"]
    asked.clear()
    give()
    assert diff_of(log) == first and not asked
    del log["runs"][0]["results"][0]["fixes"]
    log["runs"][0]["results"][0]["message"]["text"] += " Something else now."
    give()
    assert diff_of(log) == first and not asked        # the judge itself remembers, the cache did not serve


def test_no_fix_where_the_checker_disagrees(case, monkeypatch):
    log, give, _asked = case
    monkeypatch.setitem(edits.EDITS, "partial-pin-leak", lambda text, _: [text + "\n/* nothing */\n"])
    give()
    assert "fixes" not in log["runs"][0]["results"][0]


def test_who_else_found_it_has_the_fix(case):
    """What a semantic patch finds has its own."""
    log, give, asked = case
    log["runs"][0]["results"][0]["fixes"] = []
    give()
    assert not asked and log["runs"][0]["results"][0]["fixes"] == []


def test_a_file_is_asked_about_in_the_configuration_that_the_audit_had():
    def result(file, config):
        return {"locations": [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": {
            "startLine": 1, "startColumn": 1}}}], "properties": {"config": config} if config else {}}
    log = {"runs": [{"results": [result("a.c", "powerpc allmodconfig"), result("b.c", ""),
                                 result("c.c", "x86 allmodconfig, arm64 allmodconfig"),
                                 result("d.c", "powerpc ppc32_allmodconfig"), result("e.c", "x86 of /x/.config")]}]}
    assert proof.homes(log) == {"a.c": ("powerpc", "allmodconfig"), "c.c": ("x86", "allmodconfig"),
                                "d.c": ("powerpc", "ppc32_allmodconfig"), "e.c": ("x86", "")}


def test_a_file_that_cannot_be_asked_about_is_asked_again_later(case):
    log, give, asked = case
    judge = confirmed.proof.Judge()
    judge.not_run = {"a.c": "no clang for it"}
    give()
    assert not asked and "fixes" not in log["runs"][0]["results"][0]
    judge.not_run = {}
    give()
    assert asked and "fixes" in log["runs"][0]["results"][0]
