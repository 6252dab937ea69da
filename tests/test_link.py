# SPDX-License-Identifier: GPL-2.0-only
"""The whole program: testcases/link/CASE/*.c by the real plugin, then gupcheck-facts link."""

import json
import os
import random
import re
import shutil
import subprocess
from collections import Counter

import pytest
from cases import CASES, read_case
from common import ROOT, write_tree
from test_plugin import CLANG, FACTS, INCLUDE, clang, one_line, pytestmark  # noqa: F401 (skips without clang)

LINK = CASES / "link"
ASSERT = re.compile(r"/\* assert: (satisfied|may trip|trips) \*/")


def sources(name):
    return sorted((LINK / name).rglob("*.c"))


def make_facts(files, into):
    """A file of facts for each of @files, in the directory @into."""
    made = []
    for source in files:
        made.append(into / (str(source.relative_to(LINK)).replace("/", "+") + ".facts"))
        run = clang(source, f"facts={made[-1]}", "quiet")
        assert run.returncode == 0, run.stderr
    return made


def link(facts, *arguments):
    return subprocess.run([str(FACTS), "link", *map(str, arguments), *map(str, facts)],
                          capture_output=True, text=True, check=False)


def results(facts, out, *arguments):
    run = link(facts, f"--sarif={out}", *arguments)
    assert run.returncode == 0, run.stderr
    return json.loads(out.read_text(encoding="utf-8"))["runs"][0]


def place(result):
    where = result["locations"][0]["physicalLocation"]
    return where["artifactLocation"]["uri"], where["region"]["startLine"]


@pytest.mark.parametrize("case", sorted(p.name for p in LINK.iterdir()
                                        if not p.name.startswith("assert")))
def test_findings_across_files(case, tmp_path):
    """Each marked line and no other; each file by itself says nothing of it."""
    run = results(make_facts(sources(case), tmp_path), tmp_path / "out.sarif")
    found = Counter((*place(r), r["ruleId"]) for r in run["results"] if r["kind"] == "fail")
    wanted = Counter((str(path), mark.line, mark.rule) for path in sources(case)
                     for mark in read_case(path, "link").marks if mark.what == "expect")
    assert found == wanted
    for path in sources(case):
        alone = results(make_facts([path], tmp_path), tmp_path / "alone.sarif")
        assert not [r for r in alone["results"] if r["kind"] == "fail"
                    and (*place(r), r["ruleId"]) in wanted and not leaves_unreleased(r)]


def leaves_unreleased(result):
    """What nobody releases is not released in one file either."""
    return result["ruleId"] == "pin-leak"


@pytest.mark.parametrize("case", ["assert", "assert-old", "assert-landed"])
def test_the_assert(case, tmp_path):
    """Every call has the verdict that its line says; the place is found without its names."""
    run = results(make_facts(sources(case), tmp_path), tmp_path / "out.sarif")
    said = {place(r): r["properties"]["assert"]["verdict"] for r in run["results"]
            if "assert" in r.get("properties", {})}
    wanted, points = {}, []
    for path in sources(case):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if ASSERT.search(line):
                wanted[str(path), number] = ASSERT.search(line).group(1)
            if "/* assert point */" in line or "/* assert stands */" in line:
                points.append({"file": str(path), "line": number, "function": "walk_locked",
                               "stands": "stands" in line})
    assert said == wanted
    totals = run["properties"]["assert"]
    assert totals["points"] == points and totals["policy"] == "assert"
    assert totals["totals"] == {"satisfied": 0, "may trip": 0, "trips": 0} | Counter(wanted.values())
    assert sum(sum(row.values()) for row in totals["directories"].values()) == len(wanted)


def test_the_chain_leads_from_the_caller_to_the_assert(tmp_path):
    run = results(make_facts(sources("assert"), tmp_path), tmp_path / "out.sarif")
    chains = [r["properties"]["assert"]["chain"] for r in run["results"]
              if r.get("properties", {}).get("function") == "wrapped"]
    assert chains == [["by_address", "wrapped", "get_user_pages", "walk_locked"]]


def test_policy_entry(tmp_path):
    """2019: who calls get_user_pages*() states FOLL_GET, whatever the function adds."""
    facts = make_facts(sources("assert"), tmp_path)
    run = results(facts, tmp_path / "out.sarif", "--policy=entry")
    fast = [r["properties"]["assert"] for r in run["results"]
            if r.get("properties", {}).get("callee") == "get_user_pages_fast"]
    assert sorted(f["verdict"] for f in fast) == ["satisfied", "trips"]
    assert run["properties"]["assert"]["policy"] == "entry"


def test_the_order_of_facts_does_not_matter(tmp_path):
    files = [path for folder in LINK.iterdir() for path in sources(folder.name)
             if folder.name != "assert-old"]
    facts = make_facts(sorted(files), tmp_path)
    seen = set()
    for seed in range(3):
        random.Random(seed).shuffle(facts)
        run = link(facts, f"--sarif={tmp_path}/out.sarif")
        assert run.returncode == 0, run.stderr
        seen.add((run.stdout, run.stderr, (tmp_path / "out.sarif").read_bytes()))
    assert len(seen) == 1


