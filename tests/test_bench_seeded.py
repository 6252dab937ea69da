# SPDX-License-Identifier: GPL-2.0-only
"""The seeded benchmark: each operator makes the edit that it claims, and the score adds up."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from bench.seeded import commands, edit, ops, plan, score
from bench.seeded.__main__ import order
from bench.seeded.held import Held
from bench.seeded.ops.common import File
from bench.seeded.unit import Unit
from common import GUP_C, ROOT, write_tree
from report.errors import UserError

ARGS = ("-std=gnu11", "-Wall", "-Werror", "-Wno-unused", "-Wno-uninitialized",
        f"-I{ROOT}/testcases/include")
DRIVER = """\
#include <gup.h>
struct ctx { struct page **pages; long nr; };
int map(struct page **pages, long nr);

static int fill(struct ctx *c, unsigned long start, int nr, bool write)
{
	struct page **pages;
	int err, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (ret < nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		err = -EFAULT;
		goto free;
	}
	if (map(pages, nr)) {
		err = -EIO;
		goto unpin;
	}
	c->pages = pages;
	c->nr = nr;
	return 0;
unpin:
	unpin_user_pages(pages, nr);
free:
	kvfree(pages);
	return err;
}

static void drain(struct ctx *c)
{
	unpin_user_pages_dirty_lock(c->pages, c->nr, true);
	kvfree(c->pages);
}

static int peek(struct mm_struct *mm, unsigned long start, bool write)
{
	struct page *seen[16];
	long got, i;

	got = get_user_pages_remote(mm, start, 16, write ? FOLL_WRITE : 0, seen, NULL, NULL);
	if (unlikely(got <= 0))
		return -EFAULT;
	for (i = 0; i < got; i++)
		put_page(seen[i]);
	return 0;
}

