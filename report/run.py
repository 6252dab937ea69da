# SPDX-License-Identifier: GPL-2.0-only
"""Start GNU Make on a list of jobs and follow it: what the audit and a scan have in common."""

import os
import signal
import subprocess
import sys

from report.api import ROOT
from report.errors import UserError

# what an outer make leaves in the environment
OUTER = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GNUMAKEFLAGS", "M", "O", "KDIR", "OUT",
         "ARCH", "CC", "KCFLAGS")


def number_of_jobs(text):
    if not str(text).isdigit() or int(text) < 1:
        raise UserError(f"JOBS={text}: give a number of jobs, 1 or more")
    return int(text)


def make_environment(**more):
    """Our environment for a make of its own."""
    return {**{k: v for k, v in os.environ.items() if k not in OUTER}, **more}


# Of make's variables: what an option stands for, and what it does.
OPTIONS = {
    "kdir": ("LINUX", "the kernel tree (make: KDIR=); it is only read"),
    "module": ("PART", "a directory of it, or one with an external module (M=)"),
    "arch": ("ARCH", "of arch/, only this one; the checker configures for it"),
    "out": ("DIR", "where results go (OUT=)"),
    "jobs": ("N", "so many jobs at a time (JOBS=)"),
    "launch": ("COMMAND", "put this in front of each job, nice or srun (LAUNCH=)"),
    "source": ("PACKAGE", "without a tree: Debian's kernel source (SOURCE=)"),
    "suppress": ("FILE", "findings that are justified (SUPPRESS=; default: gup-audit.yaml, if there)"),
    "baseline": ("SARIF", "an earlier audit: say what is new (BASELINE=)"),
    "fail-on": ("WHAT", "end with 3 when there is such a result: error, new-error, open... (FAIL_ON=)"),
    "build": ("DIR", "a build directory whose .config the checker takes (BUILD=)"),
    "policy": ("POLICY", "of foll-get-missing: assert or entry (POLICY=)"),
    "sparse": ("COMMAND", "1 or a sparse: its opinion of functions that hold pages (SPARSE=)"),
    "other-archs": ("no", "no: configure only the one architecture (OTHER_ARCHS=)"),
    "strategy": ("HOW", "callers: each states FOLL_GET; entry: the entry points add it (STRATEGY=)"),
    "audit": ("SARIF", "fix what this audit found; else one is made (AUDIT=)"),
    "fixes": ("DIR", "the series (FIXES=)"),
    "compilers": ("NAMES", "that build the touched files"),
    "cocci": ("FILE", "the semantic patch (COCCI=)"),
    "mode": ("MODE", "report, context, org, patch... (MODE=)"),
}


def options(parser, *names, **others):
    """
    Give @parser options that have a value from the command line, else from the
    environment, where make puts them as they were typed, else a default: one of @others.
    """
    defaults = {"out": "gup-audit", "jobs": os.cpu_count(), "source": "linux-source-6.1", "mode": "report",
                **others}
    for name in names:
        metavar, text = OPTIONS[name]
        parser.add_argument(f"--{name}", metavar=metavar, help=text, default=os.environ.get(
            f"GUP_{name.upper().replace('-', '_')}") or defaults.get(name, ""))


def bound(argv):
    """
    @argv, asked to end when we do, whatever ended us. A make that outlives its caller would go on
    writing where the next run works; asked, it ends its jobs first.
    """
    return ["setpriv", "--pdeathsig", "TERM", *argv]


def stop(proc):
    """End make and its jobs: asked first, then told."""
    os.killpg(proc.pid, signal.SIGTERM)
    try:
        proc.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(proc.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    proc.wait()


def run_jobs(makefile, work, jobs, launch, advance):
    """Start GNU Make on report/@makefile in @work; every finished job advances the bar."""
    env = make_environment(PYTHONPATH=str(ROOT), GUP_PYTHON=sys.executable, TMPDIR=str(work))
    argv = ["make", "-k", "--no-print-directory", f"-j{jobs}", "-f", str(ROOT / "report" / makefile),
            f"LAUNCH={launch}"]
    with open(work / "jobs.err", "w+b") as errors, \
            subprocess.Popen(bound(argv), cwd=work, env=env, stdout=subprocess.PIPE, stderr=errors,
                             text=True, errors="replace", start_new_session=True) as proc:
        try:
            for line in proc.stdout:
                if line.startswith("done "):
                    advance(line.split()[1])
        except BaseException:
            stop(proc)
            raise
        proc.wait()
        errors.seek(0)
        message = errors.read(1 << 20).decode("utf-8", "replace").strip().split("\n")
    if proc.returncode:
        first = [line for line in message if line.startswith("gupcheck:")]
        raise UserError("a job failed: " + (first[0][10:] if first else message[-1]))


def guarded(work, interrupted="interrupted"):
    """
    What @work() returns, as an exit status. What the user or the system did wrong is one
    line on stderr and 1; Ctrl-C is a line with @interrupted and 130.
    """
    try:
        return work()
    except UserError as err:
        print(f"gupcheck: {err}", file=sys.stderr)
        return 1
    except BrokenPipeError:            # who reads our output, head say, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as err:
        print(f"gupcheck: {err.filename or 'the system'}: {err.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"gupcheck: {interrupted}", file=sys.stderr)
        return 130
