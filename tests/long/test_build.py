# SPDX-License-Identifier: GPL-2.0-only
"""The files that patch mode touches still compile: linux-source-6.1, x86 allmodconfig, gcc."""

import os
import subprocess

import pytest
from common import ROOT

from report import api, source, spatch

RULES = {row["id"]: row["cocci"] for row in api.load_rules() if "cocci" in row}


def make(linux, build, *targets):
    return subprocess.run(["make", "-C", str(linux), f"O={build}", f"-j{os.cpu_count()}", "ARCH=x86",
                           "KCFLAGS=-Wno-error", *targets], capture_output=True, text=True,
                          check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the tree made of links; a file that is patched gets a body of its own."""
    linux = source.unpack("linux-source-6.1")
    tmp = tmp_path_factory.mktemp("build", numbered=True)
    target = linux.parent / f".{tmp.name}-linux"
    subprocess.run(["cp", "-al", str(linux), str(target)], check=True)
    try:
        run = make(target, tmp / "x86", "allmodconfig", "prepare")
        assert run.returncode == 0, run.stderr[-2000:]
        yield target, tmp / "x86"
    finally:
        subprocess.run(["rm", "-rf", str(target)], check=True)


@pytest.mark.parametrize("rule", RULES)
def test_patched_files_compile(copy, rule):
    linux, build = copy
    cocci = spatch.rule_path(RULES[rule])
    grep = subprocess.run(["grep", "-rlE", "--include=*.c", "(get|pin)_user_page", "."], cwd=linux,
                          capture_output=True, text=True, check=True)
    touched = []
    for name in sorted(f[2:] for f in grep.stdout.split()):
        run = subprocess.run(["spatch", "-D", "patch", "--very-quiet", "--cocci-file", str(cocci),
                              *spatch.options_of(cocci), "--patch", str(linux), name], cwd=linux,
                             env=spatch.environment(build), capture_output=True, check=False)
        if b"@@" not in run.stdout:
            continue
        path = linux / name
        text = path.read_bytes()
        path.unlink()                       # leave the other link's body alone
        path.write_bytes(text)
        subprocess.run(["patch", "-p1", "-s", "-d", str(linux)], input=run.stdout, check=True)
        touched.append(name)
    built, outside = [], []
    for name in touched:
        if name.startswith("arch/") and not name.startswith("arch/x86/"):
            outside.append(name)
            continue
        run = make(linux, build, name[:-2] + ".o")
        assert run.returncode == 0, f"{name}: {run.stderr[-2000:]}"
        warned = [line for line in run.stderr.split("\n") if "warning:" in line]
        assert not warned, warned
        built.append(name)
    print(f"{rule}: touched {len(touched)}, built {built}, of another architecture {outside}")
    assert built or not touched


def test_gupcheck_cc_in_a_gcc_build(copy):
    """kbuild starts it as CHECK=, with gcc's options: what clang does not know is no trouble."""
    linux, build = copy
    target = "drivers/misc/genwqe/card_utils.o"
    run = make(linux, build, "C=2", f"CHECK={ROOT}/bin/gupcheck-cc", target)
    assert run.returncode == 0 and "  CHECK " in run.stdout, run.stderr[-2000:]
    assert "[-Wgup-longterm-missing]" in run.stderr and "not checked" not in run.stderr
