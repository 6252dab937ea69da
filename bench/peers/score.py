# SPDX-License-Identifier: GPL-2.0-only
"""
What each tool made of each edit: the same measure for all. A report counts when it is new in the
edited function (or in one that calls connect with it) and about the pages: it names a function
of the API, or the pages, flags, number or result of a call of one, or stands on such a call or on a line
with its result (of a comparison of signs a compiler says no name).
"""

import re
import statistics
from collections import Counter

from bench.seeded import edit, score
from bench.seeded.plan import api_rows

# parameters that are about something else: the address, the process, its lock
ELSEWHERE = {"tsk", "mm", "start", "vma", "vmas", "locked"}
QUOTED = re.compile(r"'[^']*'|\u2018[^\u2019]*\u2019|\"[^\"]*\"|`[^']*'|\d+")


class Api:
    """The calls that take and drop references, as text tells them."""

    def __init__(self):
        self.rows = {name: row for name, row in api_rows().items()
                     if row["role"] in ("acquire", "release")}
        listed = "|".join(sorted(map(re.escape, self.rows), key=len, reverse=True))
        self.call = re.compile(rf"(?:\b(\w+)\s*=\s*)?\b({listed})\s*\(")

    def variables(self, text):
        """The names of the functions that @text calls, of what they are given and return."""
        found = set()
        for match in self.call.finditer(text):
            found |= {match[2], match[1]} - {None}
            args = _arguments(text, match.end())
            for form in self.rows[match[2]]["forms"]:
                if len(form["params"]) == len(args):
                    for name, arg in zip(form["params"], args):
                        if name not in ELSEWHERE:
                            found |= {w for w in re.findall(r"[A-Za-z_]\w*", arg) if not w.isupper()
                                      and not w.startswith("FOLL_")}
        return found

    def results(self, text):
        """The names of what acquiring functions return in @text."""
        return {match[1] for match in self.call.finditer(text)
                if match[1] and self.rows[match[2]]["role"] == "acquire"}


def _arguments(text, start):
    """The arguments of the call whose "(" ends at @start."""
    depth, args, last = 0, [], start
    for i in range(start, len(text)):
        char = text[i]
        if char in "([{":
            depth += 1
        elif char in ")]}" and depth:
            depth -= 1
        elif char == ")" or (char == "," and not depth):
            args.append(text[last:i])
            last = i + 1
            if char == ")":
                return args
    return args


def _body(lines, places, functions):
    return "\n".join("\n".join(lines[first - 1:last]) for name, first, last in places
                     if name in functions)


def _words(text):
    return set(re.findall(r"[A-Za-z_]\w*", text))


def about(report, lines, variables, results, api):
    """Is @report, [line, tag, text], about the pages? @variables, @results: of the functions around, by Api."""
    line, _, text = report
    there = lines[line - 1] if 0 < line <= len(lines) else ""
    return bool(_words(text) & variables or _words(there) & results or api.call.search(there))


def _keyed(reports, places):
    """{(tag, text without names and numbers, function): reports}"""
    found = {}
    for report in reports:
        key = (report[1], QUOTED.sub("", report[2]), score.function_at(places, report[0]))
        found.setdefault(key, []).append(report)
    return found


def new_reports(before, after, clean_places, places):
    """The reports @after that have no like @before, by function."""
    known = Counter({key: len(rows) for key, rows in _keyed(before, clean_places).items()})
    return [(key[2], report) for key, rows in _keyed(after, places).items()
            if len(rows) > known[key] for report in rows]


def judge(row, plan, text, before, after, api):
    """
    {"outcome", "why"} of one tool on one edit: found (a new report about the pages), other
    (a new report about something else), silent, or failed.
    """
    for said in (before, after):
        if said["problem"]:
            return {"outcome": "failed", "why": said["problem"]}
    lines = edit.apply(text, row["changes"]).split("\n")
    related = set(row["related"]) | {row["function"]}
    body = _body(lines, row["functions"], related)
    new = [report for function, report in new_reports(before["reports"], after["reports"],
                                                      plan["functions"], row["functions"])
           if function in related]
    variables, results = api.variables(body), api.results(body)
    right = [report for report in new if about(report, lines, variables, results, api)]
    shown = "; ".join(f"{line}: {text} [{tag}]" for line, tag, text in (right or new)[:3])
    return {"outcome": "found" if right else "other" if new else "silent", "why": shown}


