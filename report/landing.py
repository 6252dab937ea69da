# SPDX-License-Identifier: GPL-2.0-only
"""
The edits of mm/gup.c: the assert that the 2019 thread asked for, where this tree
forces FOLL_GET today, and entry points that add FOLL_GET themselves. Every place
is found in the text of the tree at hand.
"""

import re

from report.tree import ASSERT_FUNCTION, function_bodies, strip_comments

FORCED = re.compile(r"^([ \t]*)if \((?P<condition>[^;{}]*)\)\s*(?P<flags>\w+) \|= FOLL_GET;\n", re.M)
BEFORE = re.compile(r"[ \t]*/\*(?:[^*]|\*(?!/))*\*/\n\Z")
DECLARATION = re.compile(r"\s*(?:const |unsigned |signed |struct |static |enum )*\w+(?: \w+)*[\s*]+\w+[^;()]*"
                         r"(?:=[^;]*)?;")
WITH_PIN = """\
\t/*
\t * FOLL_PIN and FOLL_GET are mutually exclusive, and a caller that wants
\t * pages[] filled in has to say which of the two it asks for: nothing is
\t * added on its behalf.
\t */
"""
WITHOUT_PIN = """\
\t/*
\t * A caller that wants pages[] filled in has to say so by FOLL_GET: nothing
\t * is added on its behalf.
\t */
"""


def _bodies(text, wanted):
    """(name, offset of the body, body) of the functions @wanted in @text, comments blanked."""
    code = strip_comments(text)
    starts = [0] + [m.end() for m in re.finditer("\n", code)]
    for name, line, body in function_bodies(code):
        if wanted(name):
            yield name, starts[line - 1], body


def with_assert(text):
    """
    The text of mm/gup.c with the line that forces FOLL_GET turned into an assert, or
    None where no such line is found. FOLL_PIN passes in a tree that has it.
    """
    for _name, offset, body in _bodies(text, lambda name: name == ASSERT_FUNCTION):
        match = FORCED.search(body)
        pages = match and re.match(r"(\w+)", match["condition"])
        if not pages:
            continue
        begin, end = offset + match.start(), offset + match.end()
        comment = BEFORE.search(text, 0, begin)
        begin = comment.start() if comment else begin
        pin = re.search(r"\bFOLL_PIN\b", text)
        wanted = "(FOLL_GET | FOLL_PIN)" if pin else "FOLL_GET"
        new = (WITH_PIN if pin else WITHOUT_PIN) + (
            f"\tif ({pages.group(1)} && WARN_ON_ONCE(!({match['flags']} & {wanted})))\n"
            "\t\treturn -EINVAL;\n")
        return text[:begin] + new + text[end:]
    return None


def _behind_declarations(body):
    """Offset of the line behind the declarations of @body (comments blanked); 0: there are none."""
    pos = 0
    while True:
        match = DECLARATION.match(body, pos)
        if not match or re.match(r"\s*(?:return|goto)\b", body[pos:]):
            return pos and body.index("\n", pos) + 1
        pos = match.end()


def with_entry_points(text, functions):
    """
    The text of mm/gup.c with each of @functions (rows of the API table by name) that
    hands on its caller's flags adding FOLL_GET when pages is given. Returns (text,
    names of those changed).
    """
    changed, edits = [], []
    pin = re.search(r"\bFOLL_PIN\b", text)
    for name, offset, body in _bodies(text, lambda name: name in functions):
        head = strip_comments(text)[:offset].rsplit(name + "(", 1)[-1]
        params = re.findall(r"(\w+)\s*(?:,|\)\s*\{?\s*$)", head)
        if "pages" not in params or "gup_flags" not in params or \
                not re.search(r"\bgup_flags\b", body) or re.search(r"gup_flags \|=[^;]*FOLL_GET", body):
            continue
        condition = "pages && !(gup_flags & FOLL_PIN)" if pin else "pages"
        new = f"\tif ({condition})\n\t\tgup_flags |= FOLL_GET;\n"
        at = _behind_declarations(body)
        edits.append((offset + at, "\n" + new if at else new + "\n"))
        changed.append(name)
    for at, new in sorted(edits, reverse=True):
        text = text[:at] + new + text[at:]
    return text, changed
