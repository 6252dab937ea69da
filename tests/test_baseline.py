# SPDX-License-Identifier: GPL-2.0-only
"""Baselines: what keeps its identity, what is new, and what a CI run is told."""

import json
from collections import Counter

import pytest
from common import DRIVER_C, kernel_files, run_audit, write_tree
from hypothesis import given, settings
from hypothesis import strategies as st

from report import api, baseline, sites, summary
from report.errors import UserError

TWICE_C = """\
int twice(unsigned long addr, struct page **pages)
{
	int one = get_user_pages(addr, 1, FOLL_WRITE, pages);
	int two = get_user_pages(addr, 1, FOLL_WRITE, pages);

	return one + two;
}
"""


def audit(tmp_path, name, files, *args):
    root = write_tree(tmp_path / name, kernel_files(**files))
    run = run_audit(root, tmp_path / f"{name}-out", *args)
    path = tmp_path / f"{name}-out" / "audit.sarif"
    return run, json.loads(path.read_text()) if path.exists() else None, path


def states(log):
    return Counter(r["baselineState"] for r in log["runs"][0]["results"])


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("first")
    return audit(tmp, "old", {"drivers/foo/twice.c": TWICE_C})


def test_the_same_tree_is_unchanged(first, tmp_path):
    run, log, _ = audit(tmp_path, "new", {"drivers/foo/twice.c": TWICE_C}, "--baseline", str(first[2]),
                        "--fail-on", "new")
    assert run.returncode == 0 and set(states(log)) == {"unchanged"}
    assert "0 new, 0 updated, 3 unchanged, 0 absent" in run.stdout


def test_what_does_not_change_identity(first, tmp_path):
    """200 lines above, local variables renamed, the call on two lines, a comment in it."""
    moved = "/* line */\n" * 200 + TWICE_C.replace("addr", "address").replace("one", "first") \
        .replace("1, FOLL_WRITE", "1,\n\t\t\tFOLL_WRITE /* why */").replace("pages)", "list)")
    run, log, _ = audit(tmp_path, "new", {"drivers/foo/twice.c": moved}, "--baseline", str(first[2]))
    assert run.returncode == 0 and states(log)["new"] == states(log)["absent"] == 0
    prints = [r["partialFingerprints"] for r in log["runs"][0]["results"]]
    assert prints == [r["partialFingerprints"] for r in first[1]["runs"][0]["results"]]


def test_new_and_gone(first, tmp_path):
    """One of two like calls goes, a new finding comes; FAIL_ON says so."""
    one = TWICE_C.replace("\tint two = get_user_pages(addr, 1, FOLL_WRITE, pages);\n", "\tint two = 0;\n")
    new = TWICE_C.replace("twice", "fresh")
    run, log, _ = audit(tmp_path, "new", {"drivers/foo/twice.c": one, "drivers/foo/new.c": new},
                        "--baseline", str(first[2]), "--fail-on", "new-warning", "--json")
    assert run.returncode == 3 and "2 results meet FAIL_ON=new-warning" in run.stderr
    assert json.loads(run.stdout)["baseline"] == {"new": 2, "updated": 0, "unchanged": 2, "absent": 1}
    gone, = [r for r in log["runs"][0]["results"] if r["baselineState"] == "absent"]
    assert gone["ruleIndex"] == [r["id"] for r in api.load_rules()].index("foll-get-missing")


def test_a_fixed_call_is_no_new_call(first, tmp_path):
    fixed = TWICE_C.replace("FOLL_WRITE", "FOLL_GET | FOLL_WRITE")
    _run, log, _ = audit(tmp_path, "new", {"drivers/foo/twice.c": fixed}, "--baseline", str(first[2]))
    assert states(log)["new"] == 0 and states(log)["absent"] == 2
    _run, log, _ = audit(tmp_path, "same", {"drivers/foo/twice.c": TWICE_C,
                                            "drivers/foo/foo.c": DRIVER_C.replace("int ret", "int r")},
                         "--baseline", str(first[2]))
    assert states(log)["new"] == 0


def test_a_moved_file_and_a_renamed_function(first, tmp_path):
    _run, log, _ = audit(tmp_path, "moved", {"drivers/bar/foo.c": DRIVER_C, "drivers/foo/foo.c": "",
                                             "drivers/foo/twice.c": TWICE_C}, "--baseline", str(first[2]))
    found = [r["baselineState"] for r in log["runs"][0]["results"] if "bar" in json.dumps(r)]
    assert found == ["unchanged"] * 4
    _run, log, _ = audit(tmp_path, "name", {"drivers/foo/foo.c": DRIVER_C.replace("fill", "filled"),
                                            "drivers/foo/twice.c": TWICE_C}, "--baseline", str(first[2]))
    assert states(log)["new"] == 0