def on_clean(said, plan, text, api):
    """The reports of the clean file that are about the pages, where the API is called."""
    if said["problem"]:
        return []
    lines, found = text.split("\n"), []
    for report in said["reports"]:
        function = score.function_at(plan["functions"], report[0])
        body = _body(lines, plan["functions"], {function}) if function else ""
        variables = api.variables(body)
        if variables and about(report, lines, variables, api.results(body), api):
            found.append([function, *report])
    return found


def summary(judged, clean, times, levels):
    """
    @judged: {tool: [(edit, judgement)]}; @clean: {tool: number of reports}; @times: {tool: [(seconds,
    peak, seconds of the plain compile, its peak)]}. What goes into the JSON.
    """
    result = {}
    for tool, rows in judged.items():
        classes, failed = {}, Counter()
        for row, judgement in rows:
            name = score.class_of(row["expects"])
            counts = classes.setdefault(name, Counter())
            counts["edits"] += 1
            counts[judgement["outcome"]] += 1
            if judgement["outcome"] == "failed":
                failed[re.sub(r"\d+", "N", judgement["why"])] += 1
        ratios = [seconds / plain for seconds, _, plain, _ in times[tool]]
        result[tool] = {
            "classes": {name: dict(classes[name]) for name in sorted(classes)},
            "levels": {level: dict(sum((Counter(c) for n, c in classes.items()
                                        if levels.get(n, n) == level), Counter()))
                       for level in ("error", "warning", "rewrite")},
            "clean": clean[tool], "failed": dict(failed),
            "time": round(statistics.median(ratios), 2) if ratios else None,
            "time_worst": round(max(ratios), 2) if ratios else None,
            "memory": round(statistics.median(p / q for _, p, _, q in times[tool]), 2)
            if ratios else None}
    return result


def _found(counts, edits):
    """A cell: how many were found; of how many, where not all have been run; "-" where none has."""
    run, found = counts.get("edits", 0), counts.get("found", 0)
    return "-" if not run else f"{found}" if run == edits else f"{found} of {run}"


def _sum(row, key):
    classes = row["classes"].values()
    return str(sum(c.get(key, 0) for c in classes)) if classes else "-"


def _row(name, level, cells):
    return "| " + " | ".join([name, level, *cells]) + " |"


def table(result, levels):
    """The summary as a Markdown table: a row a class, a column a tool."""
    tools = list(result)
    lines = [_row("class", "edits", tools), _row("---", "---", ["---"] * len(tools))]
    names = sorted({name for tool in tools for name in result[tool]["classes"]},
                   key=lambda n: (n == "rewrite", levels.get(n, "") != "error", n))
    for name in names:
        counts = {tool: result[tool]["classes"].get(name, {}) for tool in tools}
        edits = max(c.get("edits", 0) for c in counts.values())
        label = "rewrites: false alarms" if name == "rewrite" else name
        lines.append(_row(label, str(edits), [_found(c, edits) for c in counts.values()]))
    for level in ("error", "warning"):
        counts = [result[tool]["levels"][level] for tool in tools]
        edits = max(c.get("edits", 0) for c in counts)
        if edits:
            lines.append(_row(f"all {level}s", str(edits), [_found(c, edits) for c in counts]))
    for label, key in (("new, about something else", "other"), ("no answer", "failed")):
        lines.append(_row(label, "", [_sum(result[tool], key) for tool in tools]))
    lines.append(_row("about pages in clean files", "", [
        str(result[tool]["clean"]) if result[tool]["classes"] else "-" for tool in tools]))
    for label, key in (("time, median", "time"), ("time, worst", "time_worst"),
                       ("memory, median", "memory")):
        lines.append(_row(label, "", ["-" if result[tool][key] is None else f"{result[tool][key]:.2f}"
                                      for tool in tools]))
    return "\n".join(lines) + "\n"
