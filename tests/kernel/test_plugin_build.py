# SPDX-License-Identifier: GPL-2.0-only
"""The plugin and gupcheck-cc in the kernel's own build: findings are warnings, and nothing else is new."""

import re
import subprocess

from common import ROOT

from report import clang, kbuild

# two with findings, one without
UNITS = {"kernel/events/uprobes.o": True, "drivers/infiniband/hw/usnic/usnic_uiom.o": True,
         "drivers/vhost/vdpa.o": False}


def make(linux, build, *words):
    return subprocess.run(["make", "-C", str(linux), *kbuild.variables(build), *words, *UNITS],
                          capture_output=True, text=True, check=False)


def warned(run):
    """{unit: tags of its warnings}, all lines with a warning or an error."""
    lines = [line for line in run.stderr.split("\n") if re.search(r"\b(?:warning|error):", line)]
    return {unit: {tag for line in lines if unit[:-2] + ".c" in line
                   for tag in re.findall(r"\[-Wgup-([\w-]+)\]", line)} for unit in UNITS}, lines


def test_in_the_build(linux, audit_of_linux):
    """With the plugin by KCFLAGS and gupcheck-cc by CHECK, in the build directory of the audit."""
    the_clang = clang.find()
    build = kbuild.find(linux, "", "", the_clang)
    assert (build.directory / ".config").is_file(), audit_of_linux
    for unit in UNITS:
        (build.directory / unit).unlink(missing_ok=True)
    run = make(linux, build, f"KCFLAGS=-Wno-error -fplugin={the_clang.plugin}")
    assert run.returncode == 0, run.stderr[-2000:]
    tags, lines = warned(run)
    assert {unit: bool(found) for unit, found in tags.items()} == UNITS
    assert all("[-Wgup-" in line for line in lines), lines
    run = make(linux, build, f"KCFLAGS=-Wno-error -fplugin={the_clang.plugin}", "C=2",
               f"CHECK={ROOT}/bin/gupcheck-cc")
    assert run.returncode == 0, run.stderr[-2000:]
    checked = re.findall(r"^  CHECK +(\S+)$", run.stdout, re.M)
    assert {str(linux / unit)[:-2] + ".c" for unit in UNITS} <= set(checked)
    assert warned(run)[0] == tags
