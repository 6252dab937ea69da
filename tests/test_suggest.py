# SPDX-License-Identifier: GPL-2.0-only
"""The fixes in the log: what patch mode does, as SARIF says it, put to the test by doing it."""

import difflib
import json

import pytest
from common import kernel_files, run_audit, write_tree
from hypothesis import given, settings
from hypothesis import strategies as st

from report import page_diff, spatch, suggest

FAR_C = """\
int far(unsigned long addr, struct page **pages)
{
	unsigned int flags = FOLL_WRITE;
	int i;

	/* one */
	/* two */
	/* three */
	/* four */
	for (i = 0; i < 10; i++)
		prepare(i);

	return get_user_pages(addr, 1, flags, pages);
}

long naked(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	long ret;

	ret = pin_user_pages_remote(mm, addr, 1, FOLL_LONGTERM, pages, NULL);
	return ret;
}

long also(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	unsigned int flags = FOLL_WRITE;

	flags |= FOLL_LONGTERM;
	return pin_user_pages_remote(mm, addr, 1, flags, pages, NULL);
}
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("suggest")
    root = write_tree(tmp / "linux", kernel_files(**{"drivers/foo/far.c": FAR_C}))
    run = run_audit(root, tmp / "out")
    assert run.returncode == 0, run.stderr
    return root, json.loads((tmp / "out/audit.sarif").read_text())["runs"][0]["results"]


def done(text, result):
    """@text with the replacements of the first fix of @result."""
    lines = text.split("\n")
    for one in sorted(result["fixes"][0]["artifactChanges"][0]["replacements"],
                      key=lambda r: -r["deletedRegion"]["startLine"]):
        region = one["deletedRegion"]
        first, last = region["startLine"] - 1, region["endLine"] - 1
        new = lines[first][:region["startColumn"] - 1] + one["insertedContent"]["text"] \
            + lines[last][region["endColumn"] - 1:]
        lines[first:last + 1] = new.split("\n")
    return "\n".join(lines)


def test_each_finding_of_a_semantic_patch_has_its_fix(audited, tmp_path):
    """Done to the file, it makes just this finding go away."""
    root, results = audited
    found = [r for r in results if r.get("kind", "fail") == "fail"]
    assert len(found) == 4 and all("fixes" in r for r in found)
    for i, result in enumerate(found):
        file = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        text = (root / file).read_text()
        fixed = write_tree(tmp_path / str(i), {"a.c": done(text, result)})
        names = {"foll-get-missing": "foll_get_missing", "longterm-remote": "longterm_remote"}
        cocci = spatch.rule_path(names[result["ruleId"]])
        before = len(spatch.run(cocci, [file], root)["findings"])
        assert len(spatch.run(cocci, ["a.c"], fixed)["findings"]) == before - 1


def test_the_page_can_show_them(audited):
    """Also where the edit is made far above the call."""
    diffs = ["\n".join(page_diff.of(r)) for r in audited[1] if "fixes" in r]
    assert len(diffs) == 4 and all(diffs)
    assert any("+\tunsigned int flags = FOLL_GET | FOLL_WRITE;" in d for d in diffs)
    assert any("\n-\tflags |= FOLL_LONGTERM;" in d for d in diffs)


def test_a_call_that_passes_has_none(audited):
    assert not [r for r in audited[1] if r.get("kind", "fail") != "fail" and "fixes" in r]


LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES)
def test_hunks_rebuild_the_file(old, new):
    diff = "\n".join(difflib.unified_diff(old, new, lineterm=""))
    made = list(old)
    for first, count, lines in reversed(suggest.hunks(diff)):
        made[first - 1:first - 1 + count] = lines
    assert made == new
