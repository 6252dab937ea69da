# SPDX-License-Identifier: GPL-2.0-only
"""The compile commands of a build: kbuild's .FILE.o.cmd files, or compile_commands.json."""

import json
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from report.errors import UserError

# The line that kbuild writes (scripts/Kbuild.include, cmd-file): "cmd_x.o := clang ..." up to
# 6.2, "savedcmd_x.o := clang ..." since; objtool and others may follow behind a semicolon.
SAVED = re.compile(r"^(?:saved)?cmd_\S+ := (.*)$", re.M)
WITH_VALUE = {"-o", "-MF", "-MT", "-MQ"}
ALONE = {"-c", "-S", "-MD", "-MMD", "-MP"}


@dataclass(frozen=True)
class Command:
    """How one C file is compiled: without the compiler, the outputs and the file itself."""

    source: str                    # absolute
    directory: str                 # where the command runs
    args: tuple


def _strip(words, directory):
    """(source, arguments without outputs) of a compile command, or None."""
    args, source, skip = [], None, False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif word in ALONE or word.startswith(("-Wp,-MD", "-Wp,-MMD", "-fplugin")):
            pass
        elif word.endswith(".c") and not word.startswith("-"):
            source = os.path.normpath(os.path.join(directory, word))
        else:
            args.append(word)
    # the file behind -include ends in .h, so the one that ends in .c is what is compiled
    return (source, tuple(args)) if source and "-c" in words else None


def command(words, directory):
    """The Command of @words, as a compiler was started in @directory; None when it is no clang compiling C."""
    if not words or "clang" not in os.path.basename(words[0]):
        return None
    stripped = _strip(words, directory)
    return Command(stripped[0], directory, stripped[1]) if stripped else None


def _words(text):
    try:
        return shlex.split(text)
    except ValueError:
        return []


def from_database(path):
    """The commands in a compile_commands.json."""
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise UserError(f"cannot read {path}: {err}") from err
    if not isinstance(rows, list):
        raise UserError(f"{path} is no compilation database: a list is expected")
    found = []
    for row in rows:
        words = row.get("arguments") or _words(row.get("command", ""))
        one = command(words, row.get("directory", "."))
        if one:
            found.append(one)
    return found


def from_kbuild(build):
    """The commands in the .cmd files below a kernel's output directory."""
    found = []
    for path in sorted(Path(build).rglob(".*.o.cmd")):
        match = SAVED.search(path.read_text(encoding="utf-8", errors="replace"))
        if not match or "-D__KERNEL__" not in match.group(1):
            continue                   # a program of the host, or assembler
        one = command(_words(match.group(1).split(" ; ")[0].rstrip("; ")), str(build))
        if one:
            found.append(one)
    return found


def load(build, kdir, names):
    """
    Return {path below @kdir: Command} of the C files of @build that name one
    of @names (a text scan: the others have nothing to edit).
    """
    build, kdir = Path(build).resolve(), Path(kdir).resolve()
    if not build.is_dir():
        raise UserError(f"{build} is no directory; give BUILD=the output of a clang kernel build")
    database = build / "compile_commands.json"
    listed = from_database(database) if database.exists() else from_kbuild(build)
    if not listed:
        raise UserError(f"{build} has no clang compile commands (neither compile_commands.json nor "
                        "*.o.cmd files); build something there with LLVM=1 first")
    wanted = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    chosen = {}
    for one in listed:
        path = Path(one.source)
        if not path.is_relative_to(kdir) or str(path.relative_to(kdir)) in chosen:
            continue
        try:
            text = path.read_text(encoding="latin-1")
        except OSError:
            continue
        if wanted.search(text):
            chosen[str(path.relative_to(kdir))] = one
    if not chosen:
        raise UserError(f"no file that {build} compiles lies in {kdir} and calls the API; are "
                        "KDIR and BUILD of one kernel?")
    return dict(sorted(chosen.items()))
