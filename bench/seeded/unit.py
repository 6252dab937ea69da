# SPDX-License-Identifier: GPL-2.0-only
"""
One translation unit as libclang sees it, reduced to what operators ask: the
functions of the main file, and the calls of the API in them. Positions are
bytes in the main file. A node that comes out of a macro spans the macro's use.
"""

import ctypes
import os
import re
from dataclasses import dataclass, field

from clang import cindex

from report.errors import UserError

STATEMENT_PARENTS = {"COMPOUND_STMT", "IF_STMT", "FOR_STMT", "WHILE_STMT", "DO_STMT",
                     "LABEL_STMT", "CASE_STMT", "DEFAULT_STMT", "SWITCH_STMT"}
SEE_THROUGH = {"UNEXPOSED_EXPR", "PAREN_EXPR", "CSTYLE_CAST_EXPR"}
WORD = re.compile(r"\w*")
PAGE = re.compile(r"struct (?:page|folio)\b[^()]*\*")


def _offset(location):
    """
    The byte of @location in its file: for an argument of a macro where it was written, which
    libclang tells and its Python binding does not ask for.
    """
    file, line, column, offset = (cindex.c_object_p(), ctypes.c_uint(), ctypes.c_uint(),
                                  ctypes.c_uint())
    cindex.conf.lib.clang_getFileLocation(location, ctypes.byref(file), ctypes.byref(line),
                                          ctypes.byref(column), ctypes.byref(offset))
    return offset.value


class Node:
    """A cursor with its place in the text, its parent, and the declaration that it names."""

    __slots__ = ("kind", "name", "start", "end", "parent", "children", "type", "decl", "op")

    def __init__(self, cursor, parent, text):
        extent = cursor.extent
        self.kind = cursor.kind.name
        self.name = cursor.spelling
        self.start, self.end = _offset(extent.start), _offset(extent.end)
        self.parent = parent
        self.type = cursor.type.get_canonical().spelling
        self.decl, self.op = None, ""
        if self.kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR"):
            self.decl = cursor.referenced.hash if cursor.referenced else None
        elif self.kind in ("VAR_DECL", "PARM_DECL", "FIELD_DECL"):
            self.decl = cursor.hash
        elif self.kind in ("BINARY_OPERATOR", "COMPOUND_ASSIGNMENT_OPERATOR"):
            self.op = cursor.spelling
        self.children = [Node(child, self, text) for child in cursor.get_children()]
        if self.end <= self.start:             # a macro in an argument of a macro: its name
            self.end = WORD.match(text, self.start).end()
        if self.op and len(self.children) == 2:
            self.end = max(self.end, self.children[1].end)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def ancestors(self):
        node = self.parent
        while node:
            yield node
            node = node.parent

    def bare(self):
        """Without parentheses, casts and implicit conversions."""
        node = self
        while node.kind in SEE_THROUGH and node.children:
            node = node.children[-1]
        return node

    def inside(self, kind):
        """The nearest enclosing node of @kind, or None."""
        return next((n for n in self.ancestors() if n.kind == kind), None)


@dataclass
class Function:
    name: str
    node: Node
    body: Node
    result: str                    # type
    params: list                   # PARM_DECL nodes
    static: bool
    calls: set = field(default_factory=set)      # functions of this file that it names


@dataclass
class Call:
    node: Node
    name: str
    row: dict                      # of the API table
    args: list
    function: Function
    types: list                    # of the callee's parameters
    result: str

    def arg(self, *params):
        """The argument for the first of @params that this form of the function has, or None."""
        for form in self.row.get("forms", ()):
            if len(form["params"]) == len(self.args):
                for param in params:
                    if param in form["params"]:
                        return self.args[form["params"].index(param)]
        return None

    @property
    def role(self):
        return self.row["role"]

    @property
    def kind(self):
        return self.row.get("kind", "")

    @property
    def generic(self):
        return self.row.get("generic", False)

    @property
    def statement(self):
        """The call when it is a whole statement, else None."""
        node = self.node
        while node.parent.kind in SEE_THROUGH:
            node = node.parent
        parent = node.parent
        if parent.kind not in STATEMENT_PARENTS:
            return None
        if parent.kind in ("IF_STMT", "WHILE_STMT", "SWITCH_STMT") and parent.children[0] is node:
            return None
        if parent.kind == "FOR_STMT" and parent.children[-1] is not node:
            return None
        if parent.kind == "DO_STMT" and parent.children[0] is not node:
            return None
        return node


