# SPDX-License-Identifier: GPL-2.0-only
"""
What readers decided about findings on real kernels, a JSON file an engine and a tree (files of another kind have no "findings"), and how a log's
findings are matched with it: by rule, file and function, so that code may move.
"""

import json
from collections import Counter
from pathlib import Path

from bench.seeded.score import wilson
from report import checker
from report.errors import UserError

HERE = Path(__file__).resolve().parent
VERDICTS = ("true", "disputed", "false")
# What a file of verdicts calls an engine, and what a log does.
ENGINES = {"plugin": "checker", "coccinelle": "coccinelle", "link": "link"}


def load(tree):
    """The verdicts on @tree ("6.1") as dicts, with "engine" as a log has it."""
    rows = []
    for path in sorted(HERE.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        engine = ENGINES.get(kept.get("engine", "coccinelle"))
        rows += [{"rule": kept.get("rule"), **row, "engine": engine} for row in kept.get("findings", ())
                 if engine and row.get("tree", kept.get("tree")) == tree]
    return rows


def trees():
    """The trees that somebody has read findings of."""
    found = set()
    for path in HERE.glob("*.json"):
        kept = json.loads(path.read_text(encoding="utf-8"))
        found |= {kept.get("tree")} | {row.get("tree") for row in kept.get("findings", ())}
    return sorted(found - {None}, key=lambda tree: [int(n) for n in tree.split(".")])


def tree_of(log):
    """The version of the kernel that an audit's @log is of, as verdicts name it; "" for other logs."""
    version = log["runs"][0].get("properties", {}).get("kernelVersion", "")
    return ".".join(version.split(".")[:2])


def findings(log):
    """(the findings of @log as dicts, the files that it says anything about, the engines that ran)."""
    results = log["runs"][0]["results"]
    audited = any("role" in result["properties"] for result in results)
    rows, files = [], set()
    for result in results:
        file, line, _ = checker.place(result["locations"][0])
        files.add(file)
        if result.get("kind", "fail") != "fail" or result.get("baselineState") == "absent":
            continue
        names = result["locations"][0].get("logicalLocations") or [{}]
        engines = result["properties"].get("found", ["checker"])
        rows.append({"rule": result["ruleId"], "level": result.get("level", "warning"), "file": file,
                     "line": line, "function": names[0].get("name") or result["properties"].get("function"),
                     "engines": engines,
                     "message": result["message"]["text"]})
    return rows, files, set(ENGINES.values()) if audited else {"checker"}


def match(found, read):
    """
    Gives each finding of @found one verdict of @read of its rule, file and function for each of its
    engines, the nearest first; one of them is its "verdict" (a dict, or None: unread). Returns the verdicts
    that are left: stale.
    """
    near = sorted((abs(f["line"] - v["line"]), i, j) for i, f in enumerate(found) for j, v in enumerate(read)
                  if v["engine"] in f["engines"] and all(f[key] == v[key] for key in ("rule", "file", "function")))
    served, taken = set(), set()
    for finding in found:
        finding["verdict"] = None
    for _, i, j in near:
        if (i, read[j]["engine"]) not in served and j not in taken:
            found[i]["verdict"] = found[i]["verdict"] or read[j]
            served.add((i, read[j]["engine"]))
            taken.add(j)
    return [row for j, row in enumerate(read) if j not in taken]


def compare(log, tree=""):
    """
    The findings of @log against the verdicts on @tree, or on the tree that the log names: {"tree",
    "levels": {level: counts}, "rules", "unread", "stale", "not_seen"}; the last are verdicts in files of
    which the log says nothing.
    """
    tree = tree or tree_of(log)
    if tree not in trees():
        raise UserError(f"the log does not say which tree it is of: give TREE={'|'.join(trees())}" if not tree
                        else f"nobody has read findings on {tree}; give TREE={'|'.join(trees())}")
    found, files, engines = findings(log)
    read = [row for row in load(tree) if row["engine"] in engines]
    stale = match(found, read)
    return {"tree": tree, "levels": _counts(found, "level"), "rules": _counts(found, "rule"), "findings": found,
            "unread": [f for f in found if not f["verdict"]],
            "stale": [v for v in stale if v["file"] in files],
            "not_seen": [v for v in stale if v["file"] not in files]}


def _counts(found, key):
    table = {}
    for finding in found:
        counts = table.setdefault(finding[key], Counter())
        counts[finding["verdict"]["verdict"] if finding["verdict"] else "unread"] += 1
    return {name: {**counts, "read": sum(counts[v] for v in VERDICTS),
                   "interval": wilson(counts["true"], sum(counts[v] for v in VERDICTS))}
            for name, counts in table.items()}
