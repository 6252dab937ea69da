# SPDX-License-Identifier: GPL-2.0-only
"""Rewrites without a bug: other names, another place for a variable, other ways to the end."""

import re

from bench.seeded.edit import Edit
from bench.seeded.ops.common import Operator, result_of

FRESH = "seeded_"


def occurrences(text, start, end, name):
    """Where @name stands between @start and @end, but for members, tags and comments."""
    skip = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    pattern = re.compile(rf"(?P<skip>{skip})|(?:->|\.|\b(?:struct|union|enum)\b)\s*{name}\b|(?P<word>\b{name}\b)", re.S)
    return [(m.start("word"), m.end("word")) for m in pattern.finditer(text, start, end)
            if m.group("word")]


def rename(function, text, declaration, new):
    """The changes that call variable @declaration @new, or None where another thing has its name."""
    names = [n for n in function.node.walk() if n.name == declaration.name
             and n.kind in ("VAR_DECL", "PARM_DECL", "LABEL_STMT", "FIELD_DECL")]
    if len(names) != 1:
        return None
    return [(s, e, new) for s, e in occurrences(text, function.node.start, function.node.end,
                                                declaration.name)]


class Rewrite(Operator):
    """A rewrite of a function: every function with an acquire of which something is released here."""

    def edits(self, file):
        functions = {}
        for call in file.acquires():
            functions.setdefault(call.function.name, []).append(call)
        for calls in functions.values():
            for at, changes in self.rewrite(file, calls[0].function, calls):
                yield Edit(calls[0].function.name, at, changes, (),
                           [c.node.start for c in calls])

    def rewrite(self, file, function, calls):
        """Yields (place, changes)."""
        raise NotImplementedError


class Rename(Rewrite):
    name = "rename"
    about = "a variable of an acquire, or a static function, is renamed"

    def rewrite(self, file, function, calls):
        unit = file.unit
        concerned = {n.decl for c in calls for n in c.node.walk() if n.kind == "DECL_REF_EXPR"}
        concerned |= {result_of(c) for c in calls}
        for node in function.node.walk():
            if node.kind in ("VAR_DECL", "PARM_DECL") and node.decl in concerned and node.name:
                changes = rename(function, unit.text, node, FRESH + "v")
                if changes:
                    yield node.start, changes
        near = [unit.functions[n] for n in sorted(function.calls | {function.name})]
        for other in near:
            places = occurrences(unit.text, 0, len(unit.text), other.name)
            if other.static and not any(unit.text.startswith("##", e) for _, e in places):
                yield other.node.start, [(s, e, FRESH + "fn") for s, e in places]


class LocalStruct(Rewrite):
    name = "local-struct"
    about = "a variable of an acquire moves into a local struct"

    def rewrite(self, file, function, calls):
        unit = file.unit
        concerned = {n.decl for c in calls for n in c.node.walk() if n.kind == "DECL_REF_EXPR"}
        concerned |= {result_of(c) for c in calls}
        for node in function.body.walk():
            if node.kind != "VAR_DECL" or node.decl not in concerned \
                    or node.parent.kind != "DECL_STMT" or len(node.parent.children) != 1:
                continue
            text = unit.source(node.parent)
            match = re.fullmatch(rf"([^=\[\]]*\b){node.name}\s*(\[[^\]]*\])?\s*(=.*)?;?", text, re.S)
            if not match or "static" in match.group(1) or (match.group(2) and match.group(3)):
                continue
            uses = rename(function, unit.text, node, f"{FRESH}s.{node.name}")
            if uses is None:
                continue
            first = f"struct {{ {match.group(1)}{node.name}{match.group(2) or ''}; }} {FRESH}s"
            if match.group(3):
                if node.name in match.group(3):
                    continue
                first += f" = {{ {match.group(3).rstrip(';')[1:].strip()} }}"
            uses = [u for u in uses if not node.parent.start <= u[0] < node.parent.end]
            yield node.start, [(node.parent.start, unit.statement_end(node.parent)
                                if not text.endswith(";") else node.parent.end, first + ";"),
                               *uses]


