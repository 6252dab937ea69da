# SPDX-License-Identifier: GPL-2.0-only
"""gupcheck diff, summary and github: two audits compared, one in numbers, one for code scanning."""

import json
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.text import Text

from report import baseline, outputs, summary
from report.errors import UserError
from report.files import put_file

COLOURS = {"new": "red", "updated": "yellow", "absent": "green"}
WORDS = {"new": "new", "updated": "updated", "unchanged": "unchanged", "absent": "gone"}


def _text(result):
    """file:line:col: level: message [rule] of a result, as audit.txt has it."""
    return outputs.to_text({"runs": [{"results": [{**result, "baselineState": "unchanged"}]}]}).rstrip("\n")


def _row(state, old, new):
    row = {"state": WORDS[state], "fingerprint": (new or old)["partialFingerprints"].get(
        baseline.FINGERPRINT, ""), "rule": (new or old)["ruleId"]}
    if old:
        row["old"] = _text(old)
    if new:
        row["new"] = _text(new)
    return row


def diff_arguments(parser):
    parser.add_argument("old", metavar="OLD.sarif")
    parser.add_argument("new", metavar="NEW.sarif")
    parser.add_argument("--sites", action="store_true", help="calls without findings too")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.add_argument("--fail-on", default="", metavar="WHAT",
                        help="exit code 3 on: new-error, new-warning, new, error, any, open, ...")


def _print(rows, count):
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console = Console(highlight=False, soft_wrap=True, color_system=None, width=1 << 16)
    for state, old, new in rows:
        if state == "unchanged":
            continue
        line = Text(f"{WORDS[state]:>8}: ", style=f"bold {COLOURS[state]}")
        line.append(_text(new or old), style="")
        console.print(line)
        if state == "updated" and _text(old) != _text(new):
            console.print(Text(f"     was: {_text(old)}", style="dim"))
    console.print(Text(", ".join(f"{count[s]} {word}" for s, word in WORDS.items())))


@baseline.reader
def diff(args):
    """What two audits differ in. Returns 3 where --fail-on holds for the newer one."""
    words = summary.conditions(args.fail_on)
    old, new = baseline.load(args.old, "OLD"), baseline.load(args.new, "NEW")
    rows = baseline.compare(old["runs"][0]["results"], new["runs"][0]["results"])
    for state, _, result in rows:
        if result:
            result["baselineState"] = state
    failing = summary.failing(new, words)
    if not args.sites:
        rows = [row for row in rows if (row[2] or row[1]).get("kind", "fail") == "fail"]
    count = Counter(state for state, _, _ in rows)
    if args.json:
        print(json.dumps({"format": "gupcheck-diff", "version": 1,
                          "counts": {word: count[s] for s, word in WORDS.items()},
                          "failOn": {"conditions": words, "results": len(failing)},
                          "results": [_row(*row) for row in rows if row[0] != "unchanged"]}, indent=1))
    else:
        _print(rows, count)
    if failing:
        print(f"gupcheck: {len(failing)} results meet --fail-on {args.fail_on}", file=sys.stderr)
    return summary.EXIT_FAIL_ON if failing else 0


def summary_arguments(parser):
    parser.add_argument("audit", metavar="AUDIT.sarif")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.add_argument("--fail-on", default="", metavar="WHAT", help="as for diff")


@baseline.reader
def summarise(args):
    """An audit in numbers, with the exit code that a CI run wants."""
    words = summary.conditions(args.fail_on)
    log = baseline.load(args.audit, "AUDIT")
    if any(w.startswith("new") for w in words) and \
            not any("baselineState" in r for r in log["runs"][0]["results"]):
        raise UserError(f"--fail-on {args.fail_on}: this audit was made without a BASELINE=")
    failing = summary.failing(log, words)
    if args.json:
        print(json.dumps({**summary.numbers(log), "failOn": {"conditions": words,
                                                             "results": len(failing)}}, indent=1))
    else:
        print("\n".join(summary.lines(log)))
    return summary.EXIT_FAIL_ON if failing else 0


def github_arguments(parser):
    parser.add_argument("audit", metavar="AUDIT.sarif")
    parser.add_argument("-o", dest="out", metavar="FILE", default="audit-github.sarif")


def for_github(log):
    """
    The findings alone, as code scanning shows them: it has no place for calls that
    pass or are open, and none for what somebody has accepted. Changed in place.
    """
    run = log["runs"][0]
    run["results"] = [r for r in run["results"] if summary.active(r)]
    seen = Counter()
    for result in run["results"]:
        result.pop("baselineState", None)
        print_ = result["partialFingerprints"].get(baseline.FINGERPRINT, "")
        seen[print_] += 1
        result["partialFingerprints"]["primaryLocationLineHash"] = f"{print_}:{seen[print_]}"
    for rule in run["tool"]["driver"]["rules"]:
        level = rule.get("defaultConfiguration", {}).get("level", "warning")
        rule["properties"] = {**rule.get("properties", {}), "precision": "high",
                              "problem.severity": {"error": "error", "warning": "warning"}.get(
                                  level, "recommendation"), "tags": ["kernel", "memory", "gup"]}
    return log


@baseline.reader
def github(args):
    """Write the part of an audit that GitHub code scanning takes."""
    log = for_github(baseline.load(args.audit, "AUDIT"))
    path = Path(args.out)
    try:
        put_file(path, json.dumps(log, indent=2) + "\n")
    except OSError as err:
        raise UserError(f"cannot write {path}: {err.strerror}") from err
    print(f"{len(log['runs'][0]['results'])} findings: {path}")
    return 0
