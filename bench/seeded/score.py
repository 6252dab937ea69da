# SPDX-License-Identifier: GPL-2.0-only
"""What the checker made of each edit, against the clean file; the table of the benchmark."""

import json
import math
from collections import Counter

from bench.seeded import ops
from report import api

Z = 1.96                           # of a 95 % interval


def wilson(hits, total):
    """The Wilson score interval of hits/total, as two fractions; (0, 1) of nothing."""
    if not total:
        return 0.0, 1.0
    share, n = hits / total, total
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + Z * Z / n)), min(1.0, (middle + spread) / (1 + Z * Z / n))


def function_at(places, line):
    """The function of the file whose lines hold @line; "" outside of all."""
    return next((name for name, first, last in places if first <= line <= last), "")


def _located(findings, places, worded):
    """Counter of (rule, function, "" or the message), and the findings by the same key."""
    counts, by_key = Counter(), {}
    for rule, line, message in findings:
        key = (rule, function_at(places, line), message if worded else "")
        counts[key] += 1
        by_key.setdefault(key, []).append([line, message])
    return counts, by_key


def new_findings(row, clean, clean_places):
    """
    [(rule, function, line, message)] that the edited file has and the clean one has not. A bug may
    make more of what was said there before ("but only if 0 came back"); a rewrite may change names.
    """
    before, _ = _located(clean["findings"], clean_places, bool(row["expects"]))
    after, by_key = _located(row["result"]["findings"], row["functions"], bool(row["expects"]))
    return [(*key[:2], *by_key[key][i]) for key, count in sorted((after - before).items())
            for i in range(-count, 0)]


def _verdict(sites, line):
    """(verdict, why) of the site on @line, or None. A call that spans lines is near."""
    near = sorted((abs(site[0] - line), site) for site in sites if abs(site[0] - line) <= 3)
    return (near[0][1][3], near[0][1][4]) if near else None


def _verdicts(row, clean):
    """[(before, after)] of the acquires that an edit concerns, each a (verdict, why) or None."""
    return [(_verdict(clean["sites"], before), _verdict(row["result"]["sites"], after))
            for before, after in row["sites"]]


def judge(row, clean, clean_places):
    """
    Returns {"outcome", "why"}. Of a bug: found; open (not found, and the checker says that
    it does not know); missed. Of a rewrite: silent; false alarm; open (was not before). Not
    counted: failed (the checker did not end); masked (the clean code has the finding already).
    """
    if row["result"]["problem"]:
        return {"outcome": row["result"]["ended"], "why": row["result"]["problem"]}
    new = new_findings(row, clean, clean_places)
    verdicts = _verdicts(row, clean)
    after = [v[1] for v in verdicts]
    opened = [v[1] for v in after if v and v[0] == "open"]
    said = "; ".join(sorted({f"{v[0]}: {v[1]}" if v[1] else v[0] for v in after if v})) \
        or "no site of it is listed"
    other = "; ".join(f"{rule} in {function}:{line}" for rule, function, line, _ in new)
    if not row["expects"]:
        if new:
            return {"outcome": "false alarm",
                    "why": "; ".join(f"{r} in {f}:{line}: {m}" for r, f, line, m in new)}
        newly = [a for b, a in verdicts if a and a[0] == "open" and b and b[0] != "open"]
        if newly:
            return {"outcome": "open", "why": newly[0][1]}
        return {"outcome": "silent", "why": ""}
    right = [f for f in new if f[0] in row["expects"]]
    at = [after for _, after in row["sites"]]
    if any(f[1] in row["related"] or any(abs(f[2] - line) <= 3 for line in at) for f in right):
        return {"outcome": "found", "why": ""}
    if not new and _same(row, clean, clean_places):
        return {"outcome": "masked", "why": "the clean file has that finding there already"}
    why = said + (f" (new: {other})" if other else "")
    return {"outcome": "open" if opened else "missed", "why": why, "elsewhere": bool(right)}


def _same(row, clean, clean_places):
    """Did the clean file have a finding of an expected rule where the edit is?"""
    return any(rule in row["expects"] and function_at(clean_places, line) in row["related"]
               and any(site[3] == "fail" and abs(site[0] - before) <= 3 and site[1] in row["related"]
                       for site in clean["sites"] for before, _ in row["sites"])
               for rule, line, _ in clean["findings"])


def levels():
    """rule id -> level, from the list of rules."""
    return {row["id"]: row["level"] for row in api.load_rules()}


