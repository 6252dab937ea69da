# SPDX-License-Identifier: GPL-2.0-only
"""
Releases where a path loses pages: for a leak that the checker shows, texts with a release at the
head of one of the branches that its path takes. Which of them is right, the checker decides.
"""

import re
from dataclasses import dataclass

from report import api as table
from report.ctext import NAME, PLACE, SKIP, Call, NoEdit, function_at

PROPOSALS = 5                      # each costs a look of the checker
SUM = re.compile(rf"({PLACE.pattern}) \+ ({NAME}|\d+)")


@dataclass(frozen=True)
class Held:
    """Where a function keeps what it holds: as an argument of a release."""

    kind: str
    pages: str
    count: str                     # the variable with the result
    single: bool                   # one page was asked for

    def release(self, indent):
        """The statement that gives them back. Whether there are any is asked, as the branch may not know."""
        array = {"pin": "unpin_user_pages", "get": "release_pages"}[self.kind]
        one = {"pin": "unpin_user_page", "get": "put_page"}[self.kind]
        what = f"{one}({self._page()})" if self.single else f"{array}({self.pages}, {self.count})"
        return f"{indent}if ({self.count} > 0)\n{indent}\t{what};\n"

    def _page(self):
        added = SUM.fullmatch(self.pages)
        if added:
            return f"{added.group(1)}[{added.group(2)}]"
        return self.pages[1:] if self.pages.startswith("&") else f"{self.pages}[0]"


def _is_plain(pages):
    return PLACE.fullmatch(pages.removeprefix("&")) or SUM.fullmatch(pages)


def _result(text, call):
    """The variable that the result of @call is stored in. Raises NoEdit."""
    first = max(text.rfind(char, 0, call.start) for char in ";{}") + 1
    before = SKIP.sub("", text[first:call.start])
    taken = re.fullmatch(rf"\s*(?:(?:int|long|ssize_t) )?({NAME}) = ", before)
    if not taken:
        raise NoEdit("where the result is kept is not plain")
    return taken.group(1)


def _taken(text, finding):
    """The Held of the function that takes the pages, in that function."""
    call = Call(text, finding.line, finding.column)
    row = table.load_api().get(call.name)
    if not row or row.kind not in ("pin", "get"):
        raise NoEdit(f"what {call.name}() returns is not a number of pages that one release takes")
    pages = call.argument(call.named("pages"))
    if not _is_plain(pages):
        raise NoEdit("where the pages are kept is not plain")
    number = row.params(len(call.args))
    single = "nr_pages" in number and call.argument(number.index("nr_pages")) == "1"
    return Held(row.kind, pages, _result(text, call), single)


def _in_caller(text, held, helper, path, inside):
    """The same in the function on the lines @inside, which called @helper for them."""
    name, params, *_ = helper
    lines = [line for line, said in path if said.startswith(f"Calling {name}()") and inside(line)]
    if not lines or held.pages not in params:
        raise NoEdit("the pages were not handed to the function that loses them in a parameter")
    at = re.search(rf"\b{name}\(", text.split("\n")[lines[-1] - 1])
    if not at:
        raise NoEdit("the call is not in the text, a macro makes it")
    call = Call(text, lines[-1], at.start() + 1)
    pages = call.argument(params.index(held.pages))
    if not _is_plain(pages):
        raise NoEdit("where the pages are kept is not plain")
    return Held(held.kind, pages, _result(text, call), held.single)


def _at_head(text, line, release):
    """@text with @release(indent) at the head of what the if on @line guards; None: no such if."""
    row = text.split("\n")[line - 1]
    head = re.match(r"([ \t]*)(?:\}? ?else )?if \(", row)
    if not head:
        return None
    condition = Call(text, line, head.end() - len("if (") + 1)
    tail = re.compile(r"[ \t]*(\{)?[ \t]*\n").match(text, condition.end)
    if not tail:
        return None
    at, new = tail.end(), release(head.group(1) + "\t")
    if tail.group(1):
        return text[:at] + new + text[at:]
    guarded = re.compile(r"[^;{}]*;[ \t]*\n").match(text, at)
    if not guarded or re.match(r"[ \t]*else\b", text[guarded.end():]):
        return None
    return text[:condition.end] + " {\n" + new + guarded.group() + head.group(1) + "}\n" + text[guarded.end():]


def give_back(text, finding):
    """
    Texts with a release of what @finding says is lost, the likeliest first: where the number
    of pages is looked at, then from the end of the path. Raises NoEdit.
    """
    held = _taken(text, finding)
    if not finding.path:
        raise NoEdit("the finding shows no path")
    name, _, first, last = function_at(text, finding.path[-1][0])
    helper = function_at(text, finding.line)
    if helper[0] != name:
        held = _in_caller(text, held, helper, finding.path, lambda line: first <= line <= last)
    at = max(i for i, (line, _) in enumerate(finding.path) if line == finding.line or not i)
    taken = [(line, said) for line, said in finding.path[at + 1:]
             if first <= line <= last and re.match(r"Here '.*' is true", said)]
    counting = [line for line, said in taken if re.search(rf"\b{held.count}\b", said.split("' is ")[0])]
    others = [line for line, _ in reversed(taken) if line not in counting]
    made = [new for line in [*counting, *others] if (new := _at_head(text, line, held.release))]
    if not made:
        raise NoEdit("no branch was found that only this path takes")
    yield from made[:PROPOSALS]
