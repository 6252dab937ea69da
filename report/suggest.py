# SPDX-License-Identifier: GPL-2.0-only
"""
SARIF fixes: beside a finding, the edit that the patch mode of its semantic patch
makes for it. Nothing is written to the tree: spatch prints the edit.
"""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from report import api as table
from report import cache, spatch
from report.sarif import SNIPPET_LINES, Sources, printable
from report.suppress import where

FAR = 60                           # lines of an excerpt; a fix farther off is in the log alone
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def hunks(diff):
    """
    The edits of a unified diff of one file: [(first line, lines taken out, [lines put in])].
    An edit that takes nothing out puts its lines before that first line.
    """
    out, line, run = [], 0, None
    for text in diff.split("\n"):
        match = HUNK.match(text)
        if match:
            line, run = int(match.group(1)), None
        elif text[:1] in ("-", "+") and line:
            if run is None:
                run = [line, 0, []]
                out.append(run)
            if text[0] == "-":
                run[1] += 1
                line += 1
            else:
                run[2].append(text[1:])
        else:
            run = None
            line += text[:1] == " "
    return [tuple(one) for one in out]


def _mine(edits, first, last):
    """The edits of the statement on lines @first..@last, else the nearest one above it."""
    touching = [e for e in edits if e[0] <= last and e[0] + e[1] >= first]
    above = [e for e in edits if e[0] < first]
    return touching or above[-1:]


def _replacement(edit, file, sources):
    first, count, new = edit
    text = printable("\n".join(new))
    if count and new:
        end = sources.column(file, first + count - 1, 1 << 30)
        region = {"startLine": first, "startColumn": 1, "endLine": first + count - 1, "endColumn": end}
    else:
        region = {"startLine": first, "startColumn": 1, "endLine": first + count, "endColumn": 1}
        text += "\n" if new else ""
    return {"deletedRegion": region, "insertedContent": {"text": text}}


def _widen(physical, edits, file, sources):
    """Let the finding's excerpt reach as far as its fix, where that is near."""
    line = physical["region"]["startLine"]
    around = physical.get("contextRegion", {})
    first = min([around.get("startLine", line), *(e[0] - SNIPPET_LINES for e in edits)])
    last = max([around.get("endLine", line), *(e[0] + e[1] + SNIPPET_LINES for e in edits)])
    if last - first <= FAR:
        first, snippet = sources.excerpt(file, first, last)
        physical["contextRegion"] = {"startLine": first, "endLine": first + snippet.count("\n"),
                                     "snippet": {"text": snippet}}


def attach(result, edits, file, sources, text):
    """Give @result a fix made of @edits, described by @text."""
    physical = result["locations"][0]["physicalLocation"]
    result["fixes"] = [{
        "description": {"text": text},
        "artifactChanges": [{"artifactLocation": physical["artifactLocation"], "replacements": [
            _replacement(edit, file, sources) for edit in edits]}]}]
    _widen(physical, edits, file, sources)


def _diffs(wanted, cocci, base, jobs):
    """{(rule, file): the diff that patch mode prints}; what was asked before is not asked again."""
    texts = {rule: "patch mode\n" + path.read_text(encoding="utf-8") for rule, path in cocci.items()}
    store = cache.Cache(texts, spatch.version(), base)
    known = {key: store.get(*key) for key in wanted}
    asked = [key for key in wanted if known[key] is None]
    with ThreadPoolExecutor(jobs) as pool:
        for key, diff in zip(asked, pool.map(lambda k: spatch.patch(cocci[k[0]], k[1], base), asked)):
            known[key] = {"diff": diff.decode("utf-8", "surrogateescape")}
            store.keep(*key, known[key])
    return {key: row["diff"] for key, row in known.items()}


def apply(log, base, jobs):
    """Give the findings of @log (SARIF as dicts, changed in place) their fixes."""
    cocci = {row["id"]: spatch.rule_path(row["cocci"]) for row in table.load_rules() if "cocci" in row}
    wanted = defaultdict(list)
    for result in log["runs"][0]["results"]:
        if result.get("kind", "fail") == "fail" and result["ruleId"] in cocci:
            wanted[result["ruleId"], where(result)[0]].append(result)
    sources = Sources(base)
    for key, diff in _diffs(sorted(wanted), cocci, base, jobs).items():
        edits = hunks(diff)
        for result in wanted[key]:
            line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
            # the semantic patches report a call by its first line: its arguments follow
            mine = _mine(edits, line - 1, line + SNIPPET_LINES)
            if mine:
                attach(result, mine, key[1], sources, f"What the patch mode of the rule {key[0]} does here.")
