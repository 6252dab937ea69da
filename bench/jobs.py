# SPDX-License-Identifier: GPL-2.0-only
"""
What the benchmarks share: their command lines and, of bench.seeded and bench.peers, jobs by GNU
Make in an output directory, one JSON file each. A run that was stopped goes on where it was.
"""

import argparse
import json
import os
import subprocess
import sys

from report.api import ROOT
from report.errors import UserError
from report.run import bound, make_environment, number_of_jobs, options, stop


def parser_of(prog, doc, number, *names, **defaults):
    """
    An argparse parser of what all benchmarks on a tree take, and of the options @names of
    report.run besides; @number: how many edits or files, if nothing is said.
    """
    parser = argparse.ArgumentParser(prog=f"python3 -m {prog}", description=doc.strip())
    options(parser, "kdir", "build", "out", *names, **defaults)
    parser.add_argument("--number", type=int, metavar="N", default=int(os.environ.get("GUP_N") or number),
                        help="so many files, or edits (N=)")
    return parser


def parser_of_edits(prog, doc, number, out):
    """The same for those that run jobs on edits, which may be elsewhere, and score them."""
    parser = parser_of(prog, doc, number, "jobs", "launch", out=out)
    parser.add_argument("--clang", default=os.environ.get("GUP_CLANG") or "clang-19", help="CLANG=")
    parser.add_argument("--plugin", default="", help="gupcheck.so, if not the one that is built here")
    parser.add_argument("--facts", default=os.environ.get("GUP_FACTS", ""), metavar="DIR",
                        help="facts of the tree's files, from an audit: look across files as well (FACTS=)")
    parser.add_argument("--classes", nargs="+", metavar="RULE", help="only edits against these rules, and "
                        "'rewrite': those that are no bug (CLASSES=)",
                        default=(os.environ.get("GUP_CLASSES") or "").split())
    parser.add_argument("--report", action="store_true", help="only score what has been run")
    return parser


def parse(parser):
    """What @parser makes of the command line. Raises UserError without a tree and its build."""
    args = parser.parse_args()
    if not args.kdir or not args.build:
        raise UserError("give KDIR=the kernel tree and BUILD=its clang build's output directory, or one "
                        "with its compile_commands.json; both are only read")
    if "jobs" in args:
        args.jobs = number_of_jobs(args.jobs)
    return args


def make(out, rules, goal, number):
    """
    Run the jobs of @goal by the makefile @rules, @number at once, in @out; print each as it
    ends, and how many make has to run. Raises KeyboardInterrupt behind a clean stop.
    """
    env = make_environment(GUP_PYTHON=sys.executable,
                           PYTHONPATH=f"{ROOT}:{os.environ.get('PYTHONPATH', '')}".rstrip(":"))
    words = ["make", "-s", "-k", f"-j{number}", "-f", str(rules), goal]
    planned = subprocess.run([*words, "-n"], cwd=out, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True, check=False)       # what make complains of it says again, below
    total = sum(line.startswith("echo 'done ") for line in planned.stdout.splitlines())
    with subprocess.Popen(bound(words), cwd=out, env=env, stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as proc:
        try:
            for done, line in enumerate((l for l in proc.stdout if l.startswith("done ")), 1):
                print(f"[{done}/{total}] {line[5:].strip()}", flush=True)
        except BaseException:
            stop(proc)
            raise
    return proc.returncode


def read(out, folder, name):
    return json.loads((out / folder / f"{name}.json").read_text(encoding="utf-8"))


def write(out, variables, launch, rules=()):
    """The variables and @rules that the makefile of @out includes."""
    lines = [f"{name} := {' '.join(values)}" for name, values in variables.items()]
    (out / "jobs.mk").write_text("\n".join([*lines, f"LAUNCH := {launch}", *rules, ""]),
                                 encoding="utf-8")
