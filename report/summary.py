# SPDX-License-Identifier: GPL-2.0-only
"""An audit in numbers, as lines and as JSON, and the exit code that a CI run asks for."""

from collections import Counter

from report import api, outputs
from report.errors import UserError
from report.suppress import active

EXIT_FAIL_ON = 3                   # FAIL_ON= holds; 1 is an error, 2 a wrong call, 130 an interrupt
LEVELS = {"error": ("error",), "warning": ("error", "warning"),
          "any": ("error", "warning", "note", "none")}


def conditions(text):
    """
    The conditions in FAIL_ON=@text: error, warning (or worse), any, open, each also
    with new- in front; "new" is new-any. Raises UserError on another word.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word != "new" and word.removeprefix("new-") not in (*LEVELS, "open"):
            raise UserError(f"FAIL_ON={text}: {word!r} is none of error, warning, any, open, "
                            "new-error, new-warning, new-any, new-open, new")
    return [("new-any" if word == "new" else word) for word in words]


def _holds(word, result, kind, level):
    if word.startswith("new-"):
        return result.get("baselineState") == "new" and _holds(word[4:], result, kind, level)
    if word == "open":
        return kind == "open"
    return active(result) and level in LEVELS[word]


def failing(log, words):
    """The results of @log for which one of the conditions @words holds."""
    return [r for r in log["runs"][0]["results"]
            if r.get("baselineState") != "absent"
            and any(_holds(w, r, r.get("kind", "fail"), r.get("level", "warning")) for w in words)]


def numbers(log):
    """The audit in numbers, as the --json output has it."""
    run = log["runs"][0]
    findings = [r for r in run["results"] if r.get("kind", "fail") == "fail"
                and r.get("baselineState") != "absent"]
    standing = [r for r in findings if active(r)]
    own = [r for r in outputs.one_per_site(outputs.rows(log)) if not r["generic"]]
    rules = {}
    for row in run["tool"]["driver"]["rules"]:
        if row["id"] != "call-site":
            mine = [r for r in findings if r["ruleId"] == row["id"]]
            rules[row["id"]] = {
                "level": row["defaultConfiguration"].get("level", "warning"),
                "findings": sum(map(active, mine)), "justified": sum(not active(r) for r in mine)}
    out = {"format": "gupcheck-summary", "version": 1,
           "kernel": run["properties"]["kernelVersion"],
           "findings": dict(sorted(Counter(r.get("level", "warning") for r in standing).items())),
           "justified": len(findings) - len(standing), "rules": rules,
           "sites": {"total": len(own), **dict(sorted(Counter(r["verdict"] for r in own).items()))},
           "notLookedAt": len(run["invocations"][0].get("toolExecutionNotifications", [])),
           "suppressionProblems": len(run["invocations"][0].get("toolConfigurationNotifications",
                                                                []))}
    states = Counter(r["baselineState"] for r in run["results"]
                     if r.get("kind", "fail") == "fail" and "baselineState" in r)
    if any("baselineState" in r for r in run["results"]):
        out["baseline"] = {state: states[state] for state in ("new", "updated", "unchanged",
                                                              "absent")}
    return out


def lines(log):
    """The same for a terminal."""
    n = numbers(log)
    always = {row["id"] for row in api.load_rules() if "cocci" in row}
    for rule, row in n["rules"].items():
        if rule not in always and not row["findings"] + row["justified"]:
            continue
        justified = f" ({row['justified']} justified)" if row["justified"] else ""
        yield f"{row['level']:>8} {rule:<20} {row['findings']}{justified}"
    sites = ", ".join(f"{n['sites'].get(k, 0)} {k}" for k in ("fail", "justified", "pass", "open")
                      if k != "justified" or k in n["sites"])
    yield f"GUP call sites: {n['sites']['total']}: {sites}"
    if "baseline" in n:
        yield "Findings against the baseline: " + ", ".join(
            f"{count} {state}" for state, count in n["baseline"].items())
    if n["notLookedAt"]:
        yield f"Not looked at: {n['notLookedAt']} notes at the end of the page"
