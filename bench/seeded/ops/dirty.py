# SPDX-License-Identifier: GPL-2.0-only
"""Bugs at the mark of dirty."""

from bench.seeded.ops.acquire import names_flag
from bench.seeded.ops.common import Operator, on_error_path, remove


class DropDirty(Operator):
    name = "drop-dirty"
    about = "written pages are not marked dirty"
    expects = ("dirty-missing",)

    def edits(self, file):
        for call, acquires in file.releases():
            make_dirty = call.arg("make_dirty")
            if make_dirty is None or file.unit.source(make_dirty) in ("false", "0"):
                continue
            if on_error_path(file.unit, call.statement):
                yield self.drop(call, "on an error path: perhaps nothing was written")
            elif not any(file.held.is_given(a) for a in acquires):
                yield self.drop(call, "nobody is given the pages: who writes does it by the address, "
                                      "and the page table has that")
            elif any(names_flag(file, a, "FOLL_WRITE") for a in acquires):
                yield self.edit(call, [(make_dirty.start, make_dirty.end, "false")], acquires)
            else:
                yield self.drop(call, "the pages are not asked for with FOLL_WRITE here")
        for call in file.unit.role("dirty"):
            acquires = [a for a in file.held.acquires_of(call) if file.usable(a)]
            if not file.usable(call) or call.statement is None or not acquires:
                continue
            if any(names_flag(file, a, "FOLL_WRITE") for a in acquires):
                yield self.edit(call, [remove(file.unit, call.function, call.statement)], acquires)
            else:
                yield self.drop(call, "the pages are not asked for with FOLL_WRITE here")


OPERATORS = [DropDirty()]
