# SPDX-License-Identifier: GPL-2.0-only
"""The fix series on a small tree: what it holds, that it applies, that nothing trips after it."""

import json
import os
import re
import subprocess
import sys

import pytest
from common import GUP_C, ROOT, kernel_files, run_audit, write_tree

from report import fixes_verify, landing, series, tree
from report.errors import UserError

ENTRY_C = GUP_C + """
long get_user_pages(unsigned long start, unsigned long nr_pages,
		    unsigned int gup_flags, struct page **pages)
{
	int locked = 1;

	/* who may say what */
	if (!is_valid_gup_args(pages, NULL, &gup_flags, FOLL_TOUCH))
		return -EINVAL;

	return __get_user_pages_locked(current->mm, start, nr_pages, pages,
				       &locked, gup_flags);
}

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
			     struct page **pages, unsigned int gup_flags)
{
	return 0;
}
"""
MISMATCH_C = """\
int taken(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
"""
MAINTAINERS = """\
List of maintainers
-------------------

Maintainers List
----------------

FOO DRIVER
M:	Jane Foo <jane@example.org>
L:	foo@example.org
S:	Maintained
F:	drivers/foo/

BAR DRIVER
M:	Joe Bar <joe@example.org>
S:	Maintained
F:	drivers/bar/

THE REST
M:	Lin <lin@example.org>
L:	rest@example.org
S:	Buried
F:	*
F:	*/
"""
ASK = """\
#!/usr/bin/perl
# stands for the kernel's script of this name: whom a test tree's patches go to
print((grep { $_ eq "--no-l" } @ARGV) ? "Jane Foo <jane\\@example.org>\\n" : "foo\\@example.org\\n");
"""


@pytest.fixture(scope="module")
def linux(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("fixes")
    driver = kernel_files()["drivers/foo/foo.c"]
    root = write_tree(tmp / "linux", kernel_files(**{
        "mm/gup.c": ENTRY_C, "drivers/bar/bar.c": driver, "drivers/foo/wrong.c": MISMATCH_C,
        "MAINTAINERS": MAINTAINERS, "scripts/get_maintainer.pl": ASK}))
    run = run_audit(root, tmp / "audit")
    assert run.returncode == 0, run.stderr
    return root, tmp / "audit" / "audit.sarif"


def make(linux, out, *args, **env):
    return subprocess.run([sys.executable, "-m", "report.command", "fixes", "--kdir", str(linux[0]), "--audit",
                           str(linux[1]), "--out", str(out), *args], cwd=ROOT, text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **env})


@pytest.fixture(scope="module")
def made(linux, tmp_path_factory):
    """{strategy: (directory, process)}"""
    tmp = tmp_path_factory.mktemp("made")
    return {strategy: (tmp / strategy, make(linux, tmp / strategy, "--strategy", strategy))
            for strategy in ("callers", "entry")}


def subjects(directory):
    return [re.search(r"^Subject: \[PATCH \d+/\d+\] (.*?)\n\S", p.read_text(), re.M | re.S).group(1)
            .replace("\n", "") for p in sorted(directory.glob("*.patch"))]


def test_one_patch_a_subsystem_and_rule(made):
    directory, run = made["callers"]
    assert run.returncode == 0, run.stderr
    assert subjects(directory) == [
        "mm/gup: make callers state FOLL_GET, and assert it",
        "foo/wrong: release pages the way they were taken",
        "bar/bar: state FOLL_GET when asking for pages",
        "foo/foo: state FOLL_GET when asking for pages",
        "mm/gup: assert that callers who want pages state FOLL_GET"]


def test_entry_points(made):
    directory, run = made["entry"]
    assert run.returncode == 0, run.stderr
    assert subjects(directory)[2:] == ["mm/gup: add FOLL_GET at the entry points",
                                       "mm/gup: assert that callers who want pages state FOLL_GET"]
    text = (directory / "0002-mm-gup-add-FOLL_GET-at-the-entry-points.patch").read_text()
    assert sorted(re.findall(r"^\+(?!\+)(.*)$", text, re.M)) == [
        "", "\t\tgup_flags |= FOLL_GET;", "\tif (pages && !(gup_flags & FOLL_PIN))"]


@pytest.mark.parametrize("strategy", ["callers", "entry"])
def test_applied_and_audited_again(linux, made, strategy, tmp_path):
    """git am, then: the assert stands, nothing trips it, what was claimed is gone, nothing is new."""
    directory = made[strategy][0]
    patches, files = fixes_verify.read_series(directory)
    fixes_verify.copy_of(linux[0], tmp_path / "copy", files)
    fixes_verify.apply(tmp_path / "copy", patches)
    after = fixes_verify.audit_again(tmp_path / "copy", tmp_path / "after", 1, tmp_path / "log")
    before = json.loads(linux[1].read_text())
    claimed = json.loads((directory / "before/claimed.json").read_text())
    gone, left, new = fixes_verify.compare(before, after, claimed)
    assert len(gone) == 3 and not left and not new
    assert len(after["runs"][0]["properties"]["follGetAssertedAt"]) == 1


