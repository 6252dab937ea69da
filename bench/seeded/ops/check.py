# SPDX-License-Identifier: GPL-2.0-only
"""Bugs at the check of the result: too weak, or by an unsigned variable."""

from bench.seeded.ops.common import (Operator, checks, decls, literal, refers, result_of,
                                     short_checks)
from bench.seeded.unit import SEE_THROUGH

UNSIGNED = {"int": "unsigned int", "long": "unsigned long", "short": "unsigned short",
            "ssize_t": "size_t", "s64": "u64", "s32": "u32", "long long": "unsigned long long"}
VALUES = SEE_THROUGH | {"CONDITIONAL_OPERATOR", "BINARY_OPERATOR"}     # but for an assignment


def bookkeeping(node, call):
    """
    Is @node, a number of pages, only given to a call that is given neither the pages of @call nor
    what holds them, as atomic64_add(nr, &mm->pinned_vm) is?
    """
    around = node.inside("CALL_EXPR")
    pages = call.arg("pages", "page")
    return around is not None and pages is not None and not decls(around) & decls(pages)


def guarded(unit, node, decl):
    """Does a test that the result, @decl, is less than a count stand before @node? -errno is not, unsigned."""
    for branch in node.ancestors():
        if branch.kind != "IF_STMT" or not branch.children[1].start <= node.start < branch.children[1].end:
            continue
        tests = list(branch.children[0].walk())
        if not any(n.op == "||" for n in tests) and any(
                n.op in ("<", "<=") and n.children[0].bare().decl == decl
                and literal(unit, n.children[1]) is None for n in tests):
            return True
    return False


class WeakenShort(Operator):
    name = "weaken-short-check"
    about = "a short result passes the check"
    expects = ("partial-pin-leak", "ret-unchecked", "release-wrong-count", "pin-leak")

    def edits(self, file):
        unit = file.unit
        for call in file.acquires():
            if call.row["returns"] not in ("count", "count-or-0"):
                continue
            for statement, node, operand, asked in short_checks(unit, call):
                yield self.one(unit, call, statement, node, operand, asked)

    def one(self, unit, call, statement, node, operand, asked):
        if literal(unit, asked) == 1 and call.row["returns"] == "count":
            return self.drop(call, "one page: there is no short result")
        if any(n.op == "||" for n in node.ancestors() if n.start >= statement.start):
            return self.drop(call, "the test beside it may catch a short result too")
        after = [n for n in call.function.body.walk() if n.start >= statement.end]
        used = decls(asked)
        if used and not any(n.kind == "MEMBER_REF_EXPR" for n in asked.walk()) \
                and not any(n.decl in used and not bookkeeping(n, call) for n in after):
            return self.drop(call, "nothing behind the check uses more than the result")
        new = f"{unit.source(operand)} < 0"
        return self.edit(call, [(node.start, node.end, new)], [call])


class UnsignedCount(Operator):
    name = "unsigned-count"
    about = "the variable of the result is unsigned"
    expects = ("ret-unchecked", "release-wrong-count")

    def edits(self, file):
        for call in file.acquires():
            if call.row["returns"] not in ("count", "bytes"):
                continue
            result = result_of(call)
            declaration = next((n for n in call.function.body.walk()
                                if n.kind == "VAR_DECL" and n.decl == result), None)
            if result is None or declaration is None or declaration.parent.kind != "DECL_STMT":
                continue
            change = self.redeclare(file.unit, declaration)
            if change:
                reason = self.harmless(file.unit, call, result) or self.returned(file.unit, call, declaration)
                yield self.drop(call, reason) if reason else self.edit(call, change, [call])

    @staticmethod
    def redeclare(unit, declaration):
        statement = declaration.parent
        text = unit.source(statement).rstrip("; \t")
        word = next((w for w in sorted(UNSIGNED, key=len, reverse=True)
                     if text.startswith(w + " ") or text.startswith(w + "\t")), None)
        if not word:
            return None
        rest, mine = [], None
        for child in statement.children:
            # a declarator begins behind the comma: the name, and stars that are not counts
            own = unit.text[child.end - len(child.name):child.end] if not child.children else None
            part = own if own == child.name else None
            if child.kind != "VAR_DECL":
                return None
            if part is None:
                start = unit.text.find(child.name, child.start, child.end)
                part = unit.text[start:child.end]
            if child is declaration:
                mine = part
            else:
                stars = "*" * child.type.count("*") if "[" not in child.type else ""
                if "[" in child.type and "*" in child.type:
                    return None
                rest.append(stars + part)
        lines = [f"{UNSIGNED[word]} {mine};"] + ([f"{word} {', '.join(rest)};"] if rest else [])
        return [(statement.start, statement.end, ("\n" + unit.indent(statement.start)).join(lines))]

    @staticmethod
    def harmless(unit, call, result):
        """
        Why the sign does not matter; None when it does: when the result is compared with zero or
        with a count by order, and no later check by != lets an error go the failing way.
        """
        signed = False
        for statement, condition in checks(unit, call):
            for node in condition.walk():
                if node.kind != "BINARY_OPERATOR" or node.op not in ("<", "<=", ">", ">=", "!="):
                    continue
                if not any(n.bare().decl == result for n in node.children):
                    continue
                if node.op in (">", ">=") and node.children[0].bare().decl == result \
                        and literal(unit, node.children[1]) is None and unit.leaves(statement.children[1]):
                    return "a check by > catches the error as well"
                if node.op != "!=":
                    signed = True
                elif unit.leaves(statement.children[1]) and literal(unit, node.children[1]) != 0 \
                        and not any(refers(n, result) for n in statement.children[1].walk()):
                    return "a check by != catches the error as well"
        return None if signed else "no comparison of the result depends on its sign"

    @staticmethod
    def returned(unit, call, declaration):
        """
        The reason, where all that becomes of the result is that it is tested and returned, in a
        type of the same width, and nobody looks at the pages: -errno comes to the caller as it did
        before. None elsewhere.
        """
        pages = call.arg("pages", "page")
        used = decls(pages) if pages else set()
        behind = [n for n in call.function.body.walk() if n.start > call.node.end and n.decl is not None
                  and not guarded(unit, n, declaration.decl)]
        if any(n.decl in used for n in behind):
            return None
        for node in behind:
            if node.decl != declaration.decl or node.kind != "DECL_REF_EXPR" or bookkeeping(node, call):
                continue
            around = next(n for n in node.ancestors() if n.kind not in VALUES or n.op == "=")
            tested = around.kind == "IF_STMT" and node.start < around.children[0].end
            written = around.op == "=" and around.children[0].bare().decl == declaration.decl \
                and not refers(around.children[1], declaration.decl)
            if not tested and not written and not (around.kind == "RETURN_STMT" and
                                                   call.function.result == declaration.type):
                return None
        return "it is only tested and returned: a caller meets the same -errno"


OPERATORS = [WeakenShort(), UnsignedCount()]