static int one(unsigned long start)
{
	struct page *page, *other = alloc_page(GFP_KERNEL);
	int ret = get_user_pages_fast(start, 1, FOLL_GET | FOLL_WRITE, &page);

	if (ret == 1) {
		set_page_dirty_lock(page);
		put_page(page);
	}
	put_page(other);
	return ret == 1 ? 0 : -EFAULT;
}
"""


@pytest.fixture
def driver(tmp_path):
    return open_file(tmp_path, DRIVER)


def open_file(tmp_path, text, refusing=(("pin_user_pages_fast", "FOLL_GET"),
                                        ("get_user_pages_fast", "FOLL_PIN"))):
    source = tmp_path / "driver.c"
    source.write_text(text)
    here = os.getcwd()
    try:
        unit = Unit(commands.Command(str(source), str(tmp_path), ARGS), plan.api_rows())
    finally:
        os.chdir(here)
    return File(unit, Held(unit), frozenset(refusing))


def edits(file, name):
    return [e for e in ops.BY_NAME[name].edits(file) if isinstance(e, edit.Edit)]


def drops(file, name):
    return [e.reason for e in ops.BY_NAME[name].edits(file) if isinstance(e, edit.Drop)]


def texts(file, name):
    return [edit.apply(file.unit.text, e.changes) for e in edits(file, name)]


def squeeze(text):
    return " ".join(text.split())


# operator -> what one of its edits has that the clean file has not
MADE = {
    "delete-release": "void drain(struct ctx *c) { kvfree(c->pages);",
    "delete-release-on-error": "unpin: ; free:",
    "skip-release-on-error": "err = -EIO; goto free;",
    "swap-release-kind": "unpin: release_pages(pages, nr);",
    "release-asked-not-got": "if (ret > 0) unpin_user_pages(pages, nr);",
    "duplicate-release": "unpin: unpin_user_pages(pages, nr); unpin_user_pages(pages, nr);",
    "release-before-ladder": "err = -EIO; unpin_user_pages(pages, nr); goto unpin;",
    "swap-acquire-kind": "ret = get_user_pages_fast(start, nr,",
    "drop-longterm": "pin_user_pages_fast(start, nr, FOLL_WRITE, pages)",
    "longterm-on-remote": "16, (write ? FOLL_WRITE : 0) | FOLL_LONGTERM, seen",
    "longterm-on-get": "FOLL_GET | FOLL_WRITE | FOLL_LONGTERM, &page",
    "conflicting-flag": "FOLL_WRITE | FOLL_LONGTERM | FOLL_GET, pages)",
    "null-pages": "FOLL_WRITE | FOLL_LONGTERM, NULL)",
    "weaken-short-check": "if (ret < 0) {",
    "unsigned-count": "unsigned int ret; int err;",
    "drop-dirty": "unpin_user_pages_dirty_lock(c->pages, c->nr, false);",
    "extract-helper": "static void seeded_extract_helper(struct page **a0, unsigned long a1) "
                      "{ unpin_user_pages(a0, a1); }",
    "wrap-acquire": "ret = seeded_wrap_helper(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);",
    "loop-to-bulk": "if (got > 0) release_pages(seen, got);",
    "bulk-to-loop": "seeded_i++) unpin_user_page((pages)[seeded_i]); }",
    "split-flags": "if (write) seeded_flags = FOLL_WRITE; else seeded_flags = 0; got =",
    "rename": "if (seeded_v < nr) { if (seeded_v > 0) unpin_user_pages(pages, seeded_v);",
    "local-struct": "struct { struct page **pages; } seeded_s;",
    "goto-to-return": "err = -EFAULT; { kvfree(pages); return err; }",
    "return-to-goto": "goto seeded_out;",
}


def test_each_operator_has_its_edit_here():
    assert set(MADE) == {operator.name for operator in ops.ALL}


@pytest.mark.parametrize("name", sorted(MADE))
def test_makes_the_edit(driver, name):
    assert squeeze(MADE[name]) not in squeeze(DRIVER)
    assert any(squeeze(MADE[name]) in squeeze(text) for text in texts(driver, name))


@pytest.mark.parametrize("name", sorted(MADE))
def test_edits_compile(driver, name, tmp_path):
    for number, text in enumerate(texts(driver, name)):
        path = tmp_path / f"{number}.c"
        path.write_text(text)
        run = subprocess.run(["clang", "-fsyntax-only", *ARGS, str(path)], capture_output=True,
                             text=True, check=False)
        assert run.returncode == 0, run.stderr


def test_classes_are_rules_that_exist():
    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")}
    for operator in ops.ALL:
        assert set(operator.expects) <= pages, operator.name


def test_a_put_of_other_pages_is_left_alone(driver):
    assert not any("put_page(other);" not in text for text in texts(driver, "delete-release"))


def test_error_paths_are_told_from_others(driver):
    functions = Counter(e.function for e in edits(driver, "delete-release-on-error"))
    assert functions == {"fill": 2}
    assert "fill" not in {e.function for e in edits(driver, "delete-release")}


def test_what_is_no_bug_is_dropped(tmp_path):
    file = open_file(tmp_path, """\
#include <gup.h>
static int one(unsigned long start)
{
	struct page *pages[4], *p;
	int ret = pin_user_pages_fast(start, 1, 0, &p);

	if (ret != 1)
		return -EFAULT;
	unpin_user_page(p);
	unpin_user_page(p);
	ret = pin_user_pages_fast(start, 4, 0, pages);
	if (ret != 4) {
		unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	unpin_user_pages(pages, ret);
	return 0;
}
""", refusing=())
    assert "the next statement releases the same" in drops(file, "delete-release")
    assert "one page: there is no short result" in drops(file, "weaken-short-check")
    assert "all that was asked for was got, there" in drops(file, "release-asked-not-got")
    assert "no comparison of the result depends on its sign" in drops(file, "unsigned-count")
    assert "the tree's mm/gup.c does not refuse it there" in drops(file, "conflicting-flag")


def test_a_check_of_another_result(tmp_path):
    """The variable is used again: what is compared then is not the number of pages."""
    file = open_file(tmp_path, """\
#include <gup.h>
int send(struct page **pages);
static int one(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret != nr) {
		nr = ret;
		goto out;
	}
	ret = send(pages);
	if (ret < 0)
		goto out;
	return 0;
out:
	unpin_user_pages(pages, nr);
	return ret;
}
""")
    assert drops(file, "unsigned-count") == ["no comparison of the result depends on its sign"]
    assert len(edits(file, "weaken-short-check")) == 1


def test_a_test_beside_the_check(tmp_path):
    file = open_file(tmp_path, DRIVER.replace("if (ret < nr) {", "if (ret < nr || !ret) {"))
    assert "the test beside it may catch a short result too" in drops(file, "weaken-short-check")


def test_a_clean_up_that_depends(tmp_path):
    file = open_file(tmp_path, DRIVER.replace("\tunpin_user_pages(pages, nr);\nfree:",
                                              "\tif (!c->pages)\n\t\tunpin_user_pages(pages, nr);\nfree:"))
    for name in ("skip-release-on-error", "release-before-ladder"):
        assert not edits(file, name)
        assert drops(file, name) == ["whether the clean-up releases depends on something else"]


def test_a_retry_is_no_clean_up(tmp_path):
    """A jump back behind the release is neither an error path nor a leak."""
    file = open_file(tmp_path, """\
