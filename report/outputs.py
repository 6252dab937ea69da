# SPDX-License-Identifier: GPL-2.0-only
"""The audit as CSV and as the kernel's file:line:col list. Both are read off the SARIF log."""

import csv
import io
import re
from urllib.parse import unquote

from report.sarif import FINGERPRINT, printable

COLUMNS = ("file", "line", "column", "function", "callee", "role", "holds", "arguments", "flags",
           "verdict", "rule", "level", "reason", "coccinelle", "checker", "engines",
           "fingerprint", "justification",
           "baseline")


def one_line(path):
    """A file's name for a page or a terminal: nothing in it starts a line or an escape."""
    return re.sub("[\t\n]", lambda m: f"\\u{ord(m.group()):04x}", printable(path))


def _place(location):
    physical = location["physicalLocation"]
    return (physical["artifactLocation"]["uri"], physical["region"]["startLine"],
            physical["region"]["startColumn"])


def rows(log):
    """
    Yield one dict for each result of the SARIF @log (parsed JSON), in its order. What is only
    in the baseline is no part of the audit. A suppressed finding has the verdict "justified".
    """
    for result in log["runs"][0]["results"]:
        if result.get("baselineState") == "absent":
            continue
        physical = result["locations"][0]["physicalLocation"]
        logical = result["locations"][0].get("logicalLocations") or [{}]
        props = result["properties"]
        kind = result.get("kind", "fail")
        reasons = [s.get("justification", "") for s in result.get("suppressions", ())]
        yield {
            "file": one_line(unquote(physical["artifactLocation"]["uri"],
                                     errors="surrogateescape")),
            "line": physical["region"]["startLine"],
            "column": physical["region"]["startColumn"],
            "function": logical[0].get("name", ""),
            "callee": props["callee"], "role": props["role"], "holds": props["holds"],
            "generic": props["generic"],
            "arguments": ", ".join(props["arguments"]),
            "flags": props.get("flags", {}).get("text", ""),
            "verdict": "justified" if reasons else kind, "rule": result["ruleId"],
            "level": result.get("level", "warning") if kind == "fail" else "none",
            "reason": result["message"]["text"],
            "coccinelle": props["engines"]["coccinelle"],
            "checker": props["engines"].get("checker", ""), "engines": " ".join(props.get("found", ())),
            "site": _place((result.get("relatedLocations") or result["locations"])[0]),
            "fingerprint": result["partialFingerprints"][FINGERPRINT],
            "justification": "; ".join(reasons), "baseline": result.get("baselineState", ""),
            "context": physical.get("contextRegion", {}),
        }


def one_per_site(results):
    """
    The first of each site's @results (dicts of rows()): several rules may fire at one call,
    and one finding that is not justified outweighs those that are.
    """
    sites = {}
    for row in results:
        site = sites.setdefault(row["site"], row)
        if site["verdict"] == "justified" and row["verdict"] == "fail":
            sites[row["site"]] = row
    return list(sites.values())


def _cell(value):
    """A spreadsheet takes a cell that starts like this for a formula; a quote stops it."""
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def to_csv(log):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows(log):
        writer.writerow([_cell(row[c]) for c in COLUMNS])
    return out.getvalue()


def to_text(log):
    """file:line:col: level: message [rule], as a compiler prints it."""
    lines = []
    for row in rows(log):
        level = row["level"] if row["verdict"] == "fail" else row["verdict"]
        why = f" ({row['justification']})" if row["justification"] else ""
        lines.append(f"{row['file']}:{row['line']}:{row['column']}: {level}: "
                     f"{row['reason']}{why} [{row['rule']}]")
    return "\n".join(lines) + "\n"
