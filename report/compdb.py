# SPDX-License-Identifier: GPL-2.0-only
"""A compilation database (compile_commands.json): read, checked, and which of it names the API."""

import json
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from report import clang
from report.errors import UserError

INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)


@dataclass(frozen=True)
class Unit:
    """A translation unit: its source, an absolute path, and how it is parsed."""

    file: str
    directory: str
    words: tuple                   # clang's arguments, made by clang.translate()


def _words(entry, where):
    if isinstance(entry.get("arguments"), list):
        words = [str(word) for word in entry["arguments"]]
    elif isinstance(entry.get("command"), str):
        try:
            words = shlex.split(entry["command"])
        except ValueError as err:
            raise UserError(f"{where}: the command cannot be split into words: {err}") from err
    else:
        raise UserError(f"{where}: neither a command nor arguments")
    while words and os.path.basename(words[0]) in ("ccache", "distcc", "icecc", "sccache"):
        del words[0]
    if not words:
        raise UserError(f"{where}: an empty command")
    return words


def read(path, program):
    """The C files of the database @path, a file or its directory, as [Unit], by file. Raises UserError."""
    path = Path(path).expanduser()
    if path.is_dir():
        path = path / "compile_commands.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError as err:
        raise UserError(f"no compilation database: {path}: {err.strerror}; for a kernel, "
                        "'make compile_commands.json' in its build directory writes one") from err
    except ValueError as err:
        raise UserError(f"{path} is not JSON: {err}") from err
    if not isinstance(entries, list):
        raise UserError(f"{path} is not a compilation database: no list of commands")
    units = set()
    for number, entry in enumerate(entries, 1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            raise UserError(f"{where} names no file")
        if not isinstance(entry.get("directory", "."), str):
            raise UserError(f"{where}: its directory is no name")
        directory = os.path.join(path.parent.resolve(), entry.get("directory", "."))
        file = os.path.normpath(os.path.join(directory, entry["file"]))
        if not file.endswith(".c"):
            continue
        words = _words(entry, where)
        units.add(Unit(file, directory,
                       tuple(clang.target_of(words[0]) + clang.translate(words[1:], program))))
    return sorted(units, key=lambda u: (u.file, u.directory, u.words))


def names_the_api(names):
    """A test for Reaches: does the text have one of @names as a word?"""
    pattern = re.compile(rb"\b(?:" + b"|".join(sorted(n.encode() for n in names)) + rb")\b")
    return lambda file, text: pattern.search(text) is not None


class Reaches:
    """Does @test(file, its bytes) hold for a source file, or for one that it includes by "name"?"""

    def __init__(self, test):
        self.test = test
        self.known = {}

    def __call__(self, file):
        if file not in self.known:
            self.known[file] = False           # two files that include each other
            self.known[file] = self._look(file)
        return self.known[file]

    def _look(self, file):
        try:
            text = Path(file).read_bytes()
        except OSError:
            return False
        if self.test(file, text):
            return True
        here = os.path.dirname(file)
        return any(self(os.path.normpath(os.path.join(here, os.fsdecode(name))))
                   for name in INCLUDE.findall(text))