@pytest.mark.parametrize("text,why", [
    ("", "is not JSON"), ("{}", "is not the audit.sarif"), ("[]", "is not the audit.sarif"),
    ('{"runs": []}', "is not the audit.sarif"), ('{"runs": [{"results": [{}]}]}', "is not the"),
    ('{"runs": [{"results": []}]}', "is not the audit.sarif"), ("[" * 100000, "is not JSON")])
def test_a_baseline_that_is_none(kernel, tmp_path, text, why):
    (tmp_path / "old.sarif").write_text(text)
    run = run_audit(kernel, tmp_path / "out", "--baseline", str(tmp_path / "old.sarif"))
    assert run.returncode == 1 and why in run.stderr and run.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_fail_on_needs_what_it_speaks_of(kernel, tmp_path):
    for words, why in (("new", "give BASELINE="), ("errors", "'errors' is none of")):
        run = run_audit(kernel, tmp_path / "out", "--fail-on", words)
        assert run.returncode == 1 and why in run.stderr
    with pytest.raises(UserError, match="cannot read BASELINE=none"):
        baseline.load("none")


def test_fail_on():
    def failing(words, **result):
        result = {"ruleId": "r", **result}
        return len(summary.failing({"runs": [{"results": [result]}]}, summary.conditions(words)))
    assert failing("error", level="error") == failing("any", level="note") == 1
    assert failing("warning", level="error") == failing("open", kind="open", level="none") == 1
    assert failing("error", level="warning") == failing("open", level="error") == 0
    assert failing("error", level="error", suppressions=[{}]) == 0
    assert failing("error", level="error", baselineState="absent") == 0
    assert failing("new-error", level="error", baselineState="updated") == 0
    assert failing("new", level="note", baselineState="new") == 1


def test_shape():
    assert sites.shape("&page") == sites.shape("& p") == "& _"
    assert sites.shape("obj->pages[i]") == "_ -> pages [ _ ]"
    assert sites.shape("w ? FOLL_WRITE : 0") == "_ ? FOLL_WRITE : 0"
    assert sites.shape("nr(x) /* so many */") == "nr ( _ )"


def some(draws):
    out = []
    for rule, file, function, callee, mark in draws:
        kind = "pass" if rule == "call-site" else "fail"
        out.append({"ruleId": rule, "kind": kind, "message": {"text": mark},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": file}},
                                   "logicalLocations": [{"name": function}]}],
                    "partialFingerprints": {baseline.FINGERPRINT: f"{rule}{file}{function}{callee}",
                                            baseline.SITE_FINGERPRINT: f"{file}{function}{callee}"},
                    "properties": {"callee": callee}})
    return out


RESULTS = st.lists(st.tuples(st.sampled_from(["call-site", "r"]), st.sampled_from("ab"),
                             st.sampled_from("fg"), st.sampled_from("xy"), st.sampled_from("12")),
                   max_size=12)


@settings(max_examples=300, deadline=None)
@given(RESULTS, RESULTS)
def test_each_result_is_used_once(old, new):
    old, new = some(old), some(new)
    rows = baseline.compare(old, new)
    assert [id(r) for _, _, r in rows if r] == [id(r) for r in new]
    pairs, gone, come = baseline.pair(old, new)
    assert sorted(map(id, [a for a, _ in pairs] + gone)) == sorted(map(id, old))
    assert sorted(map(id, [b for _, b in pairs] + come)) == sorted(map(id, new))
    assert all(state == "unchanged" for state, _, _ in baseline.compare(new, some(
        [(r["ruleId"], *baseline.where(r), r["properties"]["callee"], r["message"]["text"])
         for r in new])))


@settings(max_examples=100, deadline=None)
@given(st.sets(st.tuples(st.sampled_from(["call-site", "r"]), st.sampled_from("ab"),
                         st.sampled_from("fg"), st.sampled_from("xy"), st.just("1"))), st.randoms())
def test_order_does_not_matter(found, rng):
    """Functions that change places in the tree are the same functions."""
    shuffled = sorted(found)
    rng.shuffle(shuffled)
    rows = baseline.compare(some(sorted(found)), some(shuffled))
    assert {state for state, _, _ in rows} <= {"unchanged"}