def test_one_file_in_two_configurations_counts_once(tmp_path):
    once = make_facts(sources("count-stale"), tmp_path)
    twice = []
    for source in sources("count-stale"):
        twice.append(tmp_path / f"{source.name}.other")
        assert clang(source, f"facts={twice[-1]}", "quiet", more=("-fsyntax-only", "-O2")).returncode == 0
    one = results(once, tmp_path / "a.sarif")["results"]
    assert results([*once, *twice], tmp_path / "b.sarif")["results"] == one
    # the same facts under another name are the same file, wherever they stand
    copies = [shutil.copy(path, tmp_path / f"copy-{number}") for number, path in enumerate(once)]
    results([*copies, *once, *copies], tmp_path / "c.sarif")
    assert (tmp_path / "c.sarif").read_bytes() == (tmp_path / "a.sarif").read_bytes()


def test_two_trees_are_refused(tmp_path):
    made = []
    for version in ("5", "6"):
        tree = tmp_path / version
        tree.mkdir()
        for name, text in (("Kbuild", ""), ("MAINTAINERS", ""), ("x.c", "int x;\n"),
                           ("Makefile", f"VERSION = {version}\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")):
            (tree / name).write_text(text)
        made.append(tree / "f")
        assert clang(tree / "x.c", f"facts={made[-1]}").returncode == 0
    run = link(made, f"--sarif={tmp_path}/out.sarif")
    one_line(run, "two kernels", "5.1.0", "6.1.0")
    assert not (tmp_path / "out.sarif").exists() and not run.stdout


def test_facts_older_than_their_source_are_named(tmp_path):
    source = tmp_path / "new.c"
    source.write_text((LINK / "two-owners/submit.c").read_text().replace(
        '"job.h"', f'"{LINK}/two-owners/job.h"'))
    assert clang(source, f"facts={tmp_path}/f", "quiet").returncode == 0
    os.utime(tmp_path / "f", (1, 1))
    run = link([tmp_path / "f"])
    assert run.returncode == 0 and f"{source} are older than the source" in run.stderr


def test_every_bad_file_is_named(tmp_path):
    facts = make_facts(sources("two-owners"), tmp_path)
    (tmp_path / "cut").write_bytes(facts[0].read_bytes()[:-3])
    (tmp_path / "foreign").write_bytes(b"no facts")
    run = link([*facts, tmp_path / "cut", tmp_path / "foreign"], f"--sarif={tmp_path}/out.sarif")
    assert run.returncode and not run.stdout and not (tmp_path / "out.sarif").exists()
    assert re.findall(r"^gupcheck: \S+/(cut|foreign): ", run.stderr, re.M) == ["cut", "foreign"]


def test_what_was_learnt_brings_more_files(tmp_path):
    """A file that knows only put_page() and a field is looked at in the next round, and not before."""
    source = tmp_path / "src"
    write_tree(source, {
        "holder.h": '#include "gup.h"\nstruct holder { struct page *held_page; };\n',
        "take.c": '#include "holder.h"\nint take_page(struct holder *h, unsigned long start)\n{\n'
                  "\tstruct page *page;\n\n"
                  "\tif (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)\n"
                  "\t\treturn -EFAULT;\n\th->held_page = page;\n\treturn 0;\n}\n",
        "drop.c": '#include "holder.h"\nvoid drop_page(struct holder *h)\n{\n'
                  "\tput_page(h->held_page);\n}\n",
        "other.c": '#include "holder.h"\nvoid other(struct page *page)\n{\n\tput_page(page);\n}\n'})
    database = [{"directory": str(source), "file": name,
                 "arguments": [CLANG, f"-I{INCLUDE}", "-c", name]} for name in ("take.c", "drop.c", "other.c")]
    (source / "compile_commands.json").write_text(json.dumps(database))
    facts, learnt, said = tmp_path / "facts", tmp_path / "learnt.json", []
    for more in ([], [f"--api={learnt}"]):
        command("scan", "-p", source, f"--facts={facts}", f"--cache={tmp_path}/cache", "-j1", *more)
        run = command("link", facts, "-o", tmp_path / "out.sarif", *more)
        said.append((len(list(facts.glob("*.facts"))), run.stdout.count("pin-put-mismatch")))
        run = command("wrappers", facts, "-o", learnt)
        assert "wrapper take_page" in run.stdout and "field held_page" in run.stdout
    assert said == [(1, 0), (2, 1)]
    before = learnt.read_bytes()
    command("wrappers", facts, "-o", learnt, f"--api={learnt}")
    assert learnt.read_bytes() == before


