# SPDX-License-Identifier: GPL-2.0-only
"""The audit as one HTML page, from the SARIF log alone."""

from collections import Counter
from pathlib import Path

import jinja2

from report import outputs

TEMPLATES = Path(__file__).resolve().parent / "templates"


def subsystem(path):
    """The directory that people know a place by: two levels, three below drivers and arch."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:3 if parts[:1] in (["drivers"], ["arch"]) else 2]) or "."


def _excerpt(row):
    """[(line number, text, is the call's line)]"""
    context = row["context"]
    first = context.get("startLine", row["line"])
    text = context.get("snippet", {}).get("text", "")
    return [(first + i, line, first + i == row["line"]) for i, line in enumerate(text.split("\n"))]


def _coverage(sites):
    """Rows of the coverage table: what kind of call, how many, how they ended."""
    groups = (("Acquire", lambda r: r["role"] == "acquire"),
              ("Release of pins", lambda r: r["role"] == "release" and not r["generic"]),
              ("Release of any reference, in files that use the API",
               lambda r: r["generic"] and r["coccinelle"] != "not asked"),
              ("Release of any reference, elsewhere",
               lambda r: r["generic"] and r["coccinelle"] == "not asked"))
    for name, wanted in groups:
        rows = [r for r in sites if wanted(r)]
        verdicts = Counter(r["verdict"] for r in rows)
        parsed = Counter(r["coccinelle"] for r in rows)
        yield {"name": name, "sites": len(rows), "fail": verdicts["fail"],
               "pass": verdicts["pass"], "open": verdicts["open"],
               "not_parsed": parsed["not parsed"]}


def render(log):
    """The page as text. Everything from the source tree is escaped by the template engine."""
    run = log["runs"][0]
    rows = [{**row, "excerpt": _excerpt(row), "subsystem": subsystem(row["file"])}
            for row in outputs.rows(log)]
    sites = outputs.one_per_site(rows)
    findings = [r for r in rows if r["verdict"] == "fail"]
    rules = [{**rule, "count": sum(f["rule"] == rule["id"] for f in findings)}
             for rule in run["tool"]["driver"]["rules"] if rule["id"] != "call-site"]
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True,
                             undefined=jinja2.StrictUndefined, trim_blocks=True,
                             lstrip_blocks=True)
    notes = [n["message"]["text"] for n in
             run["invocations"][0].get("toolExecutionNotifications", [])]
    own = [r for r in sites if not r["generic"]]
    return env.get_template("audit.html").render(
        props=run["properties"], tools=[run["tool"]["driver"], *run["tool"]["extensions"]],
        rules=rules, findings=findings, coverage=list(_coverage(sites)), notes=notes,
        subsystems=Counter(f["subsystem"] for f in findings).most_common(),
        own=own, generic=[r for r in sites if r["generic"]])
