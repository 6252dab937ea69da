# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own scripts/coccicheck, unmodified, with each rule, on real directories."""

import re
import subprocess
import sys

import pytest
from common import ROOT

from report import api

RULES = {row["id"]: row["cocci"] for row in api.load_rules() if "cocci" in row}
# a part of the kernel for each rule in which 6.1 has something for it to say, and one without
PARTS = {"foll-get-missing": ("drivers/misc/sgi-gru", 1), "longterm-remote": ("drivers/vfio", 1),
         "pin-put-mismatch": ("drivers/misc", 0)}


def coccicheck(linux, rule, mode, part):
    return subprocess.run([sys.executable, "-m", "report.command", "coccicheck", "--kdir", str(linux),
                           "--module", part, "--cocci", f"cocci/{RULES[rule]}.cocci", "--mode",
                           mode], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("mode", ["report", "org", "context", "patch"])
@pytest.mark.parametrize("rule", RULES)
def test_modes(linux, rule, mode):
    part, count = PARTS[rule]
    run = coccicheck(linux, rule, mode, part)
    assert run.returncode == 0, run.stderr[-2000:]
    found = {"report": r": (?:WARNING|ERROR): ", "org": r"^\* TODO ", "context": r"^@@",
             "patch": r"^@@"}[mode]
    assert len(re.findall(found, run.stdout, re.M)) == count, run.stdout


def listing(root):
    """Every name below @root with its size and time of change."""
    run = subprocess.run(["find", str(root), "-printf", "%p %s %T@ %y\\n"], capture_output=True,
                         check=True)
    return sorted(run.stdout.split(b"\n"))


def test_the_tree_stays_as_it_was(linux):
    before = listing(linux)
    for mode in ("report", "patch"):
        assert coccicheck(linux, "longterm-remote", mode, "drivers/vfio").returncode == 0
    assert listing(linux) == before


def test_not_a_whole_tree(kernel):
    run = coccicheck(kernel, "longterm-remote", "report", "")
    assert run.returncode == 1 and "no scripts/coccicheck" in run.stderr


@pytest.mark.parametrize("args,why", [
    (("--mode", "nonsense"), "not one of report"), ((), "no semantic patch"),
    (("--cocci", "none.cocci"), "no semantic patch none.cocci"),
])
def test_bad_calls(linux, args, why):
    run = subprocess.run([sys.executable, "-m", "report.command", "coccicheck", "--kdir", str(linux), *args],
                         cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and why in run.stderr
