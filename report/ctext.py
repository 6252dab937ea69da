# SPDX-License-Identifier: GPL-2.0-only
"""
C source as text for those who edit it: calls with their arguments, and functions. Sources
are latin-1 strings here, so that a column of the checker, which counts bytes, is an index.
"""

import re

from report import api as table

SKIP = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)
NAME = r"[A-Za-z_]\w*"
PLACE = re.compile(rf"{NAME}(?:(?:->|\.){NAME}|\[[\w+\- ]+\])*")     # without side effects

HEAD = re.compile(rf"[^(]*?({NAME})\((.*)\)\s*(?:__\w+(?:\([^)]*\))?\s*)*\Z", re.S)    # of a function


class NoEdit(Exception):
    """Why there is no edit for a finding: one line."""


class Call:
    """A call in @text that begins at @line (from 1), @column (from 1, in bytes)."""

    def __init__(self, text, line, column):
        self.text = text
        self.start = sum(len(row) + 1 for row in text.split("\n")[:line - 1]) + column - 1
        match = re.compile(rf"({NAME})[ \t]*\(").match(text, self.start)
        if not match:
            raise NoEdit("the call is not in the text, a macro makes it")
        self.name, self.args = match.group(1), []
        self.opening = match.end() - 1
        self._split(match.end())

    def _split(self, at):
        depth, begin = 0, at
        while at < len(self.text):
            skip, char = SKIP.match(self.text, at), self.text[at]
            if skip:
                at = skip.end()
                continue
            if depth == 0 and char in ",)":
                self.args.append((begin, at))
                begin = at + 1
                if char == ")":
                    self.end = at + 1
                    return
            depth += (char in "([{") - (char in ")]}")
            at += 1
        raise NoEdit("the call does not end in this file")

    def argument(self, number):
        begin, end = self.args[number]
        return self.text[begin:end].strip()

    def named(self, param):
        """The number of the argument that is the API's parameter @param. Raises NoEdit."""
        row = table.load_api().get(self.name)
        names = row.params(len(self.args)) if row else ()
        if param not in names:
            raise NoEdit(f"{self.name}() has no argument {param} that is known")
        return names.index(param)

    def statement(self):
        """(first, behind the last character) of the statement that is this call alone. Raises NoEdit."""
        first = self.text.rfind("\n", 0, self.start) + 1
        tail = re.compile(r"[ \t]*;[ \t]*\n").match(self.text, self.end)
        if self.text[first:self.start].strip() or not tail:
            raise NoEdit("the call is not a statement of its own")
        return first, tail.end()


def function_at(text, line):
    """(name, [parameters], first line, last line) of the function around @line. Raises NoEdit."""
    rows = text.split("\n")
    first = max((i for i in range(line) if rows[i].rstrip() == "{"), default=None)
    last = next((i for i in range(line - 1, len(rows)) if rows[i].startswith("}")), None)
    if first is None or last is None or any(row.startswith("}") for row in rows[first:line - 1]):
        raise NoEdit("the function around it does not read like one")
    begin = max((i for i in range(first) if not rows[i].strip() or rows[i][:1] in "}#"
                 or rows[i].endswith(("*/", ";"))), default=-1) + 1
    head = HEAD.match(SKIP.sub(" ", "\n".join(rows[begin:first])))
    if not head:
        raise NoEdit("the function around it does not read like one")
    params = [re.search(rf"({NAME})\s*(?:\[\w*\])?\s*\Z", p) for p in head.group(2).split(",")]
    return head.group(1), [p.group(1) if p else "" for p in params], begin + 1, last + 1
