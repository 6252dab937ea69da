# SPDX-License-Identifier: GPL-2.0-only
"""
One job: which edits one file offers. Those that are not what they claim to be are
dropped here, and counted by the reason; whether one compiles shows when it is run.
"""

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

from bench.seeded import commands, edit, ops
from bench.seeded.held import Held
from bench.seeded.ops.common import File
from bench.seeded.unit import Unit
from report import api, tree
from report.errors import UserError


def api_rows():
    """All rows of the API table, of all roles, by name."""
    return {row["name"]: row for row in
            json.loads(api.API_FILE.read_text(encoding="utf-8"))["functions"]}


def refusing(kdir):
    """
    {(entry point, flag)}: which flags of their caller the functions of the tree's own mm/gup.c
    refuse, by WARN_ON(gup_flags & ...) or by is_valid_gup_flags() and _args().
    """
    text = tree.strip_comments(tree.read_text(Path(kdir) / "mm" / "gup.c"))
    found = set()
    for name, _, body in tree.function_bodies(text):
        refused = " ".join(re.findall(r"WARN_ON\w*\s*\(\s*gup_flags\s*&[^;{]*", body))
        flags = set(re.findall(r"\bFOLL_\w+", refused))
        if re.search(r"\bis_valid_gup_\w+\s*\(", body):
            flags |= {"FOLL_GET", "FOLL_PIN"}
        found |= {(name, flag) for flag in flags}
    return frozenset(found)


def _site_lines(clean, edited, candidate):
    """[line in the clean file, line in the edited one] of each acquire that is concerned."""
    lines = []
    for start in candidate.sites:
        if start in candidate.moved:
            after = edited.index(candidate.moved[start])
        else:
            after = edit.shift(start, candidate.changes)
        lines.append([edit.line_of(clean, start), edit.line_of(edited, after)])
    return lines


def _places(unit, edited, candidate):
    """[function, first line, last line] in the edited file, under the names of the clean one."""
    places = []
    for function in unit.functions.values():
        start = edit.shift(function.node.start, candidate.changes)
        end = edit.shift(function.node.end, candidate.changes)
        places.append([function.name, edit.line_of(edited, start), edit.line_of(edited, end)])
    for start, end, text in candidate.changes:
        if start == end and "\n{\n" in text:       # a new function, which belongs to the edited one
            first = edit.line_of(edited, edit.shift(start, candidate.changes) - len(text))
            places.append([candidate.function, first, first + text.rstrip().count("\n")])
    return places


def _one(unit, operator, candidate, seen):
    """(row of the plan, None), or (None, reason)."""
    try:
        text = edit.apply(unit.text, candidate.changes)
    except ValueError:
        return None, "its changes overlap"
    key = " ".join(edit.tokens(text))
    if key == seen["clean"]:
        return None, "the same tokens as before"
    if key in seen:
        return None, f"the same text as by {seen[key]}"
    seen[key] = operator.name
    related = unit.connected(candidate.function)
    return {"op": operator.name, "expects": list(candidate.expects),
            "function": candidate.function, "line": edit.line_of(unit.text, candidate.at),
            "changes": sorted(candidate.changes),
            "functions": _places(unit, text, candidate),
            "sites": _site_lines(unit.text, text, candidate),
            "related": sorted(related)}, None


def plan(unit, file, name):
    """{"file": ..., "edits": [...], "dropped": {operator: {reason: count}}} of one unit."""
    seen, edits, dropped = {"clean": " ".join(edit.tokens(unit.text))}, [], {}
    for operator in ops.ALL:
        reasons = Counter()
        for number, candidate in enumerate(operator.edits(file)):
            if isinstance(candidate, edit.Drop):
                row, reason = None, candidate.reason
            else:
                row, reason = _one(unit, operator, candidate, seen)
            if row:
                row["id"] = re.sub(r"\W", "_", f"{operator.name}-{name}") \
                    + f"-{row['line']}-{number}"
                edits.append(row)
            else:
                reasons[reason] += 1
        if reasons:
            dropped[operator.name] = dict(sorted(reasons.items()))
    return {"file": name, "edits": edits, "dropped": dropped, "functions":
            [[f.name, edit.line_of(unit.text, f.node.start), edit.line_of(unit.text, f.node.end)]
             for f in unit.functions.values()],
            "sites": [[edit.line_of(unit.text, c.node.start), c.function.name, c.name]
                      for c in file.acquires()]}


def main(argv):
    """argv: OUT KEY. Writes OUT/plan/KEY.json for the unit that OUT/units.json calls KEY."""
    out, key = Path(argv[0]).resolve(), argv[1]
    row = json.loads((out / "units.json").read_text(encoding="utf-8"))[key]
    command = commands.Command(row["source"], row["directory"], tuple(row["args"]))
    try:
        unit = Unit(command, api_rows())
        result = plan(unit, File(unit, Held(unit), refusing(row["kdir"])), row["file"])
    except UserError as err:
        result = {"file": row["file"], "edits": [], "dropped": {}, "functions": [], "sites": [],
                  "problem": str(err)}
    write(out / "plan" / f"{key}.json", result)


def write(path, data):
    """Whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(temporary, path)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (UserError, OSError) as error:
        print(f"gupcheck: {error}", file=sys.stderr)
        sys.exit(1)