class Unit:
    """
    Parses at once; raises UserError when clang does not understand the clean file.
    @api is {name: row} of all roles. libclang changes into the build's directory.
    """

    def __init__(self, command, api):
        os.chdir(command.directory)
        self.path, self.api = command.source, api
        with open(self.path, "rb") as source:
            self.text = source.read().decode("latin-1")
        try:
            self.tu = cindex.Index.create().parse(self.path, args=list(command.args))
        except cindex.TranslationUnitLoadError as err:
            raise UserError(f"{self.path}: libclang cannot parse it") from err
        for diagnostic in self.tu.diagnostics:
            if diagnostic.severity >= cindex.Diagnostic.Error:
                raise UserError(f"{self.path}: does not compile as it is: {diagnostic.spelling}")
        self.functions, self.calls = {}, []
        self._functions()

    def _definitions(self):
        for cursor in self.tu.cursor.get_children():
            if cursor.kind == cindex.CursorKind.FUNCTION_DECL and cursor.is_definition() \
                    and cursor.location.file and cursor.location.file.name == self.path:
                yield cursor

    def _functions(self):
        cursors = list(self._definitions())
        for cursor in cursors:
            node = Node(cursor, None, self.text)
            if not node.children or node.children[-1].kind != "COMPOUND_STMT" \
                    or self.text[node.end - 1] != "}":
                continue                       # made by a macro
            self.functions[node.name] = Function(
                node.name, node, node.children[-1], cursor.result_type.spelling,
                [c for c in node.children if c.kind == "PARM_DECL"],
                cursor.storage_class == cindex.StorageClass.STATIC)
        for cursor in cursors:
            if cursor.spelling in self.functions:
                self._calls(cursor, self.functions[cursor.spelling])

    def _calls(self, cursor, function):
        types = {}
        for c in cursor.walk_preorder():
            if c.kind == cindex.CursorKind.DECL_REF_EXPR and c.spelling in self.api \
                    and c.referenced and c.referenced.kind == cindex.CursorKind.FUNCTION_DECL:
                types[c.spelling] = ([a.type.spelling for a in c.referenced.get_arguments()],
                                     c.referenced.result_type.spelling)
        seen = set()                           # a macro may name its argument twice
        for node in function.body.walk():
            if node.kind == "DECL_REF_EXPR" and node.name in self.functions:
                function.calls.add(node.name)
            if node.kind != "CALL_EXPR" or node.name not in types or node.start in seen:
                continue
            seen.add(node.start)
            # written out here, and not by a macro
            if re.match(rf"{node.name}\s*\(", self.text[node.start:]) \
                    and self.text[node.end - 1] == ")":
                self.calls.append(Call(node, node.name, self.api[node.name], node.children[1:],
                                       function, *types[node.name]))

    # what operators ask

    def source(self, node):
        return self.text[node.start:node.end]

    def role(self, role):
        return [c for c in self.calls if c.role == role]

    def connected(self, name):
        """@name, the functions that reach it by calls, and those that any of these reach."""
        callers, grown = {name}, True
        while grown:
            more = {f.name for f in self.functions.values() if f.calls & callers} - callers
            callers |= more
            grown = bool(more)
        found, todo = set(callers), list(callers)
        while todo:
            for callee in self.functions[todo.pop()].calls - found:
                found.add(callee)
                todo.append(callee)
        return found

    def statement_end(self, node):
        """Behind the semicolon of statement @node."""
        match = re.compile(r"\s*;").match(self.text, node.end)
        return match.end() if match else node.end

    def indent(self, position):
        """The white space at the start of the line of @position."""
        line = self.text[self.text.rfind("\n", 0, position) + 1:position]
        return re.match(r"[ \t]*", line).group()

    def leaves(self, node):
        """Does statement @node end by leaving (return, goto, break, continue)?"""
        if node.kind == "COMPOUND_STMT":
            return bool(node.children) and self.leaves(node.children[-1])
        return node.kind in ("RETURN_STMT", "GOTO_STMT", "BREAK_STMT", "CONTINUE_STMT")
