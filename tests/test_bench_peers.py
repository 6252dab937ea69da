# SPDX-License-Identifier: GPL-2.0-only
"""bench.peers: the tools, what counts, the library for cppcheck, a whole run on a toy tree."""

import json
import os
import re
import subprocess
import sys

import pytest

from bench.peers import cppcheck, score, tools
from bench.seeded.plan import api_rows
from common import GUP_C, ROOT, write_tree

PLUGIN = ROOT / "clang-plugin" / "build" / "19" / "gupcheck.so"
STUBS = """\
struct page;
#define NULL ((void *)0)
#define FOLL_WRITE 1
#define EFAULT 14
int pin_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages);
void unpin_user_pages(struct page **pages, unsigned long nr);
"""
DRIVER = """\
#include "stubs.h"
int use(struct page **pages);
int fill(unsigned long start, unsigned int nr);
int fill(unsigned long start, unsigned int nr)
{
	struct page *pages[16];
	int ret, err;

	if (nr > 16)
		return -EFAULT;
	ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (ret < 0)
		return ret;
	if (ret != (int)nr) {
		unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	err = use(pages);
	if (err)
		goto out;
	err = 0;
out:
	unpin_user_pages(pages, nr);
	return err;
}
"""


@pytest.fixture
def job(tmp_path):
    """What a tool is started with: a text in a directory of its own, standing for a source."""
    def make(text):
        write_tree(tmp_path, {"linux/stubs.h": STUBS, "linux/a.c": DRIVER, "texts/a/a.c": text})
        (tmp_path / "gup.cfg").write_text(cppcheck.library(api_rows().values(), "6.1.0"))
        row = {"source": str(tmp_path / "linux" / "a.c"), "directory": str(tmp_path),
               "args": ["-std=gnu11", "-Wall", "-Werror", "-mllvm", "-asan-stack=0", "-fintegrated-as",
                        "-fsanitize=kcfi", "--target=x86_64-linux-gnu"]}
        return tools.Job(row, tmp_path / "texts" / "a" / "a.c", tmp_path)
    return make


def made():
    return tools.by_name("clang-19", str(PLUGIN))


LEFT = DRIVER.replace("\t\tunpin_user_pages(pages, ret);\n", "")
# cppcheck gives up at the label of fill()
TWICE = DRIVER + """
void drop(struct page **pages, int nr);
void drop(struct page **pages, int nr)
{
	pin_user_pages_fast(0, nr, FOLL_WRITE, pages);
	unpin_user_pages(pages, nr);
	unpin_user_pages(pages, nr);
}
"""
NEVER = DRIVER.replace("int ret, err;", "unsigned int ret;\n\tint err;").replace("(int)nr", "nr")

# tool, text, words of what it says of that text and not of the clean one
SAYS = [("gupcheck", LEFT, "partial-pin-leak"), ("cppcheck", TWICE, "doubleFree"),
        ("gcc-analyzer", NEVER, "-Wtype-limits"), ("clang-tidy", NEVER, "clang-diagnostic"),
        ("sparse", DRIVER.replace("start, nr", "NULL + 0 * nr, 0"), ""),
        ("clang-analyzer", DRIVER.replace("\terr = 0;\n", "\terr = 1 / (err);\n"), "core.DivideZero")]


@pytest.mark.parametrize("name, text, tag", SAYS, ids=[row[0] for row in SAYS])
def test_a_tool_reports(job, name, text, tag):
    clean = made()[name].run(job(DRIVER))
    said = made()[name].run(job(text))
    assert clean.problem is None and said.problem is None
    before = {(t, m) for _, t, m in clean.reports}
    new = [[line, t, m] for line, t, m in said.reports if (t, m) not in before]
    assert new and all(tag in t for _, t, _ in new), (clean.reports, said.reports)


@pytest.mark.parametrize("name", ["gupcheck", "clang-analyzer", "clang-tidy", "gcc-analyzer", "plain"])
def test_code_with_an_error_is_no_answer(job, name):
    assert "does not compile" in made()[name].run(job(DRIVER + "int x = y;\n")).problem


def test_a_tool_that_takes_too_long(job, monkeypatch):
    monkeypatch.setattr(tools, "LIMIT", 0)
    assert made()["sparse"].run(job(DRIVER)).problem == "no answer in 0 s"


def test_reports_are_read():
    said = """\
/k/a.c:3:9: warning: unused variable 'x' [-Wunused]
/k/a.c:4 f() warn: missing unwind goto?
/k/a.c:5:1-20: WARNING: NULL check before free
/k/b.c:5:1: warning: of another file
/k/a.c:6:1: note: a step
/k/a.c:7:1:    expected struct page
/k/a.c: In function 'f':
"""
    assert tools.reports(said, {"/k/a.c"}) == [
        [3, "-Wunused", "warning: unused variable 'x'"], [4, "", "warn: missing unwind goto?"],
        [5, "", "WARNING: NULL check before free"]]


def test_library_knows_the_form_of_the_version():
    rows = {"get_user_pages_remote": api_rows()["get_user_pages_remote"]}
    assert cppcheck.form(rows["get_user_pages_remote"], "5.7.1")[0] == "tsk"
    assert cppcheck.form(rows["get_user_pages_remote"], "6.12.3")[-2:] == ["pages", "locked"]
    assert '<alloc init="true" arg="6">' in cppcheck.library(rows.values(), "5.7.1")
    assert '<alloc init="true" arg="5">' in cppcheck.library(rows.values(), "6.1.0")