def test_what_a_scan_left_out_is_named(tmp_path):
    """A scan that is stopped, or a file that does not compile: what is there is linked, the rest is named."""
    for path in [*sources("wrong-kind-field"), *(LINK / "wrong-kind-field").glob("*.h")]:
        shutil.copy(path, tmp_path)
    (tmp_path / "z.c").write_text('#include <gup.h>\nint bad(struct page *page) { unpin_user_page(page) }\n')
    names = sorted(path.name for path in tmp_path.glob("*.c"))
    (tmp_path / "compile_commands.json").write_text(json.dumps([
        {"directory": str(tmp_path), "file": name, "arguments": [CLANG, f"-I{INCLUDE}", "-c", name]} for name in names]))
    facts, scan = tmp_path / "facts", ("-p", tmp_path, f"--facts={tmp_path}/facts", f"--cache={tmp_path}/cache", "-j1")
    stop = tmp_path / "stop"            # after the first job
    stop.write_text('#!/bin/sh\nmkdir "$0.1" 2>/dev/null && exec "$@"\nexit 1\n')
    stop.chmod(0o755)
    stopped = subprocess.run([ROOT / "bin/gupcheck", "scan", *scan, f"--launch={stop}"], capture_output=True, text=True,
                             check=False)
    one_line(stopped, "a job failed")
    left = [name for name in names if not list(facts.glob(f"*{name}.facts"))]
    assert left == names[1:]
    run = command("link", facts, "-o", tmp_path / "out.sarif")
    note = ", ".join(f"{tmp_path}/{name} (the scan did not come to it)" for name in left)
    assert f"gupcheck: files without facts are no part of the program: {note}\n" in run.stderr
    notes = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["properties"]["notes"]
    assert f"files without facts are no part of the program: {note}" in notes
    command("scan", *scan)
    run = command("link", facts)
    assert re.search(rf"no part of the program: {tmp_path}/z.c \(z.c:2:\d+: error: [^,]+\)\n", run.stderr), run.stderr
    (tmp_path / "z.c").write_text("int good;\n")
    command("scan", *scan)
    assert "no part of the program" not in command("link", facts).stderr
    (facts / "scan.json").write_text("[]")
    one_line(subprocess.run([ROOT / "bin/gupcheck", "link", facts], capture_output=True, text=True, check=False),
             "scan.json: not what gupcheck scan writes there")


def test_facts_that_were_removed_come_back(tmp_path):
    shutil.copy(LINK / "count-stale/release.c", tmp_path)
    shutil.copy(LINK / "count-stale/buf.h", tmp_path)
    (tmp_path / "compile_commands.json").write_text(json.dumps([
        {"directory": str(tmp_path), "file": "release.c", "arguments": [CLANG, f"-I{INCLUDE}", "-c", "release.c"]}]))
    seen = []
    for _ in range(2):
        command("scan", "-p", tmp_path, f"--facts={tmp_path}/facts", f"--cache={tmp_path}/cache", "-j1")
        seen.append({path.name: path.read_bytes() for path in (tmp_path / "facts").iterdir()})
        shutil.rmtree(tmp_path / "facts")
    assert seen[0] == seen[1] and len(seen[0]) == 2


def command(*arguments):
    run = subprocess.run([ROOT / "bin/gupcheck", *map(str, arguments)], capture_output=True, text=True,
                         check=False)
    assert run.returncode == 0, run.stderr
    return run


def generated(count, table):
    """@count functions that call each other in a circle, and a table with @table candidates."""
    text = ['#include "gup.h"', "struct ops { void (*drop)(struct page **pages, int n); };"]
    text += [f"void f{i}(struct page **pages, int n);" for i in range(count)]
    text += [f"void f{i}(struct page **pages, int n) {{ if (n > {i}) unpin_user_pages(pages, n); "
             f"else f{(i + 1) % count}(pages, n); }}" for i in range(count)]
    text += [f"static void t{i}(struct page **pages, int n) {{ unpin_user_page(pages[n]); }}\n"
             f"struct ops ops{i} = {{ .drop = t{i} }};" for i in range(table)]
    text += ["int use(struct ops *ops, unsigned long start, struct page **pages)",
             "{ int got = pin_user_pages_fast(start, 1, 0, pages);",
             "if (got == 1) { ops->drop(pages, 1); f0(pages, 1); } return got; }"]
    return "\n".join(text) + "\n"


def test_long_cycles_and_wide_tables(tmp_path):
    """1,000 functions in a circle, 10,000 candidates: it ends, and says the same twice."""
    (tmp_path / "big.c").write_text(generated(1000, 10000))
    assert clang(tmp_path / "big.c", f"facts={tmp_path}/f", "quiet").returncode == 0
    runs = [link([tmp_path / "f"]) for _ in range(2)]
    assert runs[0].returncode == 0 and runs[0].stdout == runs[1].stdout
    assert "1 of 1 calls satisfy it" in runs[0].stdout
