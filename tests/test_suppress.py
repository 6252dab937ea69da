# SPDX-License-Identifier: GPL-2.0-only
"""Suppressions: the file, the comments, what becomes of both in the log."""

import datetime
import json
from pathlib import Path

import pytest
from common import kernel_files, run_audit, write_tree
from hypothesis import given, settings
from hypothesis import strategies as st

from report import comments, outputs, suppress
from report.errors import UserError

RULES = {"foll-get-missing", "longterm-remote"}
REMOTE_C = """\
long far(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	/* gup-audit: longterm-remote: the guest's memory */
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
}

long naked(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
}
"""
ENTRY = """\
version: 1
suppressions:
  - rule: longterm-remote
    file: drivers/foo/remote.c
    function: naked
    reason: pages of a guest, until it goes
    who: Jane <jane@example.org>
"""


def loaded(tmp_path, text):
    path = tmp_path / "gup-audit.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return suppress.load(str(path), RULES)


def result(rule="longterm-remote", file="a.c", function="f", line=1, column=1, **more):
    return {"ruleId": rule, "message": {"text": "m"}, "partialFingerprints": {
                "gupcheckFinding/v2": "0" * 32},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
                "region": {"startLine": line, "startColumn": column}},
                "logicalLocations": [{"name": function}]}], **more}


def log_of(*results):
    return {"runs": [{"tool": {"driver": {"rules": [{"id": rule} for rule in sorted(RULES)]}},
                      "invocations": [{}], "results": list(results)}]}


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """An audit with a justified call, one that the file accepts, and troubles of both kinds."""
    tmp = tmp_path_factory.mktemp("suppress")
    root = write_tree(tmp / "linux", kernel_files(**{
        "drivers/foo/remote.c": REMOTE_C,
        "drivers/foo/odd.c": "int f(void)\n{\n\t/* gup-audit: pin-leak */\n"
                             "\treturn pin_user_pages_fast(a, 1, 0, p); // gup-audit: no-such: why\n}\n"}))
    entries = tmp / "accepted.yaml"
    entries.write_text(ENTRY + "  - rule: foll-get-missing\n    file: drivers/foo/foo.c\n"
                       "    function: fill\n    reason: old\n    who: me\n    until: 2001-01-01\n")
    run = run_audit(root, tmp / "out", "--suppress", str(entries), "--fail-on", "error,warning")
    return json.loads((tmp / "out/audit.sarif").read_text()), run, tmp / "out"


def test_both_kinds_reach_the_log(audited):
    log, _run, _out = audited
    got = {suppress.where(r)[1]: r["suppressions"] for r in log["runs"][0]["results"]
           if "suppressions" in r}
    assert {name: [(s["kind"], s["status"], s["justification"]) for s in some]
            for name, some in got.items()} == {
        "far": [("inSource", "accepted", "the guest's memory")],
        "naked": [("external", "accepted", "pages of a guest, until it goes")]}
    assert got["naked"][0]["properties"] == {"who": "Jane <jane@example.org>", "line": 3,
                                             "file": "accepted.yaml"}
    region = got["far"][0]["location"]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 5}


def test_troubles_are_told_with_their_place(audited):
    log, run, _out = audited
    notes = log["runs"][0]["invocations"][0]["toolConfigurationNotifications"]
    assert len(notes) == 3
    for line in ("gupcheck: accepted.yaml:8:5: ran out on 2001-01-01: old",
                 "gupcheck: drivers/foo/odd.c:3:5: write gup-audit: RULE: REASON",
                 "gupcheck: drivers/foo/odd.c:4:45: no rule is called 'no-such'"):
        assert line in run.stderr.split("\n")


def test_fail_on_counts_what_nobody_accepted(audited):
    _log, run, out = audited
    assert run.returncode == 3 and "1 results meet FAIL_ON=error,warning" in run.stderr
    assert "2 justified" in run.stdout and "longterm-remote      0 (2 justified)" in run.stdout
    assert "justified: pin_user_pages_remote()" in (out / "audit.txt").read_text()


@pytest.mark.parametrize("text,why", [
    ("", "empty"), ("# nothing\n", "empty"), ("version: 1\n", "1:1: suppressions missing"),
    ("version: 2\nsuppressions: []\n", "1:10: version '2' is not 1"),
    ("version: 1\nsuppressions:\n  - a: b\n", "3:5: "),
    (ENTRY.replace("    who: Jane <jane@example.org>\n", ""), "3:5: who missing"),
    (ENTRY.replace("pages of a guest, until it goes", ""), "6:5: reason says nothing"),
    (ENTRY.replace("pages of a guest, until it goes", "..."), "6:13: reason says nothing"),
    (ENTRY.replace("function", "funktion"), "3:5: "),
    (ENTRY.replace("    function: naked\n", ""), "an entry needs a fingerprint, or rule, file and"),
    (ENTRY + "    until: soon\n", "8:12: until: 'soon' is not a day"),
    (ENTRY + "    until: 2026-02-30\n", "8:12: no such day"),
    (ENTRY + "    who: somebody else\n", "8:5: 'who' stands there twice"),
    (ENTRY.replace("longterm-remote", "longterm-remotes"), "3:11: no rule is called"),
    (ENTRY + "  - &a b\n  - *a\n", "8:5: aliases"), ("a: [b\n", "not YAML"), ("\x00", "not YAML"),
    ("[" * 5000, "nested too deep"), (b"\xff\xfe\xfa", "not UTF-8"), ("- 1\n", "1:1: "),
    ("? [a]\n: b\n", "a key has to be a word")])