class GotoToReturn(Rewrite):
    name = "goto-to-return"
    about = "a goto is replaced by what stands behind its label"
    LONGEST = 12                   # statements: nobody copies a page of code

    def rewrite(self, file, function, calls):
        unit, body = file.unit, function.body
        gotos = [n for n in body.walk() if n.kind == "GOTO_STMT" and n.children]
        for label in [n for n in body.children if n.kind == "LABEL_STMT"]:
            tail = self.tail(body, label)
            mine = [g for g in gotos if g.children[0].name == label.name]
            if tail is None:
                continue
            text = self.text_of(unit, function, label, tail)
            for goto in mine:
                if goto.start > label.start:
                    continue
                block = "{ " + text + " }"
                changes = [(goto.start, unit.statement_end(goto), block)]
                if len(mine) == 1:         # nobody else jumps there
                    changes.append((label.start, unit.text.index(":", label.start) + 1, ""))
                after = re.match(r"\s*else\b", unit.text[unit.statement_end(goto):])
                if not after or goto.parent.kind != "COMPOUND_STMT":
                    yield goto.start, changes

    def tail(self, body, label):
        """The statements from @label to the end of the function, when control runs down there."""
        tail = body.children[body.children.index(label):]
        ends = [s for s in tail if s.kind == "RETURN_STMT" or
                (s.kind == "LABEL_STMT" and s.children[-1].kind == "RETURN_STMT")]
        if ends:
            tail = tail[:tail.index(ends[0]) + 1]
        kinds = {n.kind for s in tail for n in s.walk()}
        bad = {"GOTO_STMT", "SWITCH_STMT", "DECL_STMT"} & kinds
        return tail if len(tail) <= self.LONGEST and not bad else None

    def text_of(self, unit, function, label, tail):
        end = unit.statement_end(tail[-1])
        text = unit.text[label.start:end]
        labels = sorted((n for s in tail for n in s.walk() if n.kind == "LABEL_STMT"),
                        key=lambda n: -n.start)
        for node in labels:
            start = node.start - label.start
            text = text[:start] + text[text.index(":", start) + 1:]
        last = tail[-1].children[-1] if tail[-1].kind == "LABEL_STMT" else tail[-1]
        if last.kind != "RETURN_STMT":
            text += " return;"
        return text.strip()


class ReturnToGoto(Rewrite):
    name = "return-to-goto"
    about = "an early return becomes a goto to the end of the function"

    def rewrite(self, file, function, calls):
        unit, body = file.unit, function.body
        if not body.children:
            return
        local = {n.name for child in body.children for n in child.walk()
                 if n.kind == "VAR_DECL" and n.parent.parent is not body}
        void = function.result == "void"
        if not void and not self.ends(body.children[-1]):
            return
        for node in body.walk():
            if node.kind != "RETURN_STMT" or node.parent is body or node.start < calls[0].node.start:
                continue
            if any(n.kind == "DECL_REF_EXPR" and n.name in local for n in node.walk()) \
                    or node.inside("LABEL_STMT"):
                continue
            end = body.end - 1
            text = unit.source(node).rstrip("; ")
            gap = "" if self.ends(body.children[-1]) else "\treturn;\n"
            yield node.start, [(node.start, node.start + len(unit.source(node).rstrip("; ")),
                                f"goto {FRESH}out"),
                               (end, end, f"{gap}{FRESH}out:\n\t{text};\n")]

    @staticmethod
    def ends(statement):
        while statement.kind == "LABEL_STMT":
            statement = statement.children[-1]
        return statement.kind in ("RETURN_STMT", "GOTO_STMT")


OPERATORS = [Rename(), LocalStruct(), GotoToReturn(), ReturnToGoto()]
