# SPDX-License-Identifier: GPL-2.0-only
"""
gupcheck-cc, started by kbuild as CHECK= where sparse and smatch are: with the
options of sparse and of the compiler, then the source file. What the checker
finds are warnings on stderr; the build goes on whatever they are.

From the environment: CLANG (which clang), GUP_SARIF_DIR (a directory for one
SARIF file a source), GUP_SPARSE (a sparse to run beside the checker, with its options: report/sparse.py).
"""

from report import early            # the first of all, see there
import os
import subprocess
import sys
from pathlib import Path

from report import api as table
from report import clang, compdb, sparse
from report.errors import UserError


def sarif_path(source):
    """Where the SARIF file of @source goes: None when nobody asked for it. Raises UserError."""
    directory = os.environ.get("GUP_SARIF_DIR")
    if not directory:
        return None
    path = Path(directory).resolve() / (os.path.realpath(source).strip("/").replace("/", "__") + ".sarif")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise UserError(f"GUP_SARIF_DIR={directory}: {err.strerror}") from err
    return path


def target():
    """kbuild exports CROSS_COMPILE; without it, what is compiled is for this machine."""
    return clang.target_of(os.environ.get("CROSS_COMPILE", "") + "gcc")


def second_opinion(arguments, source, names):
    """Print what sparse says of @source where references are held, and how much else it says."""
    told = sparse.run(sparse.program(os.environ["GUP_SPARSE"]), arguments, source, ".", names)
    if told.failed:
        raise UserError(f"{source}: no second opinion: {told.failed}")
    for note in told.notes:
        print(f"{source}:{note['line']}:{note['col']}: note: {note['text']} [sparse]", file=sys.stderr)
    if told.dropped:
        print(f"{source}: note: {told.dropped} warnings of sparse about other code are not shown", file=sys.stderr)


def check(arguments, source):
    """Print what the checker says of @source. Raises UserError when it says nothing."""
    functions = table.load_api()
    own = {f.name for f in functions.values() if not f.generic}
    if not compdb.Reaches(compdb.names_the_api(own))(source):
        return
    if os.environ.get("GUP_SPARSE"):
        second_opinion(arguments, source, own)
    checker = clang.find(tried=False)
    words = target() + clang.translate(arguments, checker.program)
    srcroot = os.environ.get("abs_srctree") or os.environ.get("srctree") or "."
    done = clang.run(checker, words, ".", clang.plugin_options(
        checker, sarif=sarif_path(source), srcroot=os.path.realpath(srcroot)))
    if done.returncode:
        raise UserError(f"{source}: not checked: {clang.failure(done)}")
    sys.stderr.write(done.stderr)


def main(arguments):
    try:
        early.over()
        source = next((a for a in reversed(arguments) if a.endswith(".c")), None)
        if not source:
            raise UserError("no C file among the arguments: make C=1 CHECK=gupcheck-cc starts it")
        check(arguments, source)
    except UserError as err:
        print(f"gupcheck: {err}", file=sys.stderr)
    except subprocess.TimeoutExpired:
        print(f"gupcheck: {source}: not checked: no result after {clang.TIMEOUT} seconds", file=sys.stderr)
    except OSError as err:
        print(f"gupcheck: {err.filename or 'the system'}: {err.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
