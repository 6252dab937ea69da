# SPDX-License-Identifier: GPL-2.0-only
"""What operators share: the face of an operator, and questions about calls and checks."""

import re
from dataclasses import dataclass

from bench.seeded.edit import Drop, Edit
from bench.seeded.held import Held
from bench.seeded.unit import Unit

SIMPLE = re.compile(r"[\w\s|]*|\([^()]*\)")


class Operator:
    """
    One way of editing. `edits()` yields an Edit or a Drop for each place of a file.
    """

    name = ""
    about = ""                     # one line for the reader of the table
    expects = ()                   # the rules that may find it; none: a rewrite without a bug

    def edits(self, file):
        raise NotImplementedError

    def edit(self, call, changes, sites, **more):
        return Edit(call.function.name, call.node.start, changes, self.expects,
                    [site.node.start for site in sites], **more)

    @staticmethod
    def drop(call, reason):
        return Drop(call.function.name, call.node.start, reason)


@dataclass
class File:
    """What an operator is given: the unit, who holds what, and what the tree's own mm/gup.c refuses."""

    unit: Unit
    held: Held
    refusing: frozenset = frozenset()      # (entry point, flag of the caller that it refuses)

    def usable(self, call):
        """Functions that are the API themselves are not users of it."""
        return call.function.name not in self.unit.api

    def acquires(self):
        return [c for c in self.unit.role("acquire") if self.usable(c) and "scope" not in c.row]

    def releases(self):
        """
        Yields (release statement, its acquires) for the pages of the API's acquires in this
        file: those with the same variable or field, and for a release of pins by its own name
        those in functions that calls connect. A put of anything else is nobody's business
        here, and an unpin of another file's pins cannot be told from this one.
        """
        for call in self.unit.role("release"):
            if not self.usable(call) or call.statement is None or "scope" in call.row:
                continue
            acquires = [a for a in self.held.acquires_of(call) if self.usable(a)]
            if not acquires and not call.generic:
                near = self.unit.connected(call.function.name)
                acquires = [a for a in self.acquires() if a.kind == call.kind
                            and a.function.name in near]
            if acquires:
                yield call, acquires


def sole(node):
    """Is @node all that the loop or branch around it does? Then that statement, else None."""
    parent = node.parent
    if parent.kind == "COMPOUND_STMT" and len(parent.children) == 1 and parent.parent:
        node, parent = parent, parent.parent
    if parent.kind in ("FOR_STMT", "WHILE_STMT") and parent.children[-1] is node:
        return parent
    return None


def remove(unit, function, statement):
    """
    The change that takes @statement out: with the loop around it where it is all of it and
    the loop's variable has other uses (else it would be unused, which is a warning).
    """
    loop = sole(statement)
    if loop and loop.kind == "FOR_STMT" and loop.parent.kind == "COMPOUND_STMT":
        counted = decls(loop.children[0])
        if any(n.decl in counted and not loop.start <= n.start < loop.end
               for n in function.body.walk() if n.kind == "DECL_REF_EXPR"):
            behind = loop.end if unit.text[loop.end - 1] == "}" else unit.statement_end(loop)
            return (loop.start, behind, "")
    new = {"COMPOUND_STMT": "", "LABEL_STMT": ";", "CASE_STMT": ";", "DEFAULT_STMT": ";"}
    return (statement.start, unit.statement_end(statement),
            new.get(statement.parent.kind, "{ }"))


def refers(node, decl):
    return decl is not None and any(n.decl == decl for n in node.walk())


def decls(node):
    return {n.decl for n in node.walk() if n.kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR")}


def result_of(call):
    """The declaration of the variable that takes the result of @call, or None."""
    for node in call.node.ancestors():
        if node.kind == "BINARY_OPERATOR" and node.op == "=":
            target = node.children[0].bare()
            return target.decl if target.kind == "DECL_REF_EXPR" else None
        if node.kind == "VAR_DECL":
            return node.decl
        if node.kind not in ("UNEXPOSED_EXPR", "PAREN_EXPR", "CSTYLE_CAST_EXPR"):
            return None
    return None


def writes(function, decl, after=0):
    """Where @decl is written in @function behind @after: assigned, counted, its address taken."""
    for node in function.body.walk():
        if node.start <= after or not node.children:
            continue
        first = node.children[0].bare()
        if first.decl != decl:
            continue
        if (node.kind == "BINARY_OPERATOR" and node.op == "=") \
                or node.kind == "COMPOUND_ASSIGNMENT_OPERATOR" or node.kind == "UNARY_OPERATOR":
            yield node


def conditions(function):
    """(if statement, condition) in the order of the text."""
    for node in function.body.walk():
        if node.kind == "IF_STMT" and len(node.children) > 1:
            yield node, node.children[0]


def checks(unit, call):
    """The conditions behind @call in which the variable of its result still has it."""
    result = result_of(call)
    over = [w.start for w in writes(call.function, result, call.node.end)
            if not in_leaving_branch(unit, w)] if result is not None else []
    for statement, condition in conditions(call.function):
        if condition.end >= call.node.start and not (over and over[0] < condition.start):
            yield statement, condition


def in_leaving_branch(unit, node):
    """Is @node in a branch that leaves, so that nothing behind it follows?"""
    for parent in node.ancestors():
        if parent.kind == "IF_STMT" and node is not parent.children[0] and unit.leaves(node):
            return True
        node = parent
    return False


def literal(unit, node):
    """The value of an integer literal, or None."""
    try:
        return int(unit.source(node).strip("() \t").rstrip("uUlL"), 0)
    except ValueError:
        return None


def short_checks(unit, call):
    """
    Yields (if statement, comparison, operand, other operand) for the checks in which the
    result of @call is compared with a count by != or <.
    """
    result = result_of(call)
    for statement, condition in checks(unit, call):
        for node in condition.walk():
            if node.kind != "BINARY_OPERATOR" or node.op not in ("!=", "<", ">"):
                continue
            left, right = node.children
            if node.op == ">":
                left, right = right, left
            bare = left.bare()
            if bare.kind == "BINARY_OPERATOR" and bare.op == "=":
                bare = bare.children[1].bare()
            mine = (bare.start, bare.end) == (call.node.start, call.node.end) \
                or (result is not None and bare.decl == result)
            if node.op == "!=" and not mine and right.bare().decl == result is not None:
                left, right, mine = right, left, True
            if mine and literal(unit, right) != 0:
                yield statement, node, left, right


def full_from(unit, call):
    """
    From where on the result of @call is certainly all that was asked for, because each short
    one has left: (start, [labels it left to]), for each check that says so.
    """
    for statement, _, _, _ in short_checks(unit, call):
        body = statement.children[1]
        if unit.leaves(body):
            labels = [n.children[0].name for n in body.walk() if n.kind == "GOTO_STMT" and n.children]
            yield statement, labels


def label_start(function, name):
    for node in function.body.walk():
        if node.kind == "LABEL_STMT" and node.name == name:
            return node.start
    return -1


def on_error_path(unit, statement):
    """
    Is @statement only reached on the way out of an error: in a branch that leaves, or behind a
    label that nothing falls into?
    """
    if in_leaving_branch(unit, statement):
        return True
    node = statement
    for parent in statement.ancestors():
        if parent.kind == "COMPOUND_STMT":
            labelled = node.kind == "LABEL_STMT"
            for sibling in reversed(parent.children[:parent.children.index(node)]):
                if unit.leaves(sibling):
                    if labelled:
                        return True
                    break
                labelled |= sibling.kind == "LABEL_STMT"
        node = parent
    return False