def test_malformed_files(tmp_path, text, why):
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, text)
    assert why in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_named_must_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert suppress.load("", RULES) == []
    with pytest.raises(UserError, match="cannot read SUPPRESS=none.yaml"):
        suppress.load("none.yaml", RULES)
    (tmp_path / "gup-audit.yaml").write_text(ENTRY)
    assert [e.function for e in suppress.load("", RULES)] == ["naked"]


def test_a_bad_file_stops_the_audit_before_it_begins(kernel, tmp_path):
    (tmp_path / "bad.yaml").write_text("version: 1\n")
    run = run_audit(kernel, tmp_path / "out", "--suppress", str(tmp_path / "bad.yaml"))
    assert run.returncode == 1 and len(run.stderr.strip().split("\n")) == 1
    assert not (tmp_path / "out").exists()


def test_an_entry_that_matches_nothing_is_told(tmp_path):
    entries = loaded(tmp_path, ENTRY)
    log = log_of(result(function="other"))
    assert suppress.apply(log, entries, tmp_path) == [
        "gup-audit.yaml:3:5: suppresses nothing: no finding is like that"]
    assert "suppressions" not in log["runs"][0]["results"][0]


def test_everything_an_entry_states_has_to_be_so(tmp_path):
    text = ENTRY.replace("rule:", "fingerprint: " + "0" * 32 + "\n    rule:")
    one, other = result(file="drivers/foo/remote.c", function="naked"), result(function="naked")
    suppress.apply(log_of(one, other), loaded(tmp_path, text), tmp_path)
    assert "suppressions" in one and "suppressions" not in other


def test_until_is_the_last_day():
    entry = suppress.Entry(1, 1, "r", "w", until="2026-05-01")
    assert not entry.expired(datetime.date(2026, 5, 1)) and entry.expired(datetime.date(2026, 5, 2))


def test_the_day_comes_from_source_date_epoch(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert suppress.today() == datetime.date(1970, 1, 2)


def test_no_reason_helps_where_the_tree_refuses(tmp_path):
    (tmp_path / "a.c").write_text("/* gup-audit: longterm-remote: please */\npin(1);\n")
    refused = result(line=2, level="error")
    lines = suppress.apply(log_of(refused), [], tmp_path)
    assert "suppressions" not in refused and "still an error" in lines[0]


@pytest.mark.parametrize("text,line,hit", [
    ("/* gup-audit: r: why */\nf(1);\n", 2, True),
    ("/* gup-audit: r: why */\n\nf(1);\n", 3, False),
    ("g(); /* gup-audit: r: why */\nf(1);\n", 2, False),
    ("f(1,\n  2); /* gup-audit: r: why */\n", 1, True),
    ("/* gup-audit: r: why */\nx = y ?\n  f(1) : 2;\n", 3, True),
    ("/* gup-audit: r: why */\nif (a)\n\tf(1);\n", 3, False),
    ("if (a)\n\t/* gup-audit: r: why */\n\tf(1);\n", 3, True),
    ("/* gup-audit: r: why */\n/* more */\nf(1);\n", 3, True),
    ("/* gup-audit: q: why\n * gup-audit: r: why\n */\nf(1);\n", 4, True),
    ("/* gup-audit: q: why */\nf(1);\n", 2, False),
    ("/* gup-audit: r: */\nf(1);\n", 2, False),
    ("s = \"gup-audit: r: why\"; f(1);\n", 1, False),
    ("// gup-audit: r: why\nf(1);\n", 2, True),
    ("/* gup-audit: r: why */\nout:\n\tf(1);\n", 3, False),
    ("/* gup-audit: r: why */\n#ifdef A\nf(1);\n", 3, False)])
def test_which_statement_a_comment_is_about(tmp_path, text, line, hit):
    (tmp_path / "a.c").write_text(text)
    column = text.split("\n")[line - 1].index("f(") + 1
    assert bool(comments.Source(tmp_path / "a.c").at(line, column, "r")) == hit


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="gup-audit: r/*\n\"'\\#;{}()x?\x1b\u202e", max_size=80), st.integers(1, 9),
       st.integers(1, 20))
def test_comments_in_any_text(tmp_path_factory, text, line, column):
    path = tmp_path_factory.getbasetemp() / "any.c"
    path.write_text("/* gup-audit: r: why */" + text, newline="")
    comments.Source(path).at(line, column, "r")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="version: 1\n-suprein&*[]{}?\"'", max_size=90)))
def test_any_file_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp()
    try:
        loaded(Path(path), text)
    except UserError as err:
        assert "\n" not in str(err)


def test_hostile_reasons_stay_text(tmp_path):
    entries = loaded(tmp_path, ENTRY.replace("pages of a guest, until it goes",
                                             '"=1+1 \\e[31m \\u202e </script>"'))
    one = result(file="drivers/foo/remote.c", function="naked")
    one["properties"] = {"callee": "pin_user_pages_remote", "role": "acquire", "holds": "pin",
                         "generic": False, "arguments": [], "engines": {"coccinelle": "seen"}}
    log = log_of(one)
    suppress.apply(log, entries, tmp_path)
    text = outputs.to_csv(log) + outputs.to_text(log)
    assert "\x1b" not in text and "\u202e" not in text and ",'=1+1" in text
