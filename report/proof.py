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
# while one of these stands at a call, nothing is proven of what it takes
BALANCE = ("partial-pin-leak", "pin-leak", "double-release", "release-wrong-count", "ret-unchecked")
MORE_PATHS = 3                     # on which one finding is mended besides the first


@dataclass(frozen=True)
class Finding:
    """What an edit needs of a result of the checker."""

    rule: str
    line: int                      # where it stands
    column: int
    path: tuple                    # ((line, what is said there), ...)
    certain: frozenset             # flags that the acquire certainly has
    function: str
    call: tuple                    # the place of the call that it is about
    key: tuple                     # the same before and after an edit elsewhere

    @property
    def way(self):
        """The branches of the path, without what an edit elsewhere changes."""
        return tuple(re.sub(r"\([^()]*\)$", "", said) for _, said in self.path)


def finding_of(result, certain):
    where = checker.place(result["locations"][0])
    steps = [step["location"] for flow in result.get("codeFlows", ()) for thread in flow["threadFlows"]
             for step in thread["locations"]]
    path = tuple((checker.place(s)[1], s.get("message", {}).get("text", "")) for s in steps)
    function = result["properties"]["function"]
    text = re.sub(r"\d+", "", result["message"]["text"])
    return Finding(result["ruleId"], where[1], where[2], path, frozenset(certain), function,
                   checker.site_of(result), (result["ruleId"], where[0], function, text))


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


def homes(log):
    """{file: (architecture, make's target or "") of the configuration in which an audit's checker compiled it}"""
    found = {}
    for result in log["runs"][0]["results"]:
        config = result["properties"].get("config")
        if config:
            arch, target = config.split(",")[0].split()[:2]
            found.setdefault(checker.place(result["locations"][0])[0], (arch, target if target != "of" else ""))
    return found


class Judge:
    """
    The checker for @files of the tree at @root, each compiled as for the audit @log; @config: as
    BUILD= has it. `not_run` has the files for which it cannot be asked, with the reason.
    """

    def __init__(self, root, files, config, jobs, log):
        self.root, self.stack, self.certain = root, ExitStack(), certain_flags(log)
        self.units, self.not_run, self.looked = {}, {}, {}
        main, home = log["runs"][0]["properties"].get("arch") or "x86", homes(log)
        by_home = defaultdict(list)
        for file in files:
            by_home[home.get(file, (main, ""))].append(file)
        for (arch, target), own in sorted(by_home.items()):
            try:
                self._open(arch, target, own, config if arch == main else "", jobs)
            except (kbuild.NotPossible, UserError) as err:
                self.not_run.update((file, f"the checker cannot be asked: {err}") for file in own)

    def _open(self, arch, target, files, config, jobs):
        self.clang = clang.find()
        build = kbuild.find(self.root, arch, config, self.clang, target=target or kbuild.ALLMODCONFIG)
        self.stack.enter_context(checker.locked(build.directory))
        kbuild.gave_up(build)
        for unit in compdb.read(kbuild.commands(build, self.root, files, jobs), self.clang.program):
            for file in files:
                if unit.file == str(self.root / file):
                    self.units.setdefault(file, unit)

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
            raise NoEdit(self.not_run.get(file, "the checker does not compile this file"))
        if (file, data) not in self.looked:
            self.looked[file, data] = self._look(file, data)
        return self.looked[file, data]

    def _look(self, file, data):
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
            raise NoEdit(f"the checker has no result: {done['reason'].replace(f'{self.root}/', '')}")
        findings, sites, _ = checker.combine([(unit, done)])
        return findings, sites

    def confirm(self, rule, file, old, new):
        """
        Ask about an edit of another engine: @new in place of @old, for the findings of @rule in
        @file. False where the checker does not compile the file. Raises NoEdit where it still
        finds @rule there, or finds something that was not there before.
        """
        try:
            before = [finding_of(r, ()) for r in self.look(file, old)[0]]
        except NoEdit:
            return False
        after = [finding_of(r, ()) for r in self.look(file, new)[0]]
        if any(f.rule == rule and f.key[1] == file for f in after):
            raise NoEdit("the checker still has the finding after the edit")
        came = Counter(f.key for f in after) - Counter(f.key for f in before)
        if came:
            raise NoEdit(f"the edit brings another finding of the checker, {sorted(came)[0][0]}")
        return True

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
                before, data = self._mended(file, data, before, finding)
                mended += 1
            except NoEdit as err:
                refused.append(f"{finding.function}(): {err}")

    def each(self, rule, file, data):
        """[(Finding, new text)]: the findings of @rule in @file that an edit mends, each by itself."""
        made = []
        try:
            before, _ = self.look(file, data)
        except NoEdit:
            return made
        certain = self.certain.get(file, {})
        for result in before:
            if result["ruleId"] == rule and checker.place(result["locations"][0])[0] == file:
                finding = finding_of(result, certain.get(result["properties"]["function"], ()))
                try:
                    made.append((finding, self._mended(file, data, before, finding)[1]))
                except NoEdit:
                    pass               # most have none: the series says why
        return made

    def _mended(self, file, data, before, finding, depth=MORE_PATHS):
        """
        (findings after it, text) with the first edit for @finding that holds. Where it helps on
        its path alone, the finding is mended on the next one, too. Raises NoEdit.
        """
        why = None
        for new in edits.EDITS[finding.rule](data.decode("latin-1"), finding):
            new = new.encode("latin-1")
            try:
                after, other = self._judge(file, new, before, finding)
                if other is None:
                    return after, new
                if depth:
                    return self._mended(file, new, before, other, depth - 1)
                raise NoEdit("the finding is still there after the edit")
            except NoEdit as err:
                why = why or err
        raise why or NoEdit("no edit is known")

    def _judge(self, file, new, before, finding):
        """
        (the findings with the text @new, None), or with the same finding on another path instead
        of None. Raises NoEdit where the text is no better than that with the findings @before.
        """
        after, sites = self.look(file, new)
        certain = self.certain.get(file, {}).get(finding.function, ())
        found = [finding_of(r, certain) for r in after]
        old = Counter(finding_of(r, ()).key for r in before)
        now = Counter(f.key for f in found)
        if now - old:
            raise NoEdit(f"the edit brings another finding, {sorted(now - old)[0][0]}")
        if now[finding.key] >= old[finding.key]:
            same = [f for f in found if f.key == finding.key]
            if len(same) > 1 or same[0].way == finding.way:
                raise NoEdit("the finding is still there after the edit")
            return after, same[0]
        undecided = [s for where, s in sites.items() if where[0] == file and s["kind"] == "open"
                     and s["properties"].get("function") == finding.function]
        if finding.rule in PROVEN and undecided:
            raise NoEdit(f"not proven after the edit: {undecided[0]['message']['text']}")
        doubtful = [f.rule for f in found if f.call == finding.call and f.rule in BALANCE]
        if finding.rule in PROVEN and doubtful:
            raise NoEdit(f"not proven after the edit: {doubtful[0]} stands at the same call")
        return after, None
