# SPDX-License-Identifier: GPL-2.0-only
"""Bugs at the release: left out, of the wrong kind, twice, of too many."""

from bench.seeded.edit import tokens
from bench.seeded.ops.common import (Operator, conditions, decls, full_from, label_start, literal,
                                     on_error_path, refers, remove, result_of, writes)

LEAKS = ("pin-leak", "partial-pin-leak")
# (name, number of arguments) -> how the other kind is released by the same arguments
OTHER_KIND = {("unpin_user_page", 1): "put_page({0})", ("put_user_page", 1): "put_page({0})",
              ("unpin_user_pages", 2): "release_pages({0}, {1})",
              ("put_user_pages", 2): "release_pages({0}, {1})",
              ("unpin_user_pages_dirty_lock", 3): "release_pages({0}, {1})",
              ("put_user_pages_dirty_lock", 3): "release_pages({0}, {1})",
              ("unpin_user_folio", 2): "folio_put_refs({0}, {1})",
              ("unpin_folio", 1): "folio_put({0})",
              ("put_page", 1): "unpin_user_page({0})",
              ("release_pages", 2): "unpin_user_pages({0}, {1})",
              ("folio_put", 1): "unpin_user_folio({0}, 1)",
              ("folio_put_refs", 2): "unpin_user_folio({0}, {1})"}


def repeated(unit, call):
    """Does the very next statement release the same again?"""
    siblings = call.statement.parent.children
    where = siblings.index(call.statement)
    return any(tokens(unit.source(s)) == tokens(unit.source(call.statement))
               for s in siblings[where + 1:where + 2])


class Delete(Operator):
    name = "delete-release"
    about = "a release is left out"
    expects = LEAKS
    errors = False

    def edits(self, file):
        for call, acquires in file.releases():
            if on_error_path(file.unit, call.statement) != self.errors:
                continue
            if repeated(file.unit, call):
                yield self.drop(call, "the next statement releases the same")
                continue
            yield self.edit(call, [remove(file.unit, call.function, call.statement)], acquires)


class DeleteOnError(Delete):
    name = "delete-release-on-error"
    about = "a release on an error path is left out"
    errors = True


def guarded(call, acquires):
    """Does the release depend on something else than what was acquired?"""
    return any(parent.kind == "IF_STMT" and
               not any(refers(parent.children[0], result_of(a)) for a in acquires)
               for parent in call.statement.ancestors())


class SkipOnError(Operator):
    name = "skip-release-on-error"
    about = "an error path jumps behind the release"
    expects = LEAKS

    def edits(self, file):
        for call, acquires in file.releases():
            function = call.function
            target = self.labels(call)
            here = [a for a in acquires if a.function is function]
            if not target or not here:
                continue
            if guarded(call, here):
                yield self.drop(call, "whether the clean-up releases depends on something else")
                continue
            first, behind = target
            for node in function.body.walk():
                if node.kind == "GOTO_STMT" and node.children and node.children[0].name == first \
                        and here[0].node.end < node.start < label_start(function, first) \
                        and self.holds(node, here):
                    edit = self.edit(call, [(node.start, node.end, f"goto {behind}")], here)
                    edit.at = node.start
                    yield edit

    @staticmethod
    def labels(call):
        """(the last label before the release, the first behind it) of one clean-up ladder."""
        node = call.statement
        while node.parent.kind != "COMPOUND_STMT" or node.parent is not call.function.body:
            node = node.parent
            if node is None or node.parent is None:
                return None
        siblings = call.function.body.children
        where = siblings.index(node)
        before = [s for s in siblings[:where + 1] if s.kind == "LABEL_STMT"]
        after = [s for s in siblings[where + 1:] if s.kind == "LABEL_STMT"]
        return (before[-1].name, after[0].name) if before and after else None

    @staticmethod
    def holds(goto, acquires):
        """Are the pages held there: does the way to @goto test something else than their result?"""
        branch = goto.inside("IF_STMT")
        return branch is not None and branch.start > acquires[-1].node.end \
            and not any(refers(branch.children[0], result_of(a)) for a in acquires)


