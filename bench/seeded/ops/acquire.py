# SPDX-License-Identifier: GPL-2.0-only
"""Bugs at the acquire: the wrong kind, flags that do not belong there, no pages."""

import re

from bench.seeded.ops.common import SIMPLE, Operator, on_error_path


def add_flag(unit, node, flag):
    """The change that adds @flag to flags expression @node."""
    text = unit.source(node)
    if text.strip() == "0":
        return (node.start, node.end, flag)
    if SIMPLE.fullmatch(text):
        return (node.start, node.end, f"{text} | {flag}")
    return (node.start, node.end, f"({text}) | {flag}")


def names_flag(file, call, flag):
    """Does the function of @call, or the flags argument, name @flag?"""
    return re.search(rf"\b{flag}\b", file.unit.source(call.function.node)) is not None


def longterm(operator, file, remote):
    """FOLL_LONGTERM on the gets and pins that are @remote, on the gets that are not."""
    for call in file.acquires():
        flags, pages = call.arg("gup_flags"), call.arg("pages")
        if bool(call.row.get("remote")) != remote or not (remote or call.kind == "get") \
                or flags is None or names_flag(file, call, "FOLL_LONGTERM"):
            continue
        if pages is not None and file.unit.source(pages) == "NULL":
            yield operator.drop(call, "no pages are asked for: nothing would be held for long")
        else:
            yield operator.edit(call, [add_flag(file.unit, flags, "FOLL_LONGTERM")], [call])


class SwapKind(Operator):
    name = "swap-acquire-kind"
    about = "pages are got that are unpinned, or pinned and put"
    expects = ("pin-put-mismatch",)

    def edits(self, file):
        released = {}
        for release, acquires in file.releases():
            for acquire in acquires:
                released.setdefault(acquire.node.start, []).append(release)
        for call in file.acquires():
            other = self.other(file, call)
            if not other:
                continue
            releases = released.get(call.node.start)
            if not releases:
                yield self.drop(call, "nothing in the file certainly releases its pages")
            elif any(r.kind != call.kind for r in releases):
                yield self.drop(call, "its pages are released by both kinds")
            else:
                end = call.node.start + len(call.name)
                yield self.edit(call, [(call.node.start, end, other)], [call])

    @staticmethod
    def other(file, call):
        """The function of the other kind with the same parameters in this form, or None."""
        pairs = {"get": ("get_user_page", "pin_user_page"), "pin": ("pin_user_page", "get_user_page")}
        mine, its = pairs.get(call.kind, ("?", "?"))
        name = call.name.replace(mine, its)
        row = file.unit.api.get(name)
        if name == call.name or row is None or row["role"] != "acquire":
            return None
        form = [f["params"] for f in call.row["forms"] if len(f["params"]) == len(call.args)]
        return name if any(f["params"] in form for f in row["forms"]) else None


class DropLongterm(Operator):
    name = "drop-longterm"
    about = "FOLL_LONGTERM is left out"
    expects = ("longterm-missing",)
    FLAG = re.compile(r"(?P<behind>\s*\|\s*FOLL_LONGTERM\b)|(?P<before>\bFOLL_LONGTERM\s*\|\s*)"
                      r"|(?P<alone>\bFOLL_LONGTERM\b)")

    def edits(self, file):
        for call in file.acquires():
            node = call.function.node
            ends = self.ends_with_call(file, call)
            for match in self.FLAG.finditer(file.unit.text, node.start, node.end):
                if re.search(r"(&|~)\s*\(?\s*$", file.unit.text[node.start:match.start()]):
                    continue               # a test of the flag, or its removal
                if ends:
                    yield self.drop(call, "the array is freed in the same function, and nobody else has "
                                          "the pages: the pins do not last")
                    continue
                new = "0" if match.lastgroup == "alone" else ""
                edit = self.edit(call, [(match.start(), match.end(), new)], [call])
                edit.at = match.start()
                yield edit


    @staticmethod
    def ends_with_call(file, call):
        """Does the function free the array of the pages on its way out, and give them to nobody?"""
        array = file.held.key(file.held.pages_of(call))
        return any(free.function is call.function and free.statement is not None
                   and any(file.held.key(a) == array for a in free.args)
                   and not on_error_path(file.unit, free.statement)
                   for free in file.unit.role("free")) and not file.held.is_given(call)


class LongtermRemote(Operator):
    name = "longterm-on-remote"
    about = "FOLL_LONGTERM on a call for another process"
    expects = ("longterm-remote",)

    def edits(self, file):
        yield from longterm(self, file, remote=True)


class LongtermGet(Operator):
    name = "longterm-on-get"
    about = "FOLL_LONGTERM on a get"
    expects = ("longterm-get", "flags-conflict")

    def edits(self, file):
        yield from longterm(self, file, remote=False)


class Conflict(Operator):
    name = "conflicting-flag"
    about = "FOLL_GET on a pin, or FOLL_PIN on a get, where the tree refuses it"
    expects = ("flags-conflict",)

    def edits(self, file):
        for call in file.acquires():
            flags = call.arg("gup_flags")
            flag = {"pin": "FOLL_GET", "get": "FOLL_PIN"}.get(call.kind)
            if flags is None or flag is None:
                continue
            if (call.name, flag) not in file.refusing:
                yield self.drop(call, "the tree's mm/gup.c does not refuse it there")
            else:
                yield self.edit(call, [add_flag(file.unit, flags, flag)], [call])


class NullPages(Operator):
    name = "null-pages"
    about = "no pages are passed to a pin, or to a get with FOLL_GET"
    expects = ("null-pages",)

    def edits(self, file):
        for call in file.acquires():
            pages, flags = call.arg("pages"), call.arg("gup_flags")
            if pages is None or flags is None or call.row["returns"] == "bytes" \
                    or file.unit.source(pages) == "NULL":
                continue
            if call.kind == "pin" or (call.kind == "get" and
                                      "FOLL_GET" in file.unit.source(flags)):
                yield self.edit(call, [(pages.start, pages.end, "NULL")], [call])
            elif call.kind == "get":
                yield self.drop(call, "a get without FOLL_GET may be given no pages")


OPERATORS = [SwapKind(), DropLongterm(), LongtermRemote(), LongtermGet(), Conflict(), NullPages()]
