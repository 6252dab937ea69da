# SPDX-License-Identifier: GPL-2.0-only
"""The gupcheck command: scan, dump, explain, and gupcheck-cc outside of a kernel."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from common import ROOT, hear_signals, write_tree

from report import clang, compdb

COMMAND = ROOT / "bin" / "gupcheck"
HEADER = """\
#include <gup.h>
static inline int take(unsigned long start, struct page **pages)
{
	int ret = pin_user_pages_fast(start, 2, FOLL_WRITE, pages);

	if (ret != 2)
		return -EFAULT;
	unpin_user_pages(pages, 2);
	return 0;
}
"""
LEAK = '#include "take.h"\nint {0}(unsigned long s, struct page **p)\n{{\n\treturn take(s, p);\n}}\n'


def gupcheck(*args, **kwargs):
    return subprocess.run([COMMAND, *map(str, args)], capture_output=True, text=True, check=False, **kwargs)


def write_database(root, files, options="", compiler="gcc"):
    entries = [{"directory": str(root), "file": file, "command":
                f"{compiler} {options} -I'{ROOT}/testcases/include' -c -o {file}.o {file}"} for file in files]
    (root / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")
    return root


@pytest.fixture
def project(tmp_path):
    """Two units that include one header with a leak, one of no interest."""
    root = write_tree(tmp_path / "a project", {
        "take.h": HEADER, "one.c": LEAK.format("one"), "two.c": LEAK.format("two"),
        "other.c": "int other;\n"})
    return write_database(root, ("one.c", "two.c", "other.c"))


def scan(root, tmp_path, *args, **kwargs):
    out = tmp_path / "out.sarif"
    run = gupcheck("scan", "-p", root, "--cache", tmp_path / "cache", "-o", out, *args, **kwargs)
    assert run.returncode == 0, run.stderr
    return run, json.loads(out.read_text(encoding="utf-8"))


def test_a_leak_in_a_header_counts_once(project, tmp_path):
    run, log = scan(project, tmp_path)
    results = log["runs"][0]["results"]
    assert [(r["ruleId"], r["kind"]) for r in results] == [("partial-pin-leak", "fail")]
    physical = results[0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "take.h", "uriBaseId": "SRCROOT"}
    properties = results[0]["properties"]
    assert (properties["function"], properties["callee"]) == ("take", "pin_user_pages_fast")
    assert properties["case"] == "unknown"
    assert "pin_user_pages_fast" in physical["contextRegion"]["snippet"]["text"]
    assert "2 of 3 files" in run.stderr and "take.h:" in run.stdout
    assert "1 calls: 1 fail, 0 pass, 0 open" in run.stdout


def test_second_run_does_nothing_and_a_touched_header_all(project, tmp_path):
    first, log = scan(project, tmp_path)
    assert "2 of 2" in first.stderr
    again, same = scan(project, tmp_path)
    assert "1 of 2" not in again.stderr and same == log
    (project / "take.h").write_text(HEADER.replace("-EFAULT", "ret"), encoding="utf-8")
    third, _ = scan(project, tmp_path)
    assert "2 of 2" in third.stderr
    (project / "two.c").write_text(LEAK.format("three"), encoding="utf-8")
    fourth, _ = scan(project, tmp_path)
    assert "1 of 2 two.c" in fourth.stderr and "2 of 2" not in fourth.stderr


def test_same_bytes_for_any_number_of_jobs(project, tmp_path):
    texts = set()
    for jobs in ("1", "3"):
        (tmp_path / jobs).mkdir()
        scan(project, tmp_path / jobs, "-j", jobs)
        texts.add((tmp_path / jobs / "out.sarif").read_bytes())
    assert len(texts) == 1


def test_a_gcc_database(project, tmp_path):
    """What only gcc knows is dropped, what the text needs is kept."""
    write_database(project, ("one.c",), "-fconserve-stack -mpreferred-stack-boundary=3 -mrecord-mcount "
                   "-fno-allow-store-data-races --param=max-inline-insns-auto=3 -Wp,-MMD,x.d -Werror "
                   "-fplugin=./none.so -fplugin-arg-none-x -isystem /usr/lib/gcc/x/1/include -DTWO='(1 + 1)'",
                   "ccache gcc-12")
    _, log = scan(project, tmp_path)
    assert len(log["runs"][0]["results"]) == 1
    assert not list(project.glob("*.d"))


def test_units_that_have_no_result_are_named_and_open(project, tmp_path):
    write_tree(project, {"broken.c": "int f(void)\n{\n\treturn pin_user_pages_fast(1, 1, 1, p);\n",
                         "unfinished.c": "#include <none.h>\nvoid g(void)\n{\n\tget_user_pages(1, 1, 1, p);\n}\n"})
    write_database(project, ("one.c", "broken.c", "unfinished.c", "gone.c"))
    run, log = scan(project, tmp_path)
    for name in ("broken.c", "unfinished.c", "gone.c"):
        assert f"{name}: not checked: " in run.stderr
    open_calls = [(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], r["message"]["text"])
                  for r in log["runs"][0]["results"] if r["kind"] == "open"]
    assert [uri for uri, _ in open_calls] == ["broken.c", "unfinished.c"]
    assert "none.h" in open_calls[1][1]
    assert len(log["runs"][0]["invocations"][0]["toolExecutionNotifications"]) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(project, tmp_path, number):
    """Ctrl-C while clang runs: one line, no result; what was done by then counts in the next run."""
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\ncase "$*" in *two-*) touch {tmp_path}/begun; exec sleep 986;; esac\nexec "$@"\n')
    slow.chmod(0o755)
    out = tmp_path / "out.sarif"
    with subprocess.Popen([COMMAND, "scan", "-p", project, "--cache", tmp_path / "cache", "-o", out, "-j1",
                           "--launch", str(slow)], stderr=subprocess.PIPE, text=True, preexec_fn=hear_signals) as proc:
        deadline = time.monotonic() + 120
        while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        proc.send_signal(number)
        rest = proc.stderr.read()
        assert proc.wait(timeout=20) == 130
    assert "gupcheck: interrupted" in rest and "Traceback" not in rest
    assert not out.exists()
    _, log = scan(project, tmp_path)
    assert len(log["runs"][0]["results"]) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["command", "cc"])
def test_interrupted_while_it_starts(tmp_path, module, number):
    """A library that is loaded then, and takes any exception for its own, does not see Ctrl-C."""
    waits = (f"import pathlib, time\npathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
             "try:\n    time.sleep(60)\nexcept BaseException as err:\n    raise RuntimeError from err\n")
    (tmp_path / "jsonschema.py").write_text(waits)
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-c", f"import report.{module}" + ", jsonschema"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env, preexec_fn=hear_signals) as proc:
        deadline = time.monotonic() + 60
        while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        proc.send_signal(number)
        assert proc.stderr.read() == "gupcheck: interrupted\n"
        assert proc.wait(timeout=20) == 130


def test_only_the_files_that_were_asked_for(project, tmp_path):
    run, _ = scan(project, tmp_path, "--", "other.c", cwd=project)
    assert "1 of 3 files" in run.stderr and "0 calls" in run.stdout


def test_through_a_symbolic_link_from_elsewhere(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(COMMAND)
    run = subprocess.run([link, "--version"], cwd="/", capture_output=True, text=True, check=True)
    assert run.stdout == f"gupcheck {(ROOT / 'VERSION').read_text(encoding='utf-8').strip()}\n"
    run = subprocess.run([link, "help"], cwd="/", capture_output=True, text=True, check=True)
    assert "scan" in run.stdout and "explain" in run.stdout


def test_explain():
    run = gupcheck("explain", "pin-leak")
    assert run.returncode == 0 and run.stdout.startswith("# pin-leak") and "SPDX" not in run.stdout
    run = gupcheck("explain", "pin-leek")
    assert run.returncode == 1 and run.stderr.startswith("gupcheck: no rule 'pin-leek'; there is pin-leak")


def test_dump(project, tmp_path):
    run = gupcheck("dump", "-p", project, project / "one.c")
    assert run.returncode == 0 and "pin_user_pages_fast" in run.stdout, run.stderr
    facts = tmp_path / "one.facts"
    the_clang = clang.find()
    subprocess.run([the_clang.program, "-fsyntax-only", f"-I{ROOT}/testcases/include", "one.c", *clang.plugin_options(
        the_clang, facts=facts, quiet=True)], cwd=project, check=True)
    again = gupcheck("dump", facts)
    assert again.returncode == 0 and "pin_user_pages_fast" in again.stdout, again.stderr
    run = gupcheck("dump", project / "one.c")
    assert run.returncode == 1 and "give -p compile_commands.json" in run.stderr


@pytest.mark.parametrize("text,why", [
    ("{", "not JSON"), ("{}", "no list of commands"), ("[1]", "entry 1 names no file"),
    ('[{"file": "a.c"}]', "entry 1: neither a command nor arguments"),
    ('[{"file": "a.c", "command": "gcc \'"}]', "cannot be split"),
    ('[{"file": "a.c", "command": ""}]', "empty command"), ("[]", "has no C file"),
])
def test_bad_databases(tmp_path, text, why):
    (tmp_path / "compile_commands.json").write_text(text, encoding="utf-8")
    run = gupcheck("scan", "-p", tmp_path, "--cache", tmp_path / "cache")
    assert run.returncode == 1 and why in run.stderr and run.stderr.count("\n") == 1


@pytest.mark.parametrize("args,why", [
    (("-p", "/none"), "no compilation database"), (("-p", ".", "none.c"), "not in the compilation database"),
    (("-p", ".", "-j", "0"), "JOBS=0"), (("-p", ".", "--api", "none.json"), "no API table none.json"),
    (("-p", ".", "--cache", "/dev/null/x"), "cannot write to"),
])
def test_bad_calls(project, args, why):
    run = gupcheck("scan", *args, cwd=project)
    assert run.returncode == 1 and why in run.stderr and "Traceback" not in run.stderr


def test_no_clang_and_no_plugin(project, tmp_path):
    run = gupcheck("scan", "-p", project, env={**os.environ, "CLANG": "clang-none"})
    assert run.returncode == 1 and "clang-none is not installed" in run.stderr
    fake = tmp_path / "clang-3"
    fake.write_text("#!/bin/sh\necho clang version 3.0\n")
    fake.chmod(0o755)
    run = gupcheck("scan", "-p", project, env={**os.environ, "CLANG": str(fake)})
    assert run.returncode == 1 and "no plugin for" in run.stderr


def test_translate():
    words = clang.translate(["-c", "-o", "x.o", "-Wp,-MMD,x.d", "-Wall", "-DX=1", "-include", "y.h", "-MF", "z",
                             "-x", "c", "-fplugin=z.so", "-O2", "a.c"], "clang")
    assert words == ["-DX=1", "-include", "y.h", "-x", "c", "-O2", "a.c"]
    assert clang.target_of("/usr/bin/aarch64-linux-gnu-gcc-12") == ["--target=aarch64-linux-gnu"]
    assert clang.target_of("gcc") == clang.target_of("gcc-12") == []


def test_what_names_the_api(tmp_path):
    root = write_tree(tmp_path, {"a.c": '#include "b.h"\n', "b.h": '#include "a.c"\n#include "d/c.h"\n',
                                 "d/c.h": "get_user_pages", "e.c": '#include "f.h"\nget_user_pages_x', "f.h": ""})
    wanted = compdb.Reaches(compdb.names_the_api({"get_user_pages"}))
    assert wanted(str(root / "a.c")) and not wanted(str(root / "e.c"))


def test_gupcheck_cc(project, tmp_path):
    """As kbuild starts it: sparse's options, the compiler's, the file; findings do not stop a build."""
    run = subprocess.run([ROOT / "bin/gupcheck-cc", "-D__linux__", "-Wbitwise", "--arch=x86", "-mlittle-endian",
                          "-fconserve-stack", "-Werror", f"-I{ROOT}/testcases/include", "one.c"], cwd=project,
                         env={**os.environ, "GUP_SARIF_DIR": str(tmp_path / "sarif")},
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "[-Wgup-partial-pin-leak]" in run.stderr, run.stderr
    assert "error:" not in run.stderr
    assert len(list((tmp_path / "sarif").glob("*one.c.sarif"))) == 1
    run = subprocess.run([ROOT / "bin/gupcheck-cc", "none.c"], cwd=project, capture_output=True, text=True,
                         check=False)
    assert run.returncode == 0
    run = subprocess.run([ROOT / "bin/gupcheck-cc"], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "no C file among the arguments" in run.stderr


SPARSE_C = """\
#include <gup.h>
#define __as __attribute__((noderef, address_space(1)))
long read_length(unsigned long start, int __as *length)
{
	struct page *page;
	long got = pin_user_pages_fast(start, 1, *length, &page);

	if (got == 1)
		unpin_user_page(page);
	return got;
}
int elsewhere(int __as *length)
{
	return *length;
}
"""


def test_a_second_opinion_of_sparse(tmp_path):
    """A real sparse beside the checker: what it says of code that holds no pages is only counted."""
    write_tree(tmp_path, {"user.c": SPARSE_C})
    arguments = ["-Wno-decl", f"-I{ROOT}/testcases/include", "user.c"]
    run = subprocess.run([ROOT / "bin/gupcheck-cc", *arguments], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, "GUP_SPARSE": "sparse -Wbitwise"}, check=False)
    notes = [line for line in run.stderr.split("\n") if "[sparse]" in line]
    assert len(notes) == 1 and notes[0].startswith("user.c:6:51: note: dereference of noderef expression"), run.stderr
    assert "user.c: note: 1 warnings of sparse about other code are not shown" in run.stderr
    run = subprocess.run([ROOT / "bin/gupcheck-cc", *arguments], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, "GUP_SPARSE": "no-such-sparse"}, check=False)
    assert run.returncode == 0 and "no second opinion: no-such-sparse: No such file" in run.stderr