#include <gup.h>
int busy(struct page *page);
static int one(unsigned long start)
{
	struct page *page;
	int ret;
again:
	ret = pin_user_pages_fast(start, 1, 0, &page);
	if (ret != 1)
		goto out;
	if (busy(page)) {
		unpin_user_page(page);
		goto again;
	}
	unpin_user_page(page);
out:
	return ret;
}
""")
    assert not edits(file, "skip-release-on-error") and not edits(file, "release-before-ladder")


def test_pins_of_another_file(tmp_path):
    file = open_file(tmp_path, """\
#include <gup.h>
int fill(struct page **pages, unsigned long start)
{
	return pin_user_pages_fast(start, 4, 0, pages);
}
void drain(struct page **p)
{
	unpin_user_pages(p, 4);
}
""")
    assert not edits(file, "delete-release")


def test_plan_knows_where_things_are(driver):
    result = plan.plan(driver.unit, driver, "driver.c")
    assert len({row["id"] for row in result["edits"]}) == len(result["edits"])
    lines = DRIVER.split("\n")
    for row in result["edits"]:
        edited = edit.apply(DRIVER, row["changes"]).split("\n")
        for before, after in row["sites"]:
            assert "user_pages" in lines[before - 1]
            assert "user_pages" in edited[after - 1], row["id"]
        for name, first, last in row["functions"]:
            assert edited[last - 1] == "}", (row["id"], name)
            assert name in edited[first - 1] or "seeded_" in edited[first - 1] or "(" in edited[first - 1]


def test_what_the_tree_refuses(tmp_path):
    write_tree(tmp_path, {"mm/gup.c": """\
