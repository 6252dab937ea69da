# SPDX-License-Identifier: GPL-2.0-only
"""
Which variables and fields of a file hold pages of the API: those that
assignments, arguments and results connect, whatever the order (a union-find
over declarations). What comes from elsewhere too is known to be mixed.
"""

from bench.seeded.unit import PAGE

# what takes, drops and looks at references, or at the array that they sit in
HOLDERS = ("acquire", "release", "dirty", "alloc", "free", "look")
PAGES_PARAMS = ("pages", "page", "folios", "folio", "pages_p")


class Held:
    def __init__(self, unit):
        self.unit = unit
        self.parent = {}
        self.acquires = {}                     # root -> acquire calls
        self.mixed = set()                     # roots with pages from elsewhere
        for function in unit.functions.values():
            for node in function.body.walk():
                self._node(node, function)
        origins = [(call, self.key(self.pages_of(call))) for call in unit.role("acquire")]
        mixed = set(self.mixed)
        self.mixed = {self._find(key) for key in mixed}
        for call, key in origins:
            if key is not None:
                self.acquires.setdefault(self._find(key), []).append(call)

    def _find(self, key):
        while self.parent.setdefault(key, key) != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def _join(self, a, b):
        if a is not None and b is not None:
            self.parent[self._find(a)] = self._find(b)

    def key(self, node):
        """The variable, field or function whose pages expression @node means, or None."""
        if node is None:
            return None
        node = node.bare()
        if node.kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR"):
            return node.decl if PAGE.search(node.type) else None
        if node.kind == "CALL_EXPR" and node.name in self.unit.functions:
            return "result of " + node.name
        for child in node.walk():
            if child is not node and child.kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR") \
                    and PAGE.search(child.type) and "(" not in child.type:
                return child.decl
        return None

    def pages_of(self, call):
        """The expression into which @call takes its pages, or whose pages it releases."""
        pages = call.arg(*PAGES_PARAMS)
        if pages is not None or not call.row.get("returns", "").startswith("page"):
            return pages
        for node in call.node.ancestors():
            if node.kind == "BINARY_OPERATOR" and node.op == "=":
                return node.children[0]
            if node.kind == "VAR_DECL":
                return node
            if node.kind not in ("UNEXPOSED_EXPR", "PAREN_EXPR"):
                return None
        return None

    def _assign(self, to, value):
        key = to.decl if to.kind == "VAR_DECL" else self.key(to)
        if key is None or not PAGE.search(to.type):
            return
        bare = value.bare()
        if bare.kind == "CALL_EXPR" and self._is_foreign(bare):
            self.mixed.add(key)
        else:
            self._join(key, self.key(value))

    def _is_foreign(self, call):
        """Does @call return pages that the API did not give?"""
        row = self.unit.api.get(call.name)
        if call.name in self.unit.functions or (row and row["role"] in ("acquire", "alloc")):
            return False
        return self.key(call) is None          # page_folio(page) and its like pass on

    def _node(self, node, function):
        if node.kind == "VAR_DECL" and node.children and PAGE.search(node.type) \
                and node.children[-1].kind not in ("TYPE_REF", "INIT_LIST_EXPR"):
            self._assign(node, node.children[-1])
        elif node.kind == "BINARY_OPERATOR" and node.op == "=" and len(node.children) == 2:
            self._assign(*node.children)
        elif node.kind == "RETURN_STMT" and node.children and PAGE.search(function.result):
            self._join("result of " + function.name, self.key(node.children[0]))
        elif node.kind == "CALL_EXPR" and node.name in self.unit.functions:
            callee = self.unit.functions[node.name]
            for param, arg in zip(callee.params, node.children[1:]):
                if PAGE.search(param.type):
                    self._join(param.decl, self.key(arg))
        elif node.kind == "CALL_EXPR" and self.unit.api.get(node.name, {}).get("role") == "ref":
            for arg in node.children[1:]:      # one more reference: no longer the acquire's alone
                if self.key(arg) is not None:
                    self.mixed.add(self.key(arg))

    def acquires_of(self, call):
        """
        The acquires whose pages @call works on (a release, a mark of dirty), in this
        file; none when they are not the API's alone.
        """
        key = self.key(self.pages_of(call))
        if key is None:
            return []
        root = self._find(key)
        return [] if root in self.mixed else self.acquires.get(root, [])

    def is_given(self, call):
        """
        Does anything but the API and functions of this file get the pages of @call: a callee, a
        field, a number made from them, the caller? False: they sit in variables, and only there.
        """
        root = self._find(self.key(self.pages_of(call)))
        for function in self.unit.functions.values():
            for node in function.body.walk():
                if node.kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR") and self.key(node) is not None \
                        and self._find(self.key(node)) == root and self._gives(node):
                    return True
        return False

    def _holds(self, name):
        """Does the function of the API, or of struct page, neither keep the pages nor get at their data?"""
        row = self.unit.api.get(name, {})
        return row.get("role") in HOLDERS or (row.get("role") == "use" and
                                              not any(row.get(k) for k in ("data", "reads", "writes")))

    def _gives(self, node):
        if node.kind == "MEMBER_REF_EXPR":
            return True
        for outer in node.ancestors():
            if outer.kind == "CALL_EXPR":
                return outer.name not in self.unit.functions and not self._holds(outer.name)
            if outer.kind == "RETURN_STMT" or (outer.kind == "VAR_DECL" and not PAGE.search(outer.type)):
                return True
            if outer.kind == "BINARY_OPERATOR" and outer.op == "=":
                return not PAGE.search(outer.children[0].type)
        return False
