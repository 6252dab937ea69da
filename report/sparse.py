# SPDX-License-Identifier: GPL-2.0-only
"""
sparse as a second opinion: its warnings in the functions that take or drop references are kept,
those elsewhere are counted. See docs/checker.md for why it is asked for no more.
"""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field

from report import clang, tree

WARNING = re.compile(r"(.+?):(\d+):(\d+): (?:warning|error): (.*)")
# of the words that clang was given, those that say what text it is that is parsed; kbuild adds the others
PARSED = re.compile(r"-[DUI]|-include$|-isystem$|-iquote$|-nostdinc$|-m(?:64|32|little-endian|big-endian)$|-std=|-f(?:short-wchar|unsigned-char)$")
KBUILD = ("-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__", "-Wbitwise", "-Wno-return-void",
          "-Wno-unknown-attribute", "-Wno-decl")


@dataclass
class Opinions:
    """Of one file: [{file, line, col, function, text}], how many more there were, and why there are none."""

    notes: list = field(default_factory=list)
    dropped: int = 0
    failed: str = ""


def program(text):
    """The command line that SPARSE= or GUP_SPARSE asks for: 1 is the distribution's."""
    return "sparse" if text == "1" else text


def holding(text, names):
    """[(first line, last line, name)] of the functions in @text that call one of @names."""
    call = re.compile(r"\b(?:%s)\s*\(" % "|".join(map(re.escape, sorted(names))))
    return [(first - 1, first + body.count("\n"), name) for name, first, body
            in tree.function_bodies(tree.strip_comments(text)) if call.search(body)]


def words_for(words):
    """What sparse needs of @words, a unit's arguments for clang, to parse the same text."""
    result, i = list(KBUILD), 0
    while i < len(words):
        step = 2 if words[i] in clang.SEPARATE and i + 1 < len(words) else 1
        if PARSED.match(words[i]) or words[i].endswith(".c"):
            result += words[i:i + step]
        i += step
    return result


def notes(opinions):
    """What an audit tells of @opinions, {file: an Opinions as a dict}, beside the calls: [{file, reason, ...}]."""
    told = []
    for file, one in sorted(opinions.items()):
        told += [{"file": file, "line": note["line"], "level": "note",
                  "reason": f"line {note['line']}: sparse, in {note['function']}(): {note['text']}"} for note in one["notes"]]
        if one["failed"]:
            told.append({"file": file, "reason": f"sparse: {one['failed']}"})
    dropped = sum(one["dropped"] for one in opinions.values())
    if dropped:
        told.append({"level": "note", "reason": f"sparse: {dropped} warnings about code that holds no "
                     "references are not shown"})
    return told


def sort(stderr, source, directory, names):
    """Opinions from what sparse said on @stderr of the file @source, seen from @directory."""
    path = os.path.realpath(os.path.join(directory, source))
    try:
        ranges = holding(tree.read_text(path), names)
    except OSError:
        ranges = []
    told, seen = Opinions(), set()
    for line in stderr.split("\n"):
        match = WARNING.match(line)
        if not match or match.group() in seen:
            continue
        seen.add(match.group())
        at = int(match.group(2))
        inside = [name for first, last, name in ranges if first <= at <= last]
        if inside and os.path.realpath(os.path.join(directory, match.group(1))) == path:
            told.notes.append({"line": at, "col": int(match.group(3)), "function": inside[0],
                               "text": match.group(4)})
        else:
            told.dropped += 1
    return told


def run(command, words, source, directory, names):
    """@command over @source with @words. Returns Opinions."""
    try:
        done = subprocess.run([*shlex.split(command), *words], cwd=directory, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", check=False, timeout=clang.TIMEOUT)
    except OSError as err:
        return Opinions(failed=f"{command}: {err.strerror}")
    except subprocess.TimeoutExpired:
        return Opinions(failed=f"no result after {clang.TIMEOUT} seconds")
    return sort(done.stderr, source, directory, names)