class SwapKind(Operator):
    name = "swap-release-kind"
    about = "pins are put, or gets unpinned"
    expects = ("pin-put-mismatch",)

    def edits(self, file):
        for call, acquires in file.releases():
            pattern = OTHER_KIND.get((call.name, len(call.args)))
            if not pattern or any(a.kind != call.kind for a in acquires):
                continue
            args = [file.unit.source(a) for a in call.args]
            yield self.edit(call, [(call.node.start, call.node.end, pattern.format(*args))], acquires)


class AskedNotGot(Operator):
    name = "release-asked-not-got"
    about = "what was asked for is released, not what was got"
    expects = ("release-wrong-count",)

    def edits(self, file):
        for call, acquires in file.releases():
            for acquire in acquires:
                asked = acquire.arg("nr_pages", "max_folios")
                result = result_of(acquire)
                if acquire.function is not call.function or asked is None or result is None \
                        or acquire.node.start > call.node.start:
                    continue
                count = self.count(call, result)
                if count is not None:
                    yield self.one(file.unit, call, acquire, count, asked)

    @staticmethod
    def count(call, result):
        """The node that says how many, when it is @result itself."""
        number = call.arg("npages", "nr", "nfolios")
        if number is not None:
            return number if number.bare().decl == result else None
        loop = call.node.inside("FOR_STMT")
        for node in loop.walk() if loop else ():
            if node.kind == "BINARY_OPERATOR" and node.op in ("<", "!=") \
                    and node.end < call.node.start and node.children[1].bare().decl == result:
                return node.children[1]
        return None

    def one(self, unit, call, acquire, count, asked):
        if literal(unit, asked) == 1:
            return self.drop(call, "one page: what was asked for is what was got")
        if any(any(writes(call.function, d, acquire.node.end)) for d in decls(asked)):
            return self.drop(call, "the count that was asked for changes before the release")
        for check, labels in full_from(unit, acquire):
            within = check.start < call.node.start < check.end
            reached = any(0 <= label_start(call.function, name) < call.node.start for name in labels)
            if check.end < call.node.start and not within and not reached:
                return self.drop(call, "all that was asked for was got, there")
        text = unit.source(asked)
        return self.edit(call, [(count.start, count.end, text if text.isidentifier()
                                 else f"({text})")], [acquire])


class Duplicate(Operator):
    name = "duplicate-release"
    about = "a release is done twice"
    expects = ("double-release",)

    def edits(self, file):
        for call, acquires in file.releases():
            text = file.unit.source(call.statement)
            if "++" in text or "--" in text:
                yield self.drop(call, "the arguments count: the second release is of another page")
                continue
            statement = call.statement
            end = file.unit.statement_end(statement)
            twice = f"{text};\n{file.unit.indent(statement.start)}{text};"
            if statement.parent.kind in ("COMPOUND_STMT", "LABEL_STMT", "CASE_STMT"):
                yield self.edit(call, [(statement.start, end, twice)], acquires)
            else:
                yield self.edit(call, [(statement.start, end, "{ " + twice + " }")], acquires)


class BeforeLadder(Operator):
    name = "release-before-ladder"
    about = "an error path releases, and jumps to where it is released again"
    expects = ("double-release",)

    def edits(self, file):
        for call, acquires in file.releases():
            here = [a for a in acquires if a.function is call.function]
            target = SkipOnError.labels(call)
            if not here or not target or call.statement.parent.kind in ("FOR_STMT", "WHILE_STMT"):
                continue
            if guarded(call, here):
                yield self.drop(call, "whether the clean-up releases depends on something else")
                continue
            for statement, _ in conditions(call.function):
                body = statement.children[1]
                last = body.children[-1] if body.kind == "COMPOUND_STMT" and body.children else body
                if last.kind != "GOTO_STMT" or last.children[0].name != target[0] \
                        or last.start > label_start(call.function, target[0]) \
                        or not SkipOnError.holds(last, here):
                    continue
                text = file.unit.source(call.statement)
                new = f"{text};\n{file.unit.indent(last.start)}{file.unit.source(last)}"
                if last is body:
                    new = "{ " + new + "; }"
                    end = file.unit.statement_end(last)
                else:
                    end = last.end
                edit = self.edit(call, [(last.start, end, new)], here)
                edit.at = last.start
                yield edit


OPERATORS = [Delete(), DeleteOnError(), SkipOnError(), SwapKind(), AskedNotGot(), Duplicate(),
             BeforeLadder()]
