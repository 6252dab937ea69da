# SPDX-License-Identifier: GPL-2.0-only
"""The plugin inside a real clang: facts, and input that is bad."""

import json
import os
import re
import shutil
import subprocess

import pytest
from common import LEAK, ROOT, write_tree

CLANG = os.environ.get("CLANG", "clang-19")
BUILD = ROOT / "clang-plugin/build" / CLANG.rpartition("-")[2]
PLUGIN, FACTS = BUILD / "gupcheck.so", BUILD / "gupcheck-facts"
INCLUDE = ROOT / "testcases/include"

pytestmark = pytest.mark.skipif(not shutil.which(CLANG), reason=f"{CLANG} is not installed")


def clang(source, *arguments, compiler=CLANG, plugin=PLUGIN, cwd=None, more=("-fsyntax-only",)):
    """Compile @source with the plugin and its @arguments."""
    return subprocess.run([compiler, *more, "-std=gnu11", "-Wno-everything", f"-I{INCLUDE}",
                           f"-fplugin={plugin}",
                           *(f"-fplugin-arg-gupcheck-{a}" for a in arguments), str(source)],
                          capture_output=True, text=True, check=False, cwd=cwd)


def facts(*arguments, **kwargs):
    return subprocess.run([str(FACTS), *map(str, arguments)], capture_output=True, text=True,
                          check=False, **kwargs)


def one_line(run, *words):
    """It failed, with one line of ours that has all @words."""
    lines = [line for line in run.stderr.split("\n") if line.startswith("gupcheck: ")]
    assert run.returncode and len(lines) == 1, run.stderr
    for word in words:
        assert word in lines[0], lines[0]


# The shortest of each rule that the plugin knows.
CASES = [min(folder.glob("*.c"), key=lambda p: (p.stat().st_size, p.name))
         for folder in sorted((ROOT / "testcases").iterdir()) if any(folder.glob("*.c"))]


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_facts_say_what_the_plugin_said(case, tmp_path):
    """The model, the findings, the verdicts and the SARIF: all the same, without a compiler."""
    run = clang(case, f"facts={tmp_path}/f", f"sarif={tmp_path}/a.sarif", "sites", "dump")
    assert run.returncode == 0, run.stderr
    again = facts("check", f"--sarif={tmp_path}/b.sarif", "--sites", tmp_path / "f")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "a.sarif").read_bytes() == (tmp_path / "b.sarif").read_bytes()
    lines = run.stderr.split("\n")
    assert again.stderr.split() == "\n".join(x for x in lines if ": site: " in x).split()
    said = [x for x in lines if re.match(r"\S+:\d+:\d+: (warning|note): ", x)]
    assert again.stdout.split("\n")[:-1] == said
    assert facts("dump", tmp_path / "f").stdout == run.stdout


def test_the_same_input_gives_the_same_bytes(tmp_path):
    """Wherever the tree lies, and however clang is told of it."""
    kept = []
    for place in ("a", "other/place"):
        tree = write_tree(tmp_path / place, {"Kbuild": "", "MAINTAINERS": "", "drivers/x/leak.c": LEAK})
        build = tmp_path / place / "build"
        build.mkdir()
        for source in (tree / "drivers/x/leak.c", "../drivers/x/leak.c"):
            assert clang(source, f"facts={tmp_path}/f", cwd=build).returncode == 0
            kept.append((tmp_path / "f").read_bytes())
    assert len(set(kept)) == 1 and str(tmp_path).encode() not in kept[0]
    assert "drivers/x/leak.c:5" in facts("check", "--sites", tmp_path / "f").stderr


def test_two_builds_share_a_directory(tmp_path):
    """A file for each source, whole, whoever comes last; nothing else is left behind."""
    tree = write_tree(tmp_path / "tree", {"Kbuild": "", "MAINTAINERS": "", "a/x.c": LEAK, "b/x.c": LEAK})
    out = tmp_path / "out"
    out.mkdir()
    command = [CLANG, "-fsyntax-only", f"-I{INCLUDE}", f"-fplugin={PLUGIN}",
               f"-fplugin-arg-gupcheck-facts={out}", f"-fplugin-arg-gupcheck-sarif={out}/"]
    started = [subprocess.Popen([*command, str(tree / name)], stderr=subprocess.DEVNULL)
               for name in ("a/x.c", "b/x.c") * 4]
    assert not any(p.wait() for p in started)
    assert sorted(p.name for p in out.iterdir()) == ["a+x.c.facts", "a+x.c.sarif", "b+x.c.facts",
                                                     "b+x.c.sarif"]
    assert facts("check", out / "a+x.c.facts", out / "b+x.c.facts").returncode == 0