def test_a_patch_argues_and_is_addressed(made):
    directory, run = made["callers"]
    text = next(directory.glob("0003*")).read_text()
    assert "To: Jane Foo <jane@example.org>\nCc: foo@example.org\n\n" in text
    assert "  fill() in drivers/foo/foo.c,\n    line 15: get_user_pages()" in text
    assert "+\tret = get_user_pages(start, 1, FOLL_GET | FOLL_WRITE, &page);" in text
    body = text.split("\n---\n")[0].split("\n\n", 1)[1].split("\nSigned-off-by:")[0]
    assert max(map(len, body.split("\n"))) <= 75
    wrong = next(directory.glob("0001*")).read_text()
    assert wrong.index("\n---\nPLACEHOLDER, to be replaced before sending: Fixes:") \
        < wrong.index("diff --git")
    cover = next(directory.glob("0000*")).read_text()
    assert "foll-get-missing          2" in cover and "pin-put-mismatch          1" in cover


def test_the_same_series_twice(linux, made, tmp_path):
    again = make(linux, tmp_path / "again")
    assert again.returncode == 0
    old = {p.name: p.read_bytes() for p in made["callers"][0].glob("*.patch")}
    assert old == {p.name: p.read_bytes() for p in (tmp_path / "again").glob("*.patch")}
    once_more = make(linux, tmp_path / "again", "--strategy", "entry")
    assert once_more.returncode == 0 and len(list((tmp_path / "again").glob("*.patch"))) == 4


def test_the_tree_is_not_written_to(linux, made):
    assert made and sorted(p.name for p in linux[0].iterdir()) == [
        "MAINTAINERS", "Makefile", "drivers", "mm", "scripts"]
    assert not list(linux[0].rglob("*.orig")) and "FOLL_PIN))\n\t\tflags" in \
        (linux[0] / "mm/gup.c").read_text()


def test_a_signature_that_nobody_gave(linux, tmp_path):
    run = make(linux, tmp_path / "out", HOME=str(tmp_path), GIT_CONFIG_NOSYSTEM="1",
               GIT_CONFIG_GLOBAL="/dev/null", GIT_CEILING_DIRECTORIES="/")
    if "Your Name" in run.stderr:          # the project's own repository may name an author
        assert "Signed-off-by: Your Name <you@example.com>" in \
            next((tmp_path / "out").glob("0001*")).read_text()
    assert run.returncode == 0


@pytest.mark.parametrize("args,why", [
    (["--strategy", "both"], "STRATEGY=both: not one of callers, entry"),
    (["--audit", "/nowhere"], "cannot read AUDIT=/nowhere"),
    (["--kdir", "/nowhere"], "no kernel there")])
def test_bad_input(linux, tmp_path, args, why):
    run = make(linux, tmp_path / "out", *args)
    assert run.returncode == 1 and why in run.stderr and "Traceback" not in run.stderr


def test_a_directory_of_somebody_else(linux, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    run = make(linux, tmp_path)
    assert run.returncode == 1 and "'thesis.txt', which is none of ours" in run.stderr
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_verify_without_a_series(tmp_path):
    with pytest.raises(UserError, match="holds no series"):
        fixes_verify.read_series(tmp_path)


@pytest.mark.parametrize("text,wanted", [
    (GUP_C, "\tif (pages && WARN_ON_ONCE(!(flags & (FOLL_GET | FOLL_PIN))))\n\t\treturn -EINVAL;\n"),
    (GUP_C.replace("pages && !(flags & FOLL_PIN)", "pages"),
     "\tif (pages && WARN_ON_ONCE(!(flags & FOLL_GET)))\n\t\treturn -EINVAL;\n"),
    (GUP_C.replace("\tif (pages", "\t/* carelessly\n\t * failed */\n\tif (pages"), "pages[] filled in"),
    ("int f(void)\n{\n}\n", None)])
def test_where_the_assert_goes(text, wanted):
    new = landing.with_assert(text)
    assert (new is None) if wanted is None else wanted in new and "carelessly" not in new
    if new:
        assert tree.gup_facts(new)[0] == [] and len(tree.asserted(new)) == 1
        assert landing.with_assert(new) is None


def test_headers_are_one_line():
    assert series.header("a\nBcc: x\x1b[1m\u202e") == "a Bcc: x\\u001b[1m\\u202e"
    assert series.prefix(["drivers/gpu/drm/radeon/radeon_ttm.c"]) == "drm/radeon/radeon_ttm"
    assert series.prefix(["mm/memory.c", "mm/gup_test.c"]) == "mm"
    assert series.prefix(["a/x.c", "b/y.c"]) == "a/x"


@pytest.mark.parametrize("loud", (False, True))
def test_which_touched_files_compile(tmp_path, loud):
    """All at once; where one is not quiet, each by itself says which."""
    write_tree(tmp_path / "linux", {
        "Makefile": "%.o: %.c\n\t$(CC) -Wall -c -o $(O)/$@ $<\nleft.o: ;\n", "good.c": "int good;\n",
        "left.c": "int left;\n", "loud.c": "static int loud;\n" if loud else "int quiet;\n", "header.h": "",
        "arch/arm64/far.c": "int far;\n"})
    directory = tmp_path / "build"
    directory.mkdir()
    (directory / "left.o").write_text("of an earlier build", encoding="utf-8")
    compiled, outside, wrong = fixes_verify.build(
        tmp_path / "linux", directory, [f"O={directory}", "CC=gcc"],
        ["good.c", "loud.c", "left.c", "none.c", "header.h", "arch/arm64/far.c"], 2)
    assert compiled == (["good.c"] if loud else ["good.c", "loud.c"])
    assert outside == ["arch/arm64/far.c", "header.h", "left.c", "none.c"]
    assert [line.split(":")[0] for line in wrong] == ["loud.c"] * loud