long get_user_pages(unsigned int gup_flags)
{
	if (!is_valid_gup_flags(gup_flags))
		return -EINVAL;
}
long get_user_pages_unlocked(unsigned int gup_flags)
{
	if (WARN_ON_ONCE(gup_flags & FOLL_LONGTERM))
		return -EINVAL;
	flags |= FOLL_PIN;
}
long pin_user_pages(unsigned int gup_flags)
{
	if (WARN_ON_ONCE(gup_flags & FOLL_GET))
		return -EINVAL;
}
"""})
    assert plan.refusing(tmp_path) == {("get_user_pages", "FOLL_GET"), ("get_user_pages", "FOLL_PIN"),
                                       ("get_user_pages_unlocked", "FOLL_LONGTERM"),
                                       ("pin_user_pages", "FOLL_GET")}


def test_same_text_is_not_taken_twice(driver):
    result = plan.plan(driver.unit, driver, "driver.c")
    made = [" ".join(edit.tokens(edit.apply(DRIVER, row["changes"]))) for row in result["edits"]]
    assert len(set(made)) == len(made)


def test_calls_in_macro_arguments_have_their_place(tmp_path):
    file = open_file(tmp_path, DRIVER.replace("if (ret < nr) {", "if (unlikely(ret < nr)) {"))
    assert "if (unlikely(ret < 0)) {" in texts(file, "weaken-short-check")[0]


def test_a_file_that_does_not_compile(tmp_path):
    with pytest.raises(UserError, match="does not compile as it is"):
        open_file(tmp_path, "int f(void) { return x; }\n")


def test_choice_is_dealt_and_stays():
    plans = {f"u{n}": {"file": f"{n}.c", "edits": [
        {"id": f"{op}-{n}-{i}", "op": op} for op in ("rename", "null-pages") for i in range(4)]}
        for n in range(3)}
    first = list(order(plans).values())
    assert [e["id"] for e in first] == [e["id"] for e in order(json.loads(json.dumps(plans))).values()]
    assert len(first) == 24
    assert Counter(e["op"] for e in first[:6]) == {"rename": 3, "null-pages": 3}
    assert {e["file"] for e in first[:6] if e["op"] == "rename"} == {"0.c", "1.c", "2.c"}


def test_shift():
    changes = [(2, 4, "xyz"), (6, 6, "new")]
    assert edit.apply("0123456789", changes) == "01xyz45new6789"
    assert [edit.shift(p, changes) for p in (0, 2, 3, 4, 6, 9)] == [0, 2, 2, 5, 10, 13]


def test_kbuild_commands(tmp_path):
    tree, build = tmp_path / "linux", tmp_path / "build"
    write_tree(tree, {"mm/a.c": "pin_user_pages();", "mm/b.c": "nothing();"})
    line = "clang -Wp,-MMD,mm/.a.o.d -D__KERNEL__ -DNAME='\"a\"' -c -o mm/a.o"
    write_tree(build, {"mm/.a.o.cmd": f"savedcmd_mm/a.o := {line} {tree}/mm/a.c ; ./objtool mm/a.o\n",
                       "mm/.b.o.cmd": f"cmd_mm/b.o := {line} {tree}/mm/b.c\n",
                       "mm/.c.o.cmd": "cmd_mm/c.o := gcc -c -o mm/c.o mm/c.c\n"})
    found = commands.load(build, tree, ["pin_user_pages"])
    assert list(found) == ["mm/a.c"]
    assert found["mm/a.c"].args == ("-D__KERNEL__", '-DNAME="a"')
    assert found["mm/a.c"].directory == str(build)


def test_no_commands(tmp_path):
    with pytest.raises(UserError, match="no clang compile commands"):
        commands.load(tmp_path, tmp_path, ["pin_user_pages"])
    with pytest.raises(UserError, match="is no directory"):
        commands.load(tmp_path / "gone", tmp_path, ["pin_user_pages"])


@pytest.mark.parametrize("hits, total, low, high", [
    (0, 0, 0, 1), (0, 100, 0, 0.037), (95, 100, 0.888, 0.978), (10, 10, 0.722, 1)])
def test_wilson(hits, total, low, high):
    assert score.wilson(hits, total) == pytest.approx((low, high), abs=0.001)


def result(findings=(), sites=(), ended="ok", problem=None):
    return {"findings": list(findings), "sites": list(sites), "ended": ended, "problem": problem}


PLACES = [["f", 1, 20], ["g", 21, 40]]
SITE = [5, "f", "pin_user_pages"]
BUG = {"expects": ["pin-leak"], "functions": PLACES, "related": ["f"], "sites": [[5, 6]]}


@pytest.mark.parametrize("edited, outcome", [
    (result([["pin-leak", 6, "m"]], [[6, *SITE[1:], "fail", ""]]), "found"),
    (result([["pin-leak", 30, "m"]], [[6, *SITE[1:], "pass", "p"]]), "missed"),       # in g()
    (result([["ret-unchecked", 6, "m"]], [[6, *SITE[1:], "fail", ""]]), "missed"),    # another rule
    (result([], [[6, *SITE[1:], "open", "budget"]]), "open"),
    (result([], [[6, *SITE[1:], "pass", "p"]]), "missed"),
    (result(ended="failed", problem="no answer"), "failed")])
def test_judge_a_bug(edited, outcome):
    clean = result([["ret-unchecked", 30, "m"]], [[*SITE, "pass", "p"]])
    assert score.judge({**BUG, "result": edited}, clean, PLACES)["outcome"] == outcome


def test_judge_a_finding_that_was_there():
    clean = result([["pin-leak", 5, "m"]], [[*SITE, "fail", ""]])
    edited = result([["pin-leak", 6, "m"]], [[6, *SITE[1:], "fail", ""]])
    assert score.judge({**BUG, "result": edited}, clean, PLACES)["outcome"] == "masked"
    worse = result([["pin-leak", 6, "m, and more"]], edited["sites"])
    assert score.judge({**BUG, "result": worse}, clean, PLACES)["outcome"] == "found"
    assert score.judge({**BUG, "expects": [], "result": worse}, clean, PLACES)["outcome"] == "silent"


@pytest.mark.parametrize("edited, outcome", [
    (result([], [[6, *SITE[1:], "pass", "p"]]), "silent"),
    (result([["dirty-missing", 30, "m"]], [[6, *SITE[1:], "pass", "p"]]), "false alarm"),
    (result([], [[6, *SITE[1:], "open", "budget"]]), "open")])
def test_judge_a_rewrite(edited, outcome):
    clean = result([], [[*SITE, "pass", "p"]])
    row = {**BUG, "expects": [], "result": edited}
    assert score.judge(row, clean, PLACES)["outcome"] == outcome


def test_summary_adds_up():
    rows = [({"op": "delete-release"}, {"outcome": o}) for o in ("found", "found", "open", "missed")]
    rows += [({"op": "rename"}, {"outcome": o}) for o in ("silent", "false alarm")]
    made = score.summary(rows, {})
    by_name = {row["operator"]: row for row in made["operators"]}
    assert by_name["delete-release"]["share"] == 0.5
    assert by_name["rename"]["false_alarms"] == 1
    assert made["undecided"]["open"] == 1 and made["undecided"]["total"] == 6
    assert "| delete-release | error | 4 | 2 | 1 | 1 |" in score.table(made)


def test_whole_run(tmp_path):
    """Two files, a handful of edits, with the plugin; a second run has nothing left to do."""
    plugin = ROOT / "clang-plugin" / "build" / "19" / "gupcheck.so"
    tree, build, out = tmp_path / "linux", tmp_path / "build", tmp_path / "out"
    write_tree(tree, {"Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n", "mm/gup.c": GUP_C,
                      "drivers/a.c": DRIVER, "drivers/b.c": DRIVER.replace("fill", "load")})
    rows = [{"directory": str(build), "file": str(tree / "drivers" / name), "arguments":
             ["clang-19", *ARGS, "-c", "-o", "x.o", str(tree / "drivers" / name)]}
            for name in ("a.c", "b.c")]
    write_tree(build, {"compile_commands.json": json.dumps(rows)})
    words = [sys.executable, "-m", "bench.seeded", "--kdir", str(tree), "--build", str(build),
             "--number", "14", "--out", str(out), "--jobs", "2", "--plugin", str(plugin)]
    first = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    made = json.loads((out / "results.json").read_text())
    assert made["run"] == made["chosen"] == 14
    outcomes = Counter(row["outcome"] for row in made["edits"])
    assert outcomes["found"] >= 1 and not outcomes["failed"]
    assert "done" not in first.stdout and "[1/2] plan/" in first.stdout
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0 and "[1/" not in again.stdout
    assert json.loads((out / "results.json").read_text()) == made
    # one class of them, which the smaller choice knows already; one that there is not
    few = subprocess.run([*words, "--classes", "null-pages", "rewrite"], cwd=ROOT, capture_output=True, text=True,
                         check=False)
    assert few.returncode == 0, few.stderr
    assert {score.class_of(row["expects"]) for row in json.loads((out / "results.json").read_text())["edits"]} == \
        {"null-pages", "rewrite"}
    none = subprocess.run([*words, "--classes", "no-such"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert none.returncode == 1
    assert none.stderr.startswith("gupcheck: no edit of this tree is of CLASSES=no-such; there are: ")


FIELD = """\
#include <gup.h>
struct region { struct page **pages; int nr; };
int fill(struct region *r, unsigned long start)
{
	int got = pin_user_pages_fast(start, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);

	if (got == r->nr)
		return 0;
	if (got > 0)
		unpin_user_pages(r->pages, got);
	return -EFAULT;
}
void drain(struct region *r)
{
	unpin_user_pages_dirty_lock(r->pages, r->nr, true);
}
"""


@pytest.mark.parametrize("across, outcome", [(True, "found"), (False, "missed")])
def test_a_release_that_nobody_has_shows_in_the_link(tmp_path, across, outcome):
    """That no file of the program releases is not for one file to say."""
    plugin = ROOT / "clang-plugin" / "build" / "19" / "gupcheck.so"
    tree, build, facts = tmp_path / "linux", tmp_path / "build", tmp_path / "facts"
    write_tree(tree, {"Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n", "mm/gup.c": GUP_C,
                      "drivers/a.c": FIELD, "drivers/b.c": DRIVER})
    write_tree(build, {"compile_commands.json": json.dumps([
        {"directory": str(build), "file": str(tree / "drivers/a.c"),
         "arguments": ["clang-19", *ARGS, "-c", "-o", "x.o", str(tree / "drivers/a.c")]}])})
    for name in ("a", "b"):
        source = str(tree / f"drivers/{name}.c")
        write_tree(facts, {f"{name}-1.unit": json.dumps({"file": source})})
        subprocess.run(["clang-19", *ARGS, "-fsyntax-only", f"-fplugin={plugin}", "-fplugin-arg-gupcheck-quiet",
                        f"-fplugin-arg-gupcheck-facts={facts}/{name}-1.facts", source], check=True)
    words = [sys.executable, "-m", "bench.seeded", "--kdir", str(tree), "--build", str(build), "--jobs", "2",
             "--number", "40", "--out", str(tmp_path / "out"), *(["--facts", str(facts)] if across else [])]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [row["outcome"] for row in made["edits"]
            if row["op"] == "delete-release" and row["function"] == "drain"] == [outcome]


def test_bad_arguments(tmp_path):
    run = subprocess.run([sys.executable, "-m", "bench.seeded"], cwd=ROOT, capture_output=True,
                         text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert run.returncode == 1
    assert run.stderr == ("gupcheck: give KDIR=the kernel tree and BUILD=its clang build's output directory, or one "
                          "with its compile_commands.json; both are only read\n")
    assert not list(tmp_path.iterdir())


VISIT = """\
#include <gup.h>
int knock(unsigned long start);
int show(struct page **pages, int nr);
static int visit(unsigned long start, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got = 0;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got > 0) {
		knock(start);
		unpin_user_pages_dirty_lock(pages, got, true);
	}
	kvfree(pages);
	return 0;
}
"""


def test_pins_that_nobody_is_given(tmp_path):
    """Whoever writes does so by the address, and when the array is freed the pins are gone."""
    file = open_file(tmp_path, VISIT)
    assert not edits(file, "drop-dirty") and not edits(file, "drop-longterm")
    assert "nobody is given the pages" in drops(file, "drop-dirty")[0]
    assert "the pins do not last" in drops(file, "drop-longterm")[0]
    file = open_file(tmp_path, VISIT.replace("knock(start)", "show(pages, got)"))
    assert len(edits(file, "drop-dirty")) == 1 and len(edits(file, "drop-longterm")) == 1


def test_a_number_that_is_no_matter_of_pages(tmp_path):
    """Accounting, and an error that goes to the caller whatever the variable's sign."""
    file = open_file(tmp_path, """\
#include <gup.h>
struct ctx { struct page *page; };
void account(long nr);
int send(struct page **pages, int nr);
static int short_of(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret != nr)
		return -EFAULT;
	account(nr);
	return send(pages, ret);
}
static int full(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret != nr)
		return -EFAULT;
	return send(pages, nr);
}
static int told(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret < 0)
		return ret;
	account(ret);
	return ret;
}
static int undone(unsigned long start, unsigned int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret >= 0 && ret < nr) {
		unpin_user_pages(pages, ret);
		ret = -EFAULT;
	}
	return ret;
}
static long widened(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret < 0)
		return ret;
	return ret;
}
static int used(unsigned long start, struct ctx *c)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, 0, &page);

	if (ret < 0)
		return ret;
	c->page = page;
	return 0;
}
static int sent(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret < 0)
		return ret;
	return send(pages, ret);
}
""")
    assert [e.function for e in edits(file, "weaken-short-check")] == ["full"]
    assert set(drops(file, "weaken-short-check")) == {"nothing behind the check uses more than the result"}
    assert sorted({e.function for e in edits(file, "unsigned-count")}) == ["sent", "used", "widened"]
    assert "it is only tested and returned: a caller meets the same -errno" in drops(file, "unsigned-count")