def test_bad_facts(tmp_path):
    source = write_tree(tmp_path, {"leak.c": LEAK}) / "leak.c"
    assert clang(source, f"facts={tmp_path}/good").returncode == 0
    good = (tmp_path / "good").read_bytes()
    for name, data, words in (("cut", good[:-1], "cut short"), ("empty", b"", "no facts"),
                              ("flipped", good[:-1] + bytes([good[-1] ^ 4]), "damaged"),
                              ("foreign", b"\x7fELF" * 100, "no facts"),
                              ("new", good.replace(b"fact0001", b"fact0002"), "another version")):
        (tmp_path / name).write_bytes(data)
        for command in ("dump", "check"):
            run = facts(command, tmp_path / name)
            one_line(run, str(tmp_path / name), words)
            assert not run.stdout
    one_line(facts("check", tmp_path / "nowhere"), "nowhere", "No such file")
    one_line(facts("check", tmp_path), "directory")
    one_line(facts("check"), "no facts are given")
    one_line(facts("check", "--bogus", tmp_path / "good"), "--bogus")
    one_line(facts("check", f"--api={tmp_path}/leak.c", tmp_path / "good"), "API table")
    more = {"format": "gupcheck-api", "version": 1, "functions": []}
    (tmp_path / "more.json").write_text(str(more).replace("'", '"'))
    one_line(facts("check", f"--api={tmp_path}/more.json", tmp_path / "good"), "another API table")


def test_an_api_table_of_another_version(tmp_path):
    """Refused in one line by all that read it, before anything is written."""
    source = write_tree(tmp_path, {"leak.c": LEAK}) / "leak.c"
    assert clang(source, f"facts={tmp_path}/good").returncode == 0
    (tmp_path / "next.json").write_text(json.dumps({"format": "gupcheck-api", "version": 2, "functions": []}))
    one_line(clang(source, f"api={tmp_path}/next.json", f"facts={tmp_path}/f"), "version 2 is not 1")
    for command in ("check", "link", "wrappers"):
        one_line(facts(command, f"--api={tmp_path}/next.json", tmp_path / "good"), "version 2 is not 1")
    (tmp_path / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(tmp_path), "file": str(source), "arguments": [CLANG, "-c", str(source)]}]))
    one_line(subprocess.run([str(ROOT / "bin/gupcheck"), "scan", "-p", str(tmp_path), "--api",
                             str(tmp_path / "next.json"), "--facts", str(tmp_path / "d")],
                            capture_output=True, text=True, check=False), "version 2 is not 1")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["compile_commands.json", "good", "leak.c", "next.json"]


def test_nothing_to_find_still_gives_facts(tmp_path):
    source = write_tree(tmp_path, {"plain.c": "int x;\n"}) / "plain.c"
    assert clang(source, f"facts={tmp_path}/f").returncode == 0
    run = facts("dump", tmp_path / "f")
    assert run.returncode == 0 and not run.stdout


@pytest.mark.parametrize("argument", ["facts", "sarif"])
def test_output_that_cannot_be_written(argument, tmp_path):
    """The compiler fails, so that nobody takes the absence of findings for a result."""
    source = write_tree(tmp_path, {"leak.c": LEAK}) / "leak.c"
    (tmp_path / "file").write_text("")
    run = clang(source, f"{argument}={tmp_path}/file/x")
    one_line(run, "cannot write", "file/x", "Not a directory")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "leak.c"]
    if os.geteuid():
        (tmp_path / "closed").mkdir(mode=0o555)
        one_line(clang(source, f"{argument}={tmp_path}/closed/x"), "Permission denied")


@pytest.mark.parametrize("argument", ["bogus", "policy=none", "facts=", "api=/nonexistent"])
def test_bad_arguments_fail(argument, tmp_path):
    source = write_tree(tmp_path, {"plain.c": "int x;\n"}) / "plain.c"
    run = clang(source, argument)
    assert run.returncode and "gupcheck: " in run.stderr


def test_a_clang_of_another_version(tmp_path):
    """It says so in one line and leaves the build alone."""
    source = write_tree(tmp_path, {"leak.c": LEAK}) / "leak.c"
    others = [c for c in ("clang-14", "clang-16", "clang-19", "clang-22")
              if c != CLANG and shutil.which(c)]
    assert others, "no second clang to try"
    for other in others:
        run = clang(source, "sites", f"facts={tmp_path}/f", compiler=other,
                    more=("-c", "-o", str(tmp_path / "leak.o")))
        assert run.returncode == 0 and not (tmp_path / "f").exists()
        assert re.fullmatch(r"gupcheck: built for clang \d+, loaded by clang \d+: "
                            r"nothing is checked\n", run.stderr), run.stderr


