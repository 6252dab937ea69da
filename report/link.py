# SPDX-License-Identifier: GPL-2.0-only
"""gupcheck link and gupcheck wrappers: the whole program, from facts (clang-plugin/link.c)."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

from report import clang
from report.errors import UserError
from report.files import put_file
from report.outputs import one_line


GUP_C = "mm/gup.c"                 # where the assert is to stand: no verdict without its facts
SCANNED = "scan.json"              # beside facts: {source: "", PLANNED, or why there is nothing}
PLANNED = "the scan did not come to it"
NAMED = 10                         # files that a note names, the first ones


def _add_facts(parser):
    parser.add_argument("facts", metavar="FACTS", nargs="+",
                        help="facts that the checker wrote, or directories of them")
    parser.add_argument("--api", default="", help="more rows for the API table")


def add_link_arguments(parser):
    _add_facts(parser)
    parser.add_argument("-o", dest="out", metavar="SARIF", help="write the results as SARIF 2.1.0")
    parser.add_argument("--srcroot", default="", help="the source tree that the facts are of")
    parser.add_argument("--policy", choices=("assert", "entry"), default="assert",
                        help="entry: every caller of get_user_pages*() has to state FOLL_GET itself")
    parser.add_argument("--sites", action="store_true", help="print the calls that satisfy the assert too")


def add_wrappers_arguments(parser):
    _add_facts(parser)
    parser.add_argument("-o", dest="out", metavar="TABLE",
                        help="write what was learnt, for the --api of the next scan and link")


def find_facts(names):
    """The files of facts that @names mean. Raises UserError when there is none."""
    files = []
    for name in names:
        path = Path(name)
        found = sorted(path.rglob("*.facts")) if path.is_dir() else [path]
        if not found:
            raise UserError(f"{name}: no facts there: gupcheck scan --facts={name} makes them")
        files += found
    return files


def _scanned(directory):
    """What a scan into @directory left word of. Raises UserError."""
    path = Path(directory) / SCANNED
    try:
        rows = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
        if all(isinstance(why, str) for why in rows.values()):
            return rows
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError):
        pass
    raise UserError(f"{path}: not what gupcheck scan writes there: remove it, and run the scan again")


def note_scan(directory, rows):
    """Leave word in @directory of @rows, {source: as SCANNED has it}; of other sources it stays."""
    path = Path(directory) / SCANNED
    text = json.dumps({**_scanned(directory), **rows}, indent=1, sort_keys=True)
    put_file(path, text + "\n")


def left_out(names):
    """One line on the sources that scans into the directories among @names have no facts of; "" when there are none."""
    missing = []
    for name in filter(os.path.isdir, names):
        stems = {path.stem for path in Path(name).rglob("*.facts")}
        for source, why in sorted(_scanned(name).items()):
            parts = source.strip("/").split("/")
            there = any("+".join(parts[i:]) in stems for i in range(len(parts)))
            if why and not (why == PLANNED and there):
                missing.append(f"{one_line(source)} ({one_line(why)})")
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return f"files without facts are no part of the program: {', '.join(missing[:NAMED])}{more}" if missing else ""


def _program():
    program = clang.find(tried=False).plugin.with_name("gupcheck-facts")
    if not program.is_file():
        raise UserError(f"no {program}: run 'make plugin' in {clang.ROOT}")
    return program


def _run(command, options, facts):
    note = left_out(facts) if command == "link" else ""
    options = [*options, *([f"--left-out={note}"] if note else [])]
    done = subprocess.run([_program(), command, *options, *find_facts(facts)], check=False)
    return 0 if done.returncode == 0 else 1


def kept(cache, command, options, facts, suffix):
    """
    What `gupcheck-facts @command @options` writes of the files @facts: the path of a file in the
    directory @cache, made only when it was not asked the same before. Raises UserError.
    """
    program = _program()
    key = hashlib.sha256(repr((command, options, str(program), program.stat().st_mtime_ns)).encode())
    for name in facts:
        key.update(hashlib.sha256(Path(name).read_bytes()).digest())
    out = cache / f"{command}-{key.hexdigest()[:16]}.{suffix}"
    if not out.is_file():
        done = subprocess.run([program, command, f"--sarif={out}", *options, *facts], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().split("\n")
            raise UserError(f"gupcheck {command}: {lines[0] if lines[0] else f'ended with status {done.returncode}'}")
    return out


def link(args):
    """Returns 0 when the link ran, whatever it found."""
    options = [f"--policy={args.policy}"]
    if args.out:
        options.append(f"--sarif={args.out}")
    if args.srcroot:
        root = os.path.realpath(args.srcroot)
        options += [f"--root={root}/", f"--srcroot={root}"]
    if args.api:
        options.append(f"--api={args.api}")
    if args.sites:
        options.append("--sites")
    return _run("link", options, args.facts)


def wrappers(args):
    """Print what the facts teach about functions and fields that handle references."""
    options = [f"--sarif={args.out}"] if args.out else []
    return _run("wrappers", options + ([f"--api={args.api}"] if args.api else []), args.facts)
