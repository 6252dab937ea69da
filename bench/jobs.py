# SPDX-License-Identifier: GPL-2.0-only
"""
What bench.seeded and bench.peers share: jobs by GNU Make in an output directory, one JSON file
each. A run that was stopped goes on where it was.
"""

import json
import os
import signal
import subprocess
import sys

from report.api import ROOT


def make(out, rules, goal, number, total):
    """
    Run the jobs of @goal by the makefile @rules, @number at once, in @out; print each as it
    ends. Raises KeyboardInterrupt behind a clean stop.
    """
    env = {**os.environ, "GUP_PYTHON": sys.executable,
           "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}".rstrip(":")}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    words = ["make", "-s", "-k", f"-j{number}", "-f", str(rules), goal]
    with subprocess.Popen(words, cwd=out, env=env, stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as proc:
        try:
            for done, line in enumerate((l for l in proc.stdout if l.startswith("done ")), 1):
                print(f"[{done}/{total}] {line[5:].strip()}", flush=True)
        except KeyboardInterrupt:
            os.killpg(proc.pid, signal.SIGTERM)
            raise
    return proc.returncode


def missing(out, folder, names):
    return [n for n in names if not (out / folder / f"{n}.json").exists()]


def read(out, folder, name):
    return json.loads((out / folder / f"{name}.json").read_text(encoding="utf-8"))


def write(out, variables, launch, rules=()):
    """The variables and @rules that the makefile of @out includes."""
    lines = [f"{name} := {' '.join(values)}" for name, values in variables.items()]
    (out / "jobs.mk").write_text("\n".join([*lines, f"LAUNCH := {launch}", *rules, ""]),
                                 encoding="utf-8")
