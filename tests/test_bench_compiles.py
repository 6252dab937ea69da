# SPDX-License-Identifier: GPL-2.0-only
"""bench.cost and bench.builds: what they compile, compare and count."""

import json
import os
import subprocess
import sys

import pytest

from bench import builds, compiles, cost
from common import ROOT, write_tree
from report import clang
from report.errors import UserError

LEAK = """\
#include <gup.h>
int leak(unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	return ret < 0 ? ret : 0;
}
"""
FILES = {"fs/plain.c": "int plain(int x) { return x + 1; }\n", "fs/leak.c": LEAK,
         "fs/warns.c": "int warns(void) { int unused; return 0; }\n",
         "fs/broken.c": "int broken(void) { return nowhere; }\n",
         "mm/other.c": "int other;\n"}


@pytest.fixture(name="kernel")
def fixture_kernel(tmp_path):
    """(tree, build): a tree and a compilation database for it."""
    tree, build = write_tree(tmp_path / "tree", FILES), tmp_path / "build"
    build.mkdir()
    rows = [{"directory": str(build), "file": str(tree / name),
             "arguments": ["clang-19", "-Wall", "-Werror", f"-I{ROOT}/testcases/include", "-c", "-o", "x.o",
                           str(tree / name)]} for name in FILES]
    (build / "compile_commands.json").write_text(json.dumps(rows))
    return tree, build


def commands(kernel, directories=("fs",)):
    checker = clang.find("clang-19", tried=False)
    found, names = compiles.load(*kernel, directories, checker)
    return checker, {os.path.basename(source): row for source, row in found.items()}, names


def test_the_files_and_which_name_the_api(kernel):
    _, found, names = commands(kernel)
    assert sorted(found) == ["broken.c", "leak.c", "plain.c", "warns.c"]
    assert [os.path.basename(name) for name in names] == ["leak.c"]
    assert "other.c" in commands(kernel, ("fs", "mm"))[1]
    with pytest.raises(UserError, match="compiles no file"):
        commands(kernel, ("net",))


def test_how_a_parse_ends(kernel):
    """A finding is something that plain clang does not say; what both say is not."""
    checker, found, _ = commands(kernel)
    options = clang.plugin_options(checker)
    ended = {name: builds.parse(row, checker, options)["ended"] for name, row in found.items()}
    assert ended == {"plain.c": "same", "leak.c": "extra", "warns.c": "same", "broken.c": "unparsed"}
    assert builds.parse(found["leak.c"], checker, clang.plugin_options(checker, quiet=True))["ended"] == "same"


def test_objects_are_compared(kernel, tmp_path):
    checker, found, _ = commands(kernel)
    options = clang.plugin_options(checker)
    for name, how in (("leak.c", "same"), ("plain.c", "same"), ("broken.c", "unbuilt")):
        assert builds.build(found[name], checker, options, tmp_path)["ended"] == how
    assert builds.build(found["plain.c"], checker, ["-O2"], tmp_path)["ended"] == "differs"
    assert not list(tmp_path.glob("*.o"))


def test_a_compiler_that_does_not_end_is_a_hang(kernel, tmp_path):
    """In the processor's time, and told from a crash."""
    program = tmp_path / "clang-19"
    for text, ended in (("while :; do :; done", "hang"), ("kill -SEGV $$", "crash")):
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        checker, found, _ = commands(kernel)
        checker = clang.Checker(str(program), checker.plugin, checker.version)
        assert builds.parse(found["plain.c"], checker, [], limit=1)["ended"] == ended


def test_cost_compares_with_and_without(kernel, tmp_path):
    checker, found, _ = commands(kernel)
    row = cost.measure(found["leak.c"], checker, clang.plugin_options(checker), 1, tmp_path)
    assert row["plain_seconds"] > 0 and row["plugin_kb"] > 0 and row["memory"] > 0
    assert cost.measure(found["broken.c"], checker, [], 1, tmp_path) is None
    rows = {"a": {"time": 1.0, "memory": 1.0, "plain_seconds": 1.0, "plugin_seconds": 1.0},
            "b": {"time": 3.0, "memory": 1.1, "plain_seconds": 1.0, "plugin_seconds": 3.0}}
    assert cost.summary(rows)["time"] == {"median": 2.0, "worst": 3.0, "worst_file": "b", "all": 2.0}
    assert cost.summary({}) == {"files": 0}


def test_all_files_and_a_run_that_goes_on(kernel, tmp_path):
    """N=0 takes the files that name the API too; what was parsed is not parsed again, by the same plugin."""
    tree, build = kernel
    out, rows = tmp_path / "out.json", tmp_path / "out.json.rows"
    words = [sys.executable, "-m", "bench.builds", "--kdir", str(tree), "--build", str(build), "--out", str(out)]
    env = {**os.environ, "CLANG": "clang-19", "GUP_N": "0", "GUP_DIRECTORIES": "fs mm"}

    def parsed(*more):
        done = subprocess.run([*words, *more], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(out.read_text())["parsed"], len(rows.read_text().split("\n")) - 2

    assert parsed() == ({"same": 4, "unparsed": 1}, 5)
    lines = rows.read_text().replace('"unparsed"', '"kept"').split("\n")
    # stopped in the middle of a line
    rows.write_text("\n".join(line for line in lines if "other.c" not in line) + '["half')
    assert parsed() == ({"kept": 1, "same": 4}, 5)
    assert parsed("--api", "bench/forced-api.json") == ({"same": 4, "unparsed": 1}, 5)


@pytest.mark.parametrize("module", ["cost", "builds"])
def test_as_programs(kernel, tmp_path, module):
    tree, build = kernel
    out = tmp_path / "out.json"
    words = [sys.executable, "-m", f"bench.{module}", "--directories", "fs", "--out", str(out)]
    env = {**os.environ, "CLANG": "clang-19"}
    done = subprocess.run([*words, "--kdir", str(tree), "--build", str(build)], cwd=ROOT, env=env,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(out.read_text())
    if module == "cost":
        assert said["with_names"]["files"] == 1 and said["without_names"]["files"] == 2
    else:
        assert said["parsed"] == {"same": 2, "unparsed": 1} and said["built_calling"] == {"same": 1}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith("gupcheck: ") and done.stderr.count("\n") == 1


def test_memory_is_the_command_s_own(tmp_path):
    """Not that of who measures it, which a process begins with."""
    held = bytearray(os.urandom(1 << 20) * 200)
    result = compiles.measured(["sh", "-c", "echo said; exit 3"], str(tmp_path))
    assert (result.status, result.stdout) == (3, "said\n")
    assert 0 < result.peak < len(held) // 1024 // 2
