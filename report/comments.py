# SPDX-License-Identifier: GPL-2.0-only
"""
Comments of the form "gup-audit: RULE: REASON" in C source, and the statement
that each is about: it stands on the statement's lines, or in the comment, or the
unbroken run of comments, that ends on the line directly above. The semantic
patch longterm_remote.cocci has the same understanding.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

WORD = "gup-audit:"
LEXEME = re.compile(r'/\*.*?(?:\*/|\Z)|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\r?\n|[^\n])*", re.M)
TAG = re.compile(rf"{WORD}(?:\s*([\w-]+)\s*:)?(.*?)(?={WORD}|\Z)", re.S)
DECORATION = re.compile(r"\*/|/\*+|//|^[ \t]*\*", re.M)
HEADS = ("if", "while", "for", "switch")


@dataclass
class Tag:
    line: int
    column: int
    first: int                     # lines of the comment around it
    last: int
    rule: str                      # "" when the words behind gup-audit: are not of this form
    reason: str
    used: bool = False


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


class Source:
    """One file's tags. A file that cannot be read, or has none, costs nothing more."""

    def __init__(self, path):
        try:
            data = path.read_bytes()
        except OSError:
            data = b""
        self.tags = []
        self.text = ""
        if WORD.encode() not in data:
            return
        self.text = data.decode("utf-8", "surrogateescape")
        self.starts = [0] + [m.end() for m in re.finditer("\n", self.text)]
        # directives end a statement, as in the semantic patch
        code = LEXEME.sub(_blank, self.text)
        self.code = DIRECTIVE.sub(lambda m: ";" + _blank(m)[1:], code)
        self.lines = code.split("\n")
        self.comments = [m for m in LEXEME.finditer(self.text) if m.group()[0] == "/"]
        for comment in self.comments:
            self._read(comment)

    def _line(self, offset):
        return bisect_right(self.starts, offset)

    def _read(self, comment):
        text = DECORATION.sub(lambda m: " " * len(m.group()), comment.group())
        for match in TAG.finditer(text):
            at = comment.start() + match.start()
            line = self._line(at)
            self.tags.append(Tag(
                line=line, column=at - self.starts[line - 1] + 1,
                first=self._line(comment.start()), last=self._line(comment.end() - 1),
                rule=match.group(1) or "", reason=" ".join(match.group(2).split())))

    def at(self, line, column, rule):
        """The tags with a reason for @rule at the statement around @line and @column."""
        wanted = [t for t in self.tags if t.rule == rule and re.search(r"\w", t.reason)]
        if not wanted or line > len(self.starts):
            return []
        first, last = self._statement(min(self.starts[line - 1] + column - 1, len(self.code)))
        above = first
        for comment in reversed(self.comments):
            begin, end = self._line(comment.start()), self._line(comment.end() - 1)
            if end == above - 1 and not self.lines[begin - 1].strip():
                above = begin
        return [t for t in wanted if t.first <= last and t.last >= first
                or above <= t.first and t.last < first]

    def _statement(self, pos):
        """First and last line of the statement with the call at offset @pos."""
        first = self._begin(pos)
        end = self.code.find("(", pos)
        depth = 0
        for i in range(end, len(self.code)) if end >= 0 else ():
            depth += (self.code[i] == "(") - (self.code[i] == ")")
            if depth == 0:
                return self._line(first), self._line(i)
        return self._line(first), self._line(pos)

    def _begin(self, pos):
        i = pos
        while i > 0:
            char = self.code[i - 1]
            if char in ";{}" or char == ":" and "?" not in self.code[max(0, i - 80):i]:
                break
            if re.search(r"\b(?:else|do)\s$", self.code[max(0, i - 6):i]):
                break
            if char == ")":
                opening = self._opening(i - 1)
                before = re.search(r"(\w+)\s*$", self.code[max(0, opening - 20):opening])
                if before and before.group(1) in HEADS:
                    break
                i = opening + 1
            i -= 1
        return i + len(self.code[i:pos]) - len(self.code[i:pos].lstrip())

    def _opening(self, pos):
        depth = 0
        for i in range(pos, -1, -1):
            depth += (self.code[i] == ")") - (self.code[i] == "(")
            if depth == 0:
                return i
        return 0
