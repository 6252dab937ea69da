# SPDX-License-Identifier: GPL-2.0-only
"""Rewrites without a bug: around a call, by a helper, a wrapper, a loop, a variable."""

import re

from bench.seeded.ops.common import Operator, sole

FIRST_FREE = "seeded_"             # no kernel name begins so


def parameters(types):
    """The parameter list and the arguments of a function with parameters of @types."""
    declared = []
    for i, spelled in enumerate(types):
        array = re.fullmatch(r"(.*?)\s*((?:\[\d*\])+)", spelled)
        spelled, tail = array.groups() if array else (spelled, "")
        space = "" if spelled.endswith("*") else " "
        declared.append(f"{spelled}{space}a{i}{tail}")
    return ", ".join(declared), ", ".join(f"a{i}" for i in range(len(types)))


def before(unit, function):
    """Where a new function goes: at the start of the line where @function begins, above its comment."""
    start = unit.text.rfind("\n", 0, function.node.start) + 1
    comment = re.search(r"/\*(?:(?!\*/).)*\*/\n\Z", unit.text[:start], re.S)
    return comment.start() if comment else start


class Helper(Operator):
    """The call moves into a new static function with the same parameters."""

    def calls(self, file):
        raise NotImplementedError

    def edits(self, file):
        for call, acquires in self.calls(file):
            if any("(" in t for t in call.types) or len(call.types) != len(call.args):
                continue
            helper = FIRST_FREE + self.name.split("-")[0] + "_helper"
            declared, args = parameters(call.types)
            give = "" if call.result == "void" else "return "
            inner = f"{call.name}({args})"
            body = f"static {call.result} {helper}({declared})\n{{\n\t{give}{inner};\n}}\n\n"
            place = before(file.unit, call.function)
            changes = [(place, place, body),
                       (call.node.start, call.node.start + len(call.name), helper)]
            moved = {call.node.start: inner} if call.role == "acquire" else {}
            yield self.edit(call, changes, acquires, moved=moved)


class ExtractRelease(Helper):
    name = "extract-helper"
    about = "a release moves into a helper"

    def calls(self, file):
        yield from file.releases()


class WrapAcquire(Helper):
    name = "wrap-acquire"
    about = "an acquire is wrapped"

    def calls(self, file):
        for call in file.acquires():
            yield call, [call]


class LoopToBulk(Operator):
    name = "loop-to-bulk"
    about = "a loop of releases becomes one call"
    BULK = {"unpin_user_page": "unpin_user_pages", "put_page": "release_pages"}

    def edits(self, file):
        for call, acquires in file.releases():
            loop, bulk = sole(call.statement), self.BULK.get(call.name)
            if not bulk or not loop or loop.kind != "FOR_STMT":
                continue
            head = re.match(r"for\s*\(\s*(\w+) = 0; \1 < ([^;]*); (?:\1\+\+|\+\+\1)\s*\)",
                            file.unit.source(loop))
            page = re.fullmatch(r"(.*)\[(\w+)\]", file.unit.source(call.args[0]), re.S)
            if not head or not page or page.group(2) != head.group(1) \
                    or re.search(rf"\b{head.group(1)}\b", page.group(1) + head.group(2)):
                continue
            end = loop.end if file.unit.text[loop.end - 1] == "}" else file.unit.statement_end(loop)
            new = f"if ({head.group(2)} > 0)\n{file.unit.indent(loop.start)}\t" \
                  f"{bulk}({page.group(1)}, {head.group(2)});"
            yield self.edit(call, [(loop.start, end, new)], acquires)


class BulkToLoop(Operator):
    name = "bulk-to-loop"
    about = "one call that releases many becomes a loop"
    ONE = {"unpin_user_pages": "unpin_user_page", "release_pages": "put_page"}

    def edits(self, file):
        for call, acquires in file.releases():
            one = self.ONE.get(call.name)
            if not one or len(call.args) != 2:
                continue
            pages, number = (file.unit.source(a) for a in call.args)
            if re.search(r"\+\+|--|\w\s*\(", pages + number):
                yield self.drop(call, "the arguments would be evaluated again and again")
                continue
            # the loop ends where the call would have: a count below zero releases nothing
            new = f"{{ long {FIRST_FREE}i; for ({FIRST_FREE}i = 0; {FIRST_FREE}i < (long)({number}); " \
                  f"{FIRST_FREE}i++) {one}(({pages})[{FIRST_FREE}i]); }}"
            end = file.unit.statement_end(call.statement)
            if re.match(r"\s*else\b", file.unit.text[end:]) is None \
                    or call.statement.parent.kind == "IF_STMT":
                yield self.edit(call, [(call.statement.start, end, new)], acquires)


class SplitFlags(Operator):
    name = "split-flags"
    about = "the flags are put together in a variable, over branches"

    def edits(self, file):
        unit = file.unit
        for call in file.acquires():
            flags, statement = call.arg("gup_flags"), self.statement(call)
            if flags is None or statement is None:
                continue
            text, name = unit.source(flags), FIRST_FREE + "flags"
            if re.fullmatch(r"[A-Z_]\w*(?:\s*\|\s*[A-Z_]\w*)+", text):
                first, *others = re.split(r"\s*\|\s*", text)
                steps = [f"{name} = {first};"] + [f"{name} |= {o};" for o in others]
            elif flags.bare().kind == "CONDITIONAL_OPERATOR" and len(flags.bare().children) == 3:
                test, yes, no = (unit.source(c) for c in flags.bare().children)
                steps = [f"if ({test})", f"\t{name} = {yes};", "else", f"\t{name} = {no};"]
            else:
                continue
            indent = "\n" + unit.indent(statement.start)
            body = call.function.body
            yield self.edit(call, [(body.start + 1, body.start + 1, f"\n\tunsigned int {name};"),
                                   (statement.start, statement.start,
                                    indent.join(steps) + indent),
                                   (flags.start, flags.end, name)], [call])

    @staticmethod
    def statement(call):
        """The statement of a block in which @call is evaluated once and first, or None."""
        node = call.node
        while node.parent and node.parent.kind != "COMPOUND_STMT":
            if node.parent.kind in ("FOR_STMT", "WHILE_STMT", "DO_STMT", "LABEL_STMT", "CASE_STMT",
                                    "DEFAULT_STMT", "CONDITIONAL_OPERATOR") \
                    or node.parent.op in ("&&", "||") \
                    or (node.parent.kind == "IF_STMT" and node is not node.parent.children[0]):
                return None
            node = node.parent
        return node if node.parent and node.kind != "DECL_STMT" else None


OPERATORS = [ExtractRelease(), WrapAcquire(), LoopToBulk(), BulkToLoop(), SplitFlags()]