def class_of(expects):
    """The rule that an edit is against, of those that may find it, or "rewrite": it is no bug."""
    return expects[0] if expects else "rewrite"


def summary(judged, dropped):
    """
    @judged: [(row, judgement)]; @dropped: {operator: {reason: count}}. What goes to the JSON:
    counts and intervals by operator and in all.
    """
    by_operator = {}
    for row, judgement in judged:
        counts = by_operator.setdefault(row["op"], Counter())
        counts[judgement["outcome"]] += 1
        counts["elsewhere"] += bool(judgement.get("elsewhere"))
    kinds = {**levels(), "rewrite": "rewrite"}
    rows = []
    for operator in ops.ALL:
        counts = by_operator.get(operator.name, Counter())
        total = sum(counts[o] for o in ("found", "open", "missed", "silent", "false alarm"))
        hits = counts["found"] if operator.expects else counts["false alarm"]
        rows.append({"operator": operator.name, "kind": kinds[class_of(operator.expects)], "about": operator.about,
                     "total": total, "failed": counts["failed"], "masked": counts["masked"],
                     "found": counts["found"],
                     "open": counts["open"], "missed": counts["missed"],
                     "false_alarms": counts["false alarm"], "elsewhere": counts["elsewhere"],
                     "share": hits / total if total else None, "interval": wilson(hits, total)})
    return {"operators": rows, "totals": [_total(rows, kind) for kind in
                                          ("error", "warning", "rewrite")],
            "undecided": _undecided(rows), "dropped": dropped}


def _total(rows, kind):
    mine = [r for r in rows if r["kind"] == kind]
    total = {key: sum(r[key] for r in mine) for key in
             ("total", "failed", "masked", "found", "open", "missed", "false_alarms", "elsewhere")}
    hits = total["false_alarms"] if kind == "rewrite" else total["found"]
    return {"kind": kind, **total, "share": hits / total["total"] if total["total"] else None,
            "interval": wilson(hits, total["total"])}


def _undecided(rows):
    total, undecided = sum(r["total"] for r in rows), sum(r["open"] for r in rows)
    return {"open": undecided, "total": total, "share": undecided / total if total else None,
            "interval": wilson(undecided, total)}


def _percent(share, interval):
    if share is None:
        return "-"
    return f"{100 * share:.0f} % ({100 * interval[0]:.0f}-{100 * interval[1]:.0f})"


def table(result):
    """The summary as the rows of a Markdown table, and the lines below it."""
    lines = ["| operator | level | edits | found | open | missed | false alarms | share (95 %) |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    names = {"error": "all errors", "warning": "all warnings", "rewrite": "all rewrites"}
    for row in result["operators"] + result["totals"]:
        if not row["total"]:
            continue
        name = row.get("operator") or names[row["kind"]]
        bug = row["kind"] != "rewrite"
        lines.append(f"| {name} | {row['kind']} | {row['total']} | {row['found'] if bug else ''} "
                     f"| {row['open']} | {row['missed'] if bug else ''} "
                     f"| {'' if bug else row['false_alarms']} "
                     f"| {_percent(row['share'], row['interval'])} |")
    undecided = result["undecided"]
    lines += ["", f"Undecided: {undecided['open']} of {undecided['total']}, "
                  f"{_percent(undecided['share'], undecided['interval'])}."]
    for key, why in (("failed", "the checker did not end"),
                     ("masked", "the clean code has the same finding")):
        count = sum(row[key] for row in result["operators"])
        if count:
            lines.append(f"Not counted, {why}: {count}.")
    return "\n".join(lines) + "\n"


def listing(judged, dropped):
    """Every edit that is not as it should be, with the reason; and what was dropped, why."""
    lines = []
    for outcome in ("false alarm", "missed", "open", "failed", "masked"):
        mine = [(r, j) for r, j in judged if j["outcome"] == outcome]
        if mine:
            lines += ["", f"{outcome}: {len(mine)}"]
        for row, judgement in sorted(mine, key=lambda p: (p[0]["op"], p[0]["id"])):
            lines.append(f"  {row['id']}: {row['op']} in {row['file']}:{row['line']} "
                         f"{row['function']}(): {judgement['why']}")
    total = Counter()
    for operator, reasons in sorted(dropped.items()):
        for reason, count in reasons.items():
            total[operator, reason] += count
    if total:
        lines += ["", f"Dropped: {sum(total.values())}"]
    lines += [f"  {count:4} {operator}: {reason}" for (operator, reason), count in sorted(total.items())]
    return "\n".join(lines) + "\n"


def dump(path, data):
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