PLACES = [["f", 1, 10], ["g", 11, 20]]
TEXT = "\n" * 3 + "ret = pin_user_pages(start, nr, 0, pages, NULL);\nother(dev);\n" + "\n" * 20
ROW = {"changes": [], "functions": PLACES, "related": ["f"], "function": "f", "expects": ["pin-leak"]}


def said(*reports):
    return {"reports": [list(r) for r in reports], "problem": None}


@pytest.mark.parametrize("after, outcome", [
    (said([6, "t", "leak of 'pages'"]), "found"),
    (said([4, "t", "something"]), "found"),                    # on the call
    (said([6, "t", "unsigned 'ret' is never negative"]), "found"),
    (said([6, "t", "'dev' is not used"]), "other"),
    (said([6, "t", "'start' is not used"]), "other"),
    (said([12, "t", "leak of 'pages'"]), "silent"),            # in another function
    (said([7, "old", "leak of 'page' at 9"]), "silent"),       # was there
    (said([6, "old", "leak of 'x' at 3"], [7, "old", "leak of 'pages' at 9"]), "found"),
    ({"reports": [], "problem": "no answer in 120 s"}, "failed")])
def test_what_counts(after, outcome):
    before = said([6, "old", "leak of 'pages' at 8"])
    judged = score.judge(ROW, {"functions": PLACES}, TEXT, before, after, score.Api())
    assert judged["outcome"] == outcome


def test_summary_and_table():
    rows = [({"expects": e}, {"outcome": o, "why": "1 s"}) for e, o in (
        (["pin-leak"], "found"), (["pin-leak"], "silent"), (["dirty-missing"], "failed"), ([], "found"))]
    level = {"pin-leak": "error", "dirty-missing": "warning"}
    half = [({"expects": ["pin-leak"]}, {"outcome": "silent", "why": ""})]
    result = score.summary({"x": rows, "y": half, "z": []}, {"x": 3, "y": 0, "z": 0}, {
        "y": [], "z": [], "x": [(6, 30, 2, 10), (2, 10, 2, 10), (8, 10, 2, 10)]}, level)
    assert result["x"]["time"] == 3 and result["x"]["time_worst"] == 4 and result["x"]["memory"] == 1
    assert result["x"]["failed"] == {"N s": 1}
    shown = score.table(result, level)
    assert "| pin-leak | 2 | 1 | 0 of 1 | - |" in shown
    assert "| rewrites: false alarms | 1 | 1 | - | - |" in shown
    assert "| no answer |  | 1 | 0 | - |" in shown
    assert "| about pages in clean files |  | 3 | 0 | - |" in shown
    assert "| time, median |  | 3.00 | - | - |" in shown


def test_whole_run(tmp_path):
    """All tools on one edit; a second run has nothing left to do."""
    tree, build, out = tmp_path / "linux", tmp_path / "build", tmp_path / "out"
    rule = "virtual report\n@r depends on report@\nposition p;\n@@\n unpin_user_pages@p(...);\n" \
           "@script:python depends on report@\np << r.p;\n@@\n" \
           "coccilib.report.print_report(p[0], \"a release of pages\")\n"
    write_tree(tree, {"Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n", "mm/gup.c": GUP_C,
                      "drivers/a.c": DRIVER, "drivers/stubs.h": STUBS,
                      "scripts/coccinelle/free/drop.cocci": rule})
    write_tree(build, {"compile_commands.json": json.dumps([
        {"directory": str(build), "file": str(tree / "drivers" / "a.c"), "arguments":
         ["clang-19", "-std=gnu11", "-c", "-o", "x.o", str(tree / "drivers" / "a.c")]}])})
    words = [sys.executable, "-m", "bench.peers", "--kdir", str(tree), "--build", str(build),
             "--number", "2", "--out", str(out), "--jobs", "2"]
    first = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    last = re.findall(r"^\[(\d+)/(\d+)\] ", first.stdout, re.M)[-1]
    assert last[0] == last[1]
    result = json.loads((out / "results.json").read_text())
    assert set(result["tools"]) == {"gupcheck", "sparse", "clang-analyzer", "clang-tidy", "gcc-analyzer",
                                    "cppcheck", "coccicheck"}
    assert result["edits"] == 2
    assert not [row["failed"] for row in result["tools"].values() if row["failed"]]
    assert sum(c.get("found", 0) for c in result["tools"]["gupcheck"]["classes"].values()) >= 1
    assert result["tools"]["coccicheck"]["clean"] == 2
    assert all(row["time"] > 0 for row in result["tools"].values())
    one = subprocess.run([*words, "--classes", "rewrite", "--out", str(tmp_path / "one")], cwd=ROOT, check=False,
                         capture_output=True, text=True)
    assert one.returncode == 0, one.stderr
    assert set(json.loads((tmp_path / "one" / "results.json").read_text())["tools"]["gupcheck"]["classes"]) == \
        {"rewrite"}
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0 and "[1/" not in again.stdout
    assert json.loads((out / "results.json").read_text()) == result


def test_bad_arguments(tmp_path):
    def run(*words):
        return subprocess.run([sys.executable, "-m", "bench.peers", *words], cwd=ROOT, check=False,
                              capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert run().stderr == ("gupcheck: give KDIR=the kernel tree and BUILD=its clang build's output directory, "
                            "or one with its compile_commands.json; both are only read\n")
    assert run("--kdir", str(tmp_path / "gone"), "--build", str(tmp_path), "--out",
               str(tmp_path / "out")).returncode == 1
