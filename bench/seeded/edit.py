# SPDX-License-Identifier: GPL-2.0-only
"""An edit: what is replaced by what, what it is meant to be, and where things are afterwards."""

import re
from dataclasses import dataclass, field


@dataclass
class Edit:
    """
    @changes are (start, end, text) in bytes of the unedited file and do not overlap;
    an insertion has start == end. @expects are rule ids, none for a rewrite without a bug.
    """

    function: str
    at: int                                   # where the edit is, for the reader
    changes: list
    expects: tuple = ()
    sites: list = field(default_factory=list)    # start of each acquire that is concerned
    moved: dict = field(default_factory=dict)    # start of an acquire -> text to find it by


@dataclass(frozen=True)
class Drop:
    """A place where an operator applies and its edit would not be what it claims: why."""

    function: str
    at: int
    reason: str


def apply(text, changes):
    """The edited text."""
    out, last = [], 0
    for start, end, new in sorted(changes, key=lambda c: (c[0], c[1])):
        if start < last:
            raise ValueError("changes overlap")
        out += [text[last:start], new]
        last = end
    return "".join(out) + text[last:]


def shift(position, changes):
    """Where @position of the clean text is in the edited one."""
    delta = 0
    for start, end, new in sorted(changes, key=lambda c: (c[0], c[1])):
        if end <= position:
            delta += len(new) - (end - start)
        elif start < position:
            return start + delta            # it was replaced: where its replacement begins
    return position + delta


def line_of(text, position):
    return text.count("\n", 0, position) + 1


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|\S', re.S)


def tokens(text):
    """The text as the compiler's next phase sees it: no comments, no white space."""
    return [t for t in TOKEN.findall(text) if not t.startswith(("/*", "//"))]


def words(text):
    """The identifiers in @text that are not members of something."""
    clean = re.sub(r"(?:->|\.)\s*[A-Za-z_]\w*", " ", text)
    return set(re.findall(r"[A-Za-z_]\w*", clean))
