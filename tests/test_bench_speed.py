# SPDX-License-Identifier: GPL-2.0-only
"""bench.speed: each part on a toy tree, and the picture."""

import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import page_log
import pytest

from bench.speed import parts, picture
from common import ROOT, kernel_files, write_tree
from test_bench_compiles import LEAK


@pytest.fixture(name="run")
def fixture_run(tmp_path):
    """Run bench.speed on a tree of three files; returns (finished process, the output directory)."""
    tree = write_tree(tmp_path / "linux", kernel_files(**{"fs/leak.c": LEAK, "fs/plain.c": "int plain;\n"}))
    rows = [{"directory": str(tmp_path), "file": str(tree / name), "arguments": [
        "clang-19", f"-I{ROOT}/testcases/include", "-c", "-o", "x.o", str(tree / name)]}
        for name in ("fs/leak.c", "fs/plain.c")]
    write_tree(tmp_path / "build", {"compile_commands.json": json.dumps(rows)})
    def start(*words):
        return subprocess.run([sys.executable, "-m", "bench.speed", "--kdir", str(tree), "--build",
                               str(tmp_path / "build"), "--out", str(tmp_path / "out"), "--runs", "1",
                               "--jobs", "1", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return start, tmp_path / "out"


def test_parts_of_a_toy_tree(run, tmp_path):
    start, out = run
    log = tmp_path / "audit.sarif"
    log.write_text(json.dumps(page_log.log([page_log.result(i) for i in range(20)])))
    done = start("--audit", str(log), "--parts", "scan", "plugin", "link", "page")
    assert done.returncode == 0, done.stderr
    made = json.loads((out / "speed.json").read_text())["parts"]
    assert [len(made[name]) for name in ("scan", "plugin", "link", "page")] == [1, 4, 4, 1]
    for row in sum(made.values(), []):
        assert row["ratio"] > 0 and row["peak_kb"] > 0 and row["yardstick_seconds"] > 0
    assert "| text scan | ripgrep, same names |" in done.stdout
    ElementTree.fromstring((out / "speed.svg").read_text())
    again = start("--parts", "page")               # of which nothing is known without a log
    assert again.returncode == 0 and "give AUDIT=audit.sarif" in again.stderr
    assert json.loads((out / "speed.json").read_text())["parts"] == {**made, "page": []}


def test_what_fails_is_said(run, tmp_path):
    start, _ = run
    write_tree(tmp_path, {"facts/a.facts": "no facts"})
    done = start("--parts", "link", "--facts", str(tmp_path / "facts"))
    assert done.returncode == 1 and done.stderr.startswith("gupcheck: ") and "gupcheck-facts" in done.stderr


def test_coccicheck_is_really_asked(run):
    """The toy tree has none, and coccicheck says so."""
    start, out = run
    done = start("--parts", "coccicheck")
    assert done.returncode == 1 and "scripts/coccicheck" in done.stderr
    assert not (out / "speed.json").exists()


def test_bad_arguments():
    done = subprocess.run([sys.executable, "-m", "bench.speed"], cwd=ROOT, capture_output=True, text=True,
                          check=False, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 1
    assert done.stderr == ("gupcheck: give KDIR=the kernel tree and BUILD=its clang build's output directory, "
                           "or one with its compile_commands.json; both are only read\n")


def test_row():
    row = parts.row("link", "once", (8.0, 300), (1.0, 100), per=4, bar=1.5)
    assert (row["ratio"], row["memory"], row["bar"]) == (2, 0.75, 1.5)


def test_picture():
    rows = [parts.row("a <b>", "c", (3, 1), (2, 1), bar=1.2), parts.row("d", "c", (1, 1), (4, 1), bar=2),
            parts.row("e", "c", (64, 1), (1, 1))]
    text = picture.draw(rows, 'the "title"')
    assert text == picture.draw(json.loads(json.dumps(rows)), 'the "title"')
    root = ElementTree.fromstring(text)
    bars = [e for e in root if e.tag.endswith("rect")]
    assert [e.get("class") for e in bars] == ["o", "b", "b"]        # over its bar, below, without
    widths = [float(e.get("width")) for e in bars]
    assert widths[1] < widths[0] < widths[2]
    assert "a &lt;b&gt;" in text
    assert "| a <b> | c | 1.50 | 1.2 | 3.00 | 0 MB |" in picture.table(rows)
