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


def options(parser, *names, **others):
    """
    Give @parser options that have a value from the command line, else from the
    environment, where make puts them as they were typed, else a default: one of @others.
    """
    defaults = {"out": "gup-audit", "jobs": os.cpu_count(), "source": "linux-source-6.1", "mode": "report",
                **others}
    for name in names:
        parser.add_argument(f"--{name}", default=os.environ.get(
            f"GUP_{name.upper().replace('-', '_')}") or defaults.get(name, ""))


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
            subprocess.Popen(argv, cwd=work, env=env, stdout=subprocess.PIPE, stderr=errors,
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
    except OSError as err:
        print(f"gupcheck: {err.filename or 'the system'}: {err.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"gupcheck: {interrupted}", file=sys.stderr)
        return 130
