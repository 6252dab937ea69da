# SPDX-License-Identifier: GPL-2.0-only
"""
What `gupcheck wrappers` learns from facts, and which files of the tree name it: functions that take
or drop references for their callers, and fields in which references are left.
"""

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass

from report import link
from report.errors import UserError

ROUNDS = 5                         # in which files may come in
FILES = 200                        # that may come in, all rounds together
WORD = re.compile(rb"[A-Za-z_]\w*")
MEMBER = re.compile(rb"(?:->|\.)\s*([A-Za-z_]\w*)")


@dataclass(frozen=True, order=True)
class Row:
    """A function (role wrapper), or a field of a structure (role field), that was learnt."""

    role: str
    name: str
    record: str                    # the structure, or ""
    home: str                      # the file that defines the function, or ""

    @property
    def word(self):
        """What a file that is concerned has in its text."""
        return self.record or self.name


def ask(facts, root, cache):
    """
    {Row}: what @facts teach about the tree @root. Asked once for the same facts, as files in the
    directory @cache.
    """
    table = link.kept(cache, "wrappers", [f"--root={root}/"], facts, "table.json")
    rows = json.loads(table.read_text(encoding="utf-8"))["functions"]
    homes = [re.match(r"(.+):\d+ \w+\(\) ", row["doc"]) for row in rows]
    return {Row(row["role"], row["name"], row.get("record", ""),
                home.group(1).removeprefix(f"{root}/") if home else "") for row, home in zip(rows, homes)}


def naming(text, names, work):
    """[.c files below the directory of @text, kept.Kept, that have one of @names as a word]. Raises UserError."""
    def make(path):
        with open(path, "wb") as stream:
            done = subprocess.run(["grep", "-rlwFZ", "--include=*.c", "-f", "-", "--", "."], cwd=text.top,
                                  input=words.encode(), stdout=stream, stderr=subprocess.PIPE, check=False)
        if done.returncode > 1 and not os.path.getsize(path):
            raise UserError(f"grep: {done.stderr.decode('utf-8', 'replace').strip()}")

    if not names:
        return []
    words = "\n".join(sorted(names))
    text.get(f"naming\n{words}", work / "naming", make)
    found = (work / "naming").read_bytes().split(b"\0")
    return sorted(os.path.normpath(os.fsdecode(name)) for name in found if name)


class Texts:
    """Which words, and which members of structures, stand in the files below @base."""

    def __init__(self, base, releases):
        self.base, self.read = base, {}
        self.releases = {name.encode() for name in releases}

    def _read(self, file):
        if file not in self.read:
            try:
                text = (self.base / file).read_bytes()
            except OSError:
                text = b""
            self.read[file] = frozenset(WORD.findall(text)), frozenset(MEMBER.findall(text))
        return self.read[file]

    def rows(self, file, learnt, known):
        """
        [(role, name)] of the rows of @learnt that bear on @file: functions that are defined elsewhere
        and named here, and fields that stand beside their structure and a release. Fields only bring
        a file in: they say nothing of one that is @known.
        """
        words, members = self._read(file)
        fields = not known and words & self.releases
        return sorted({(row.role, row.name) for row in learnt if row.word.encode() in words and (
            row.home != file if row.role == "wrapper" else fields and row.name.encode() in members)})


def admit(candidates, rows_of, room):
    """
    Of the files @candidates those that may come in, the ones that name the rarest things first,
    and the number of others. @rows_of: {file: rows}; @room: how many may.
    """
    frequency = Counter(row for file in candidates for row in rows_of[file])
    order = sorted(candidates, key=lambda f: (min(frequency[row] for row in rows_of[f]), f))
    return sorted(order[:room]), max(0, len(order) - room)
