# SPDX-License-Identifier: GPL-2.0-only
"""
The audit as one HTML page that needs no network, from the SARIF log alone: the same log gives
the same bytes. `gupcheck page` makes it from a file.
"""

import base64
import json
import zlib
from collections import Counter
from pathlib import Path

import jinja2

from report import outputs, page_assets, page_data
from report.errors import UserError
from report.files import put_file

TEMPLATES = Path(__file__).resolve().parent / "templates"
TOP = 5                            # bars in a small picture
ASSERT = (("trips", "trip", "error"), ("may trip", "may trip", "warning"),
          ("undecided", "undecided", "open"), ("satisfied", "satisfy it", "pass"))


def _packed(text):
    """@text for a download: gzip, as base64. No time and no name in its head."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    return base64.b64encode(pack.compress(text.encode()) + pack.flush()).decode()


def _json(data):
    """JSON that can stand in a <script>: nothing in it ends one."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _levels(rows):
    """{error, warning, note, open, pass: how many} of rows."""
    return Counter(r["level"] if r["kind"] == "fail" else r["kind"] for r in rows)


def _table(rows, key):
    """[(value, counts by level)] of findings and sites by @key, most findings first."""
    groups = {}
    for row in rows:
        groups.setdefault(row[key] or "(none)", []).append(row)
    counted = [(name, _levels(group)) for name, group in groups.items()]
    return sorted(counted, key=lambda g: (-sum(g[1][k] for k in ("error", "warning", "note")),
                                          -g[1]["open"], g[0]))


def _coverage(sites):
    """Rows of the coverage table: what kind of call, how many, how they ended, who saw them."""
    def status(row, engine):
        return row["says"].get(engine, [""])[0]

    def elsewhere(row):
        return status(row, "coccinelle") == "not asked"
    groups = (("Acquire", lambda r: r["role"] == "acquire"),
              ("Release of pins", lambda r: r["role"] == "release" and not r["generic"]),
              ("Release of any reference, in files that use the API",
               lambda r: r["generic"] and not elsewhere(r)),
              ("Release of any reference, elsewhere", lambda r: r["generic"] and elsewhere(r)))
    for name, wanted in groups:
        rows = [r for r in sites if wanted(r)]
        kinds = Counter(r["kind"] for r in rows)
        yield {"name": name, "sites": len(rows), **{k: kinds[k] for k in page_data.KINDS},
               "checker": sum(status(r, "checker") == "seen" for r in rows),
               "not_parsed": sum(status(r, "coccinelle") == "not parsed" for r in rows)}


def _assert(sites):
    """[(css class, label, verdict, count)] of the assert's verdicts."""
    count = Counter(r["assert"] for r in sites if r["assert"])
    return [(css, label, verdict, count[verdict]) for verdict, label, css in ASSERT
            if count[verdict] or verdict != "undecided"]


def _assert_by(sites, key):
    """[(value of @key, {verdict: how many})] for the calls that the assert concerns, the worst first."""
    groups = {}
    for row in sites:
        if row["assert"]:
            groups.setdefault(row[key] or "(none)", Counter())[row["assert"]] += 1
    return sorted(groups.items(), key=lambda g: (-g[1]["trips"], -g[1]["may trip"], -g[1]["undecided"], g[0]))


def _time(run):
    invocation = run.get("invocations", [{}])[0]
    return invocation.get("endTimeUtc") or invocation.get("startTimeUtc") or ""


def render(log, files):
    """
    The page as text. @log: the SARIF log as dicts; @files: {name: text} to download. The template
    engine escapes what is in the page, the page's scripts put all else in as text.
    """
    run = log["runs"][0]
    rows = page_data.rows(log)
    sites = page_data.sites(rows)
    findings = [r for r in rows if page_data.is_finding(r)]
    own = [r for r in sites if not r["generic"]]
    assets = page_assets.load()
    data = {"rules": page_data.rules(log), "rows": rows,
            "sites": [r["id"] for r in sites],
            "subsystems": run.get("properties", {}).get("subsystems", {})}
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True,
                             undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters["sum_of"] = lambda count, levels: sum(count[level] for level in levels)
    rules = _table(findings, "rule")
    notes = [n["message"]["text"] for invocation in run.get("invocations", [])
             for n in invocation.get("toolExecutionNotifications", [])]
    return env.get_template("audit.html").render(
        props=run.get("properties", {}), time=_time(run), assets=assets, top=TOP,
        tools=[run["tool"]["driver"], *run["tool"].get("extensions", [])],
        counts=_levels(findings), findings=findings, sites=sites, own=own, rules=rules,
        own_counts=_levels(own), subsystems=_table(own, "sub"), directories=_table(own, "dir"),
        suppressed=sum(r["sup"] is not None for r in rows),
        assertion=_assert(sites), assert_by=_assert_by(sites, "sub"), coverage=list(_coverage(sites)), notes=notes,
        data=_json(data), packed={name: _packed(text) for name, text in sorted(files.items())})


def page_arguments(parser):
    parser.add_argument("log", metavar="AUDIT.SARIF")
    parser.add_argument("page", metavar="AUDIT.HTML")


def page(args):
    """`gupcheck page`: the page of a log that lies there, without its tree."""
    try:
        text = Path(args.log).read_text(encoding="utf-8")
    except OSError as err:
        raise UserError(f"cannot read {args.log}: {err.strerror}") from err
    except ValueError as err:
        raise UserError(f"{args.log} is not a log that gupcheck wrote: {err}") from err
    try:
        log = json.loads(text)
        made = render(log, {"audit.sarif": text, "audit.csv": outputs.to_csv(log)})
    except (ValueError, KeyError, IndexError, TypeError, AttributeError,
            jinja2.UndefinedError) as err:
        raise UserError(f"{args.log} is not a log that gupcheck wrote: {err!r}") from err
    try:
        put_file(Path(args.page), made)
    except OSError as err:
        raise UserError(f"cannot write {args.page}: {err.strerror}") from err
    return 0
