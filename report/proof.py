# SPDX-License-Identifier: GPL-2.0-only
"""
The checker as the judge of an edit: it looks at a file with another text in its
place, which is laid over the tree (clang's -ivfsoverlay). Nothing is written to the tree.
"""

import json
import re
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from report import checker, clang, compdb, edits, kbuild, tu
from report.edits import NoEdit
from report.errors import UserError

# An edit that changes which references are held, or how they are given back, has to end in a proof.
PROVEN = ("partial-pin-leak", "pin-leak", "dirty-missing")


@dataclass(frozen=True)
class Finding:
    """What an edit needs of a result of the checker."""

    rule: str
    line: int                      # where it stands
    column: int
    path: tuple                    # ((line, what is said there), ...)
    certain: frozenset             # flags that the acquire certainly has
    function: str
    key: tuple                     # the same before and after an edit elsewhere


def finding_of(result, certain):
    where = checker.place(result["locations"][0])
    steps = [step["location"] for flow in result.get("codeFlows", ()) for thread in flow["threadFlows"]
             for step in thread["locations"]]
    path = tuple((checker.place(s)[1], s.get("message", {}).get("text", "")) for s in steps)
    function = result["properties"]["function"]
    text = re.sub(r"\d+", "", result["message"]["text"])
    return Finding(result["ruleId"], where[1], where[2], path, frozenset(certain), function,
                   (result["ruleId"], where[0], function, text))


def certain_flags(log):
    """{file: {function: flags that each call there that takes pages certainly has}} of an audit."""
    flags = defaultdict(dict)
    for result in log["runs"][0]["results"]:
        call = (result.get("relatedLocations") or result["locations"])[0]
        function = (call.get("logicalLocations") or result["locations"][0].get("logicalLocations")
                    or [{}])[0].get("name")
        if result["properties"]["role"] == "acquire" and function:
            mine = frozenset(result["properties"].get("flags", {}).get("certain", ()))
            file = checker.place(call)[0]
            flags[file][function] = flags[file].get(function, mine) & mine
    return flags


class Judge:
    """The compile commands of @files of the tree at @root, and the checker for them."""

    def __init__(self, root, files, config, jobs, certain):
        self.root, self.stack, self.certain = root, ExitStack(), certain
        self.units, self.not_run = {}, ""
        try:
            self.clang = clang.find()
            build = kbuild.find(root, "", config, self.clang)
            self.stack.enter_context(checker.locked(build.directory))
            database = kbuild.commands(build, root, files, jobs)
            for unit in compdb.read(database, self.clang.program):
                for file in files:
                    if unit.file == str(root / file):
                        self.units.setdefault(file, unit)
        except (kbuild.NotPossible, UserError) as err:
            self.not_run = f"the checker cannot be asked: {err}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def look(self, file, data):
        """
        (findings as SARIF results, {place: site}) of @file of the tree with the bytes @data in
        its place. Raises NoEdit where the checker cannot say.
        """
        if file not in self.units:
            raise NoEdit(self.not_run or "the checker does not compile this file")
        unit = self.units[file]
        with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
            text, overlay = Path(tmp) / "text.c", Path(tmp) / "overlay.json"
            text.write_bytes(data)
            overlay.write_text(json.dumps({
                "version": 0, "use-external-names": "false", "roots": [
                    {"type": "file", "name": unit.file, "external-contents": str(text)}]}), encoding="utf-8")
            asked = {"words": [*unit.words, "-ivfsoverlay", str(overlay)], "directory": unit.directory,
                     "srcroot": str(self.root), "api": None, "policy": None, "facts": None}
            done = tu.check(asked, self.clang, Path(tmp) / "out.sarif", Path(tmp) / "out.d")
        if done["status"] != "checked":
            raise NoEdit(f"the checker has no result: {done['reason']}")
        findings, sites, _ = checker.combine([(unit, done)])
        return findings, sites

    def mend(self, rule, file, data):
        """
        Edit @data, the text of @file, for its findings of @rule, one after the other. Returns (new
        text, how many are mended, [why others are not]). An edit stays when its finding is gone,
        no other has come and, for a rule of PROVEN, no call of its function is undecided.
        """
        before, _ = self.look(file, data)
        certain, refused, mended, tried = self.certain.get(file, {}), [], 0, set()
        while True:
            mine = [finding_of(r, certain.get(r["properties"]["function"], ())) for r in before
                    if r["ruleId"] == rule and checker.place(r["locations"][0])[0] == file]
            left = [f for f in mine if (f.key, sum(o.key == f.key for o in mine)) not in tried]
            if not left:
                return data, mended, refused
            finding = left[0]
            tried.add((finding.key, sum(o.key == finding.key for o in mine)))
            try:
                new = edits.EDITS[rule](data.decode("latin-1"), finding).encode("latin-1")
                before, data = self._judge(file, new, before, finding), new
                mended += 1
            except NoEdit as err:
                refused.append(f"{finding.function}(): {err}")

    def _judge(self, file, new, before, finding):
        """The findings with the text @new. Raises NoEdit where it is no better."""
        after, sites = self.look(file, new)
        old = Counter(finding_of(r, ()).key for r in before)
        now = Counter(finding_of(r, ()).key for r in after)
        if now[finding.key] >= old[finding.key]:
            raise NoEdit("the finding is still there after the edit")
        if now - old:
            raise NoEdit(f"the edit brings another finding, {sorted(now - old)[0][0]}")
        undecided = [s for where, s in sites.items() if where[0] == file and s["kind"] == "open"
                     and s["properties"].get("function") == finding.function]
        if finding.rule in PROVEN and undecided:
            raise NoEdit(f"not proven after the edit: {undecided[0]['message']['text']}")
        return after