def test_code_with_errors(tmp_path):
    """Clang's errors, nothing of ours, and no file that would look like a result."""
    source = write_tree(tmp_path, {"bad.c": LEAK + "int f(void) { return undeclared; }\nint g( {\n"})
    run = clang(source / "bad.c", f"facts={tmp_path}/f", f"sarif={tmp_path}/s", "sites")
    assert run.returncode == 1 and "undeclared" in run.stderr
    assert "gup" not in run.stderr.replace("gup.h", "")
    assert [p.name for p in tmp_path.iterdir()] == ["bad.c"]


def test_enormous_functions(tmp_path):
    """Thousands of branches, sums and nested blocks around a pin: open, and in little time."""
    branches = "".join(f"\tif (v[{i}] > n) v[{i}] += g({i});\n" for i in range(6000))
    total = " + ".join(f"v[{i}]" for i in range(12000))
    nested = "if (n) {" * 250 + "n++;" + "}" * 250
    head = LEAK.split("int leak")[0] + "int g(int);\nextern int v[12000];\n"
    body = ("\tint ret = pin_user_pages_fast(start, n, 0, pages);\n%s"
            "\tif (ret > 0)\n\t\tunpin_user_pages(pages, ret);\n\treturn ret < 0 ? ret : 0;\n}\n")
    sign = "int f(unsigned long start, int n, struct page **pages)\n{\n"
    for name, middle in (("branches", branches), ("sum", f"\tn = {total};\n"), ("nested", nested)):
        source = write_tree(tmp_path, {f"{name}.c": head + sign + body % middle}) / f"{name}.c"
        run = clang(source, "sites", f"facts={tmp_path}/f", more=("-fsyntax-only", "-fbracket-depth=400"))
        assert run.returncode == 0, run.stderr[-2000:]
        assert re.search(r"site: f pin_user_pages_fast (open: \S|pass)", run.stderr), name
        again = facts("check", "--sites", tmp_path / "f")
        assert again.returncode == 0 and " site: f " in again.stderr


def test_other_languages_and_dialects(tmp_path):
    """K&R definitions, attributes that nobody knows, nested functions of blocks; assembler."""
    text = """\
#include "gup.h"
[[vendor::unheard]] int old(start, nr, pages)
	unsigned long start;
	int nr;
	struct page **pages;
{
	__attribute__((unheard_of(1, "x"), __also__)) int ret = pin_user_pages_fast(start, nr, 0, pages);
	return ret;
}
int unprototyped();
int caller(struct page **pages)
{
	return unprototyped(1, 2, pages) + old(1ul, 2, pages);
}
"""
    source = write_tree(tmp_path, {"old.c": text}) / "old.c"
    run = clang(source, "sites", more=("-fsyntax-only", "-std=gnu17"))
    assert run.returncode == 0, run.stderr
    assert ": site: old pin_user_pages_fast " in run.stderr
    (tmp_path / "a.S").write_text("# pin_user_pages_fast\n\t.globl pin_user_pages_fast\n")
    (tmp_path / "empty.c").write_text("")
    for name in ("a.S", "empty.c"):
        run = clang(tmp_path / name, more=("-c", "-o", str(tmp_path / "o")))
        assert run.returncode == 0 and not run.stderr, run.stderr


def test_object_files_do_not_change(tmp_path):
    for case in CASES[:3]:
        objects = []
        for more in ((), (f"-fplugin={PLUGIN}", f"-fplugin-arg-gupcheck-facts={tmp_path}/f")):
            subprocess.run([CLANG, "-O2", "-g", "-w", "-c", f"-I{INCLUDE}", *more, "-o",
                            str(tmp_path / "o"), str(case)], check=True, capture_output=True)
            objects.append((tmp_path / "o").read_bytes())
        assert objects[0] == objects[1], case


def test_a_result_that_only_0_breaks_is_a_warning(tmp_path):
    """An error has to be certain, and few calls can return 0; the worse path decides for a call."""
    source = tmp_path / "zero.c"
    source.write_text("""\
#include "gup.h"

void zero(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) < 0)
		return;
	set_page_dirty(page);
	put_page(page);
}

void negative(unsigned long start)
{
	struct page *page;

	if (!get_user_pages_fast(start, 1, 0, &page))
		return;
	set_page_dirty(page);
	put_page(page);
}

void zero_first(unsigned long start, int early)
{
	struct page *page;
	int ret = get_user_pages_fast(start, 1, 0, &page);

	if (early && ret < 0)
		return;
	set_page_dirty(page);
	put_page(page);
}
""", encoding="utf-8")
    clang(source, f"sarif={tmp_path}/log", "quiet")
    results = json.loads((tmp_path / "log").read_text(encoding="utf-8"))["runs"][0]["results"]
    found = [(r["locations"][0]["physicalLocation"]["region"]["startLine"], r["level"],
              "only if 0 came back" in r["message"]["text"])
             for r in results if r["ruleId"] == "ret-unchecked"]
    assert sorted(found) == [(9, "warning", True), (19, "error", False), (30, "error", False)]
