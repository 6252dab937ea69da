# SPDX-License-Identifier: GPL-2.0-only
"""What the checker says, joined with the inventory: by real runs of both over a few files."""

import pytest
from common import ROOT, write_tree

from report import api, checker, clang, compdb, join, kbuild, sites
from report.tree import Tree

FUNCTIONS = api.load_api()
SOURCE = """\
#include <gup.h>

int leaks(unsigned long start, struct page **pages)
{
	int ret = pin_user_pages_fast(start, 2, FOLL_WRITE, pages);

	if (ret != 2)
		return -EFAULT;
	unpin_user_pages(pages, 2);
	return 0;
}

int balanced(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

#ifdef NOT_SET
int hidden(unsigned long start, struct page **pages)
{
	return get_user_pages(start, 1, FOLL_GET, pages);
}
#endif

int no_get(unsigned long start)
{
	struct page *page;

	if (get_user_pages(start, 1, FOLL_WRITE, &page, NULL) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(sites as the inventory has them, what the checker said of a.c)"""
    root = write_tree(tmp_path_factory.mktemp("join"), {
        "a.c": "#define KERNEL 601\n" + SOURCE, "b.c": "int f(void)\n{\n\treturn get_user_pages(1, 1, 1, p);\n}\n"})
    tree = Tree(root, root, "", "6.1")
    sites.write_inventory(tree, FUNCTIONS, root / "list", root / "names")
    the_clang = clang.find()
    unit = compdb.Unit(str(root / "a.c"), str(root), (f"-I{ROOT}/testcases/include", "a.c"))
    (root / "cache").mkdir()
    done = checker.check(root / "cache", [unit], the_clang, root, 1, "", lambda _: None)
    findings, calls, failed = checker.combine(done)
    assert not failed
    return tree, lambda: join.Checked("x86 test", "", findings, calls, {"a.c"}, {})


def judged(run, checked=None, verdict="pass"):
    tree, make = run
    listed = sites.read_inventory(tree.root / "list", FUNCTIONS, tree)[0]
    for site in listed:
        site.verdict, site.reason = verdict, "as the semantic patches have it"
    notes = join.join(listed, checked or make(), FUNCTIONS)
    return {(s.function, s.callee): s for s in listed}, notes


def test_verdicts(run):
    by, notes = judged(run)
    assert notes == []
    leak = by["leaks", "pin_user_pages_fast"]
    assert (leak.verdict, leak.checker) == ("fail", "seen")
    assert [f["rule"] for f in leak.findings] == ["partial-pin-leak"]
    assert leak.said["coccinelle"][0] == "pass" and leak.said["checker"][0] == "fail"
    good = by["balanced", "pin_user_pages_fast"]
    assert (good.verdict, good.checker) == ("pass", "seen") and good.reason == good.said["checker"][1]
    hidden = by["hidden", "get_user_pages"]
    assert (hidden.verdict, hidden.checker) == ("pass", "compiled")
    assert "no code that x86 test compiles" in hidden.said["checker"][1]
    release = by["leaks", "unpin_user_pages"]
    assert (release.verdict, release.checker) == ("pass", "compiled") and "checker" not in release.said
    assert (by["f", "get_user_pages"].checker, by["f", "get_user_pages"].verdict) == ("not compiled", "pass")


def test_a_pass_of_the_checker_decides_what_was_open(run):
    by, _ = judged(run, verdict="open")
    assert by["balanced", "pin_user_pages_fast"].verdict == "pass"
    assert by["leaks", "unpin_user_pages"].verdict == "open"


def test_one_finding_of_both_engines(run):
    tree, make = run
    listed = sites.read_inventory(tree.root / "list", FUNCTIONS, tree)[0]
    site, = [s for s in listed if s.function == "no_get" and s.callee == "get_user_pages"]
    site.findings.append({"rule": "foll-get-missing", "file": "a.c", "line": site.line, "col": site.col,
                          "text": "as the patch words it", "level": "warning"})
    site.verdict, site.reason = "fail", "as the patch words it"
    join.join(listed, make(), FUNCTIONS)
    finding, = site.findings
    assert finding["text"] == "as the patch words it" and finding["result"]["ruleId"] == "foll-get-missing"
    assert {said[0] for said in site.said.values()} == {"fail"}


def test_states_without_results(run):
    by, _ = judged(run, join.Checked(not_run="no clang"))
    assert {s.checker for s in by.values()} == {"not run"}
    assert by["leaks", "pin_user_pages_fast"].said["checker"] == ("open", "not run: no clang")
    by, _ = judged(run, join.Checked("x86 test", failed={"a.c": "fatal error: none"}))
    assert by["leaks", "pin_user_pages_fast"].said["checker"] == \
        ("open", "clang cannot compile this file: fatal error: none")


def test_a_finding_at_a_call_that_text_does_not_show(run):
    tree, make = run
    listed = [s for s in sites.read_inventory(tree.root / "list", FUNCTIONS, tree)[0] if s.function != "leaks"]
    assert join.join(listed, make(), FUNCTIONS) == []
    site, = [s for s in listed if not s.listed]
    assert (site.function, site.callee, site.verdict) == ("leaks", "pin_user_pages_fast", "fail")


def test_commands_that_kbuild_prints():
    text = ("make[1]: Entering directory\n"
            "set -e;  echo '  CC      a/b.o';  /usr/bin/clang-19 -Wp,-MMD,a/.b.o.d -DX='\"y;z\"' -c -o a/b.o "
            "/src/a/b.c ; ./tools/objtool a/b.o; scripts/basic/fixdep a/.b.o.d '/usr/bin/clang-19 -c'\n"
            "  gcc -c -o scripts/x.o scripts/x.c\n"
            "clang-190 -c -o q.o q.c\n")
    entry, = kbuild.parse_commands(text, "/usr/bin/clang-19", "/build")
    assert entry["file"] == "/src/a/b.c" and entry["directory"] == "/build"
    assert '-DX="y;z"' in entry["arguments"] and entry["arguments"][-1] == "/src/a/b.c"



def test_the_case_of_each_call_that_acquires(run):
    """What the checker saw of the pages; of a call that it did not see, why not."""
    by, _ = judged(run)
    assert by["balanced", "pin_user_pages_fast"].case[0] == "4"
    assert by["no_get", "get_user_pages"].case[0] == "4"        # a finding has it, too
    number, why = by["hidden", "get_user_pages"].case
    assert number == "unknown" and "no code that x86 test compiles has this call" in why
    assert by["balanced", "unpin_user_page"].case == ()
