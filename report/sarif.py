# SPDX-License-Identifier: GPL-2.0-only
"""
The audit as SARIF 2.1.0: one result for each site and finding.

A site on which rules fired has one `fail` result per finding; any other site has
one `call-site` result of kind `pass` or `open`. What was skipped is a tool
notification. The same input gives the same bytes: no time, no host, no order
that depends on how many jobs ran.
"""

import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, unquote

import sarif_om as om
from jschema_to_python.to_json import to_json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# what identifies a finding, and the call that it is about, when lines move; see sites.py
FINGERPRINT = "gupcheckFinding/v2"
SITE_FINGERPRINT = "gupcheckSite/v2"
SNIPPET_LINES = 3
INFORMATION_URI = "https://www.kernel.org/doc/html/latest/core-api/pin_user_pages.html"
MAX_SNIPPET_LINE = 400


def printable(text):
    """
    Text from a source file, fit for JSON, a page and a terminal: bytes that were
    not UTF-8 as U+FFFD, control and direction-changing characters as escapes.
    """
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]",
                  lambda m: f"\\u{ord(m.group()):04x}", text)


def uri(path):
    """A relative path as a URI; its bytes as they are on disk."""
    return quote(path.encode("utf-8", "surrogateescape"))


def locations_of(result):
    """Every location of a SARIF @result: its own, those it relates to, those of its code flows."""
    yield from result["locations"]
    yield from result.get("relatedLocations", ())
    for flow in result.get("codeFlows", ()):
        for thread in flow["threadFlows"]:
            for step in thread["locations"]:
                yield step["location"]


class Sources:
    """Lines of source files, each file read once."""

    def __init__(self, base):
        self.base = base
        self.files = {}

    def lines(self, path):
        if path not in self.files:
            try:
                data = (self.base / path).read_bytes()
            except OSError:
                data = b""
            self.files[path] = data.split(b"\n")
        return self.files[path]

    def excerpt(self, path, first, last):
        """(first line's number, text) of lines first..last, clipped to the file."""
        lines = self.lines(path)
        first, last = max(1, first), min(len(lines), last)
        text = "\n".join(line[:MAX_SNIPPET_LINE].decode("utf-8", "surrogateescape").rstrip("\r")
                         for line in lines[first - 1:last])
        return first, printable(text)

    def column(self, path, line, col):
        """A byte column as a column in UTF-16 code units, which SARIF counts in."""
        lines = self.lines(path)
        if line > len(lines):
            return col
        text = lines[line - 1][:col - 1].decode("utf-8", "replace")
        return len(text.encode("utf-16-le")) // 2 + 1


def _location(site, sources):
    first, snippet = sources.excerpt(site.file, site.line - SNIPPET_LINES,
                                     site.end_line + SNIPPET_LINES)
    last = first + snippet.count("\n")
    column = sources.column(site.file, site.line, site.col)
    return om.Location(
        physical_location=om.PhysicalLocation(
            artifact_location=om.ArtifactLocation(uri=uri(site.file), uri_base_id="SRCROOT"),
            region=om.Region(start_line=site.line, start_column=column,
                             end_column=column + len(site.callee)),
            context_region=om.Region(start_line=first, end_line=last,
                                     snippet=om.ArtifactContent(text=snippet))),
        logical_locations=[om.LogicalLocation(name=site.function, kind="function")]
        if site.function else None)


def _properties(site):
    props = {
        "callee": site.callee,
        "role": site.api.role,
        "holds": site.api.kind,
        "generic": site.api.generic,
        "arguments": [printable(a) for a in site.args],
        "verdict": site.verdict,
        "engines": {"inventory": "seen",
                    "coccinelle": {True: "seen", False: "not parsed",
                                   None: "not asked"}[site.seen_by_spatch],
                    "checker": site.checker},
        "says": {engine: {"verdict": said, "text": printable(text)}
                 for engine, (said, text) in sorted(site.said.items())},
    }
    if site.case:
        props["case"], props["caseEvidence"] = site.case[0], printable(site.case[1])
    if not site.listed:
        props["engines"]["inventory"] = "not seen"
    if "link" in site.said:
        props["engines"]["link"] = "seen" if "why" in site.asserts else "not linked"
    if "sparse" in site.said:
        props["engines"]["sparse"] = "seen"
    if site.asserts.get("verdict"):
        props["assert"] = site.asserts["verdict"]
    if site.asserts.get("why"):
        props["assertWhy"], props["assertChain"] = site.asserts["why"], site.asserts["chain"]
    if site.config:
        props["config"] = site.config
    if site.flags is not None:
        props["flags"] = {"certain": sorted(site.flags.certain),
                          "possible": sorted(site.flags.possible),
                          "unknown": [printable(u) for u in site.flags.unknown],
                          "text": printable(site.flags.text())}
    return props


def _result(site, sources, rule, index, kind, level, text, nth=0):
    """@nth: of the findings of one rule at one call, the number of this one."""
    return om.Result(
        rule_id=rule, rule_index=index, kind=kind, level=level,
        message=om.Message(text=printable(text)),
        locations=[_location(site, sources)],
        partial_fingerprints={FINGERPRINT: site.fingerprint(f"{rule} {nth}" if nth else rule),
                              SITE_FINGERPRINT: site.fingerprint()},
        properties=_properties(site))


def _with_path(result, found, sources, both):
    """
    Give @result the path that the checker or the link shows in @found and, unless the semantic
    patches found the same (@both), its place; the call is then a related location.
    """
    for location in locations_of(found):
        complete(location, sources)
    if not both:
        place, = found["locations"]
        place["logicalLocations"] = [{"name": found["properties"]["function"], "kind": "function"}]
        if found.get("relatedLocations"):
            result.related_locations = found["relatedLocations"]
        result.locations = [place]
    result.code_flows = found.get("codeFlows")
    return result


def _finders(finding):
    """The engines that made @finding, sorted."""
    names = {finding["by"]} if "by" in finding else set()
    names |= {"coccinelle"} if "line" in finding else set()
    names |= {"link"} if finding.get("linked") else set()
    return sorted(names) or ["inventory"]


def _sentence(text):
    text = text[:1].upper() + text[1:] if not re.match(r"\w+\(", text) else text
    return text if text.endswith(".") else text + "."


def _results(sites, sources, index, levels):
    for site in sites:
        if not site.findings:
            text = f"{site.callee}(): {site.reason}"
            yield _result(site, sources, "call-site", index["call-site"], site.verdict, "none",
                          _sentence(text))
        numbers = Counter()
        for finding in site.findings:
            rule, found = finding["rule"], finding.get("result")
            # the checker may be less sure of one finding than its rule is
            level = found["level"] if found else levels[rule]
            result = _result(site, sources, rule, index[rule], "fail", finding.get("raised", level),
                             _sentence(finding["text"]), numbers[rule])
            numbers[rule] += 1
            result.properties["found"] = _finders(finding)
            yield _with_path(result, found, sources, "line" in finding) if found else result


def _rules(rows):
    return [om.ReportingDescriptor(
        id=row["id"], name=row["name"],
        short_description=om.MultiformatMessageString(text=row["short"]),
        full_description=om.MultiformatMessageString(text=row["full"]),
        help=om.MultiformatMessageString(text=f"{row['full']} See {row['page']}."),
        default_configuration=om.ReportingConfiguration(level=row["level"])) for row in rows]


def _notification(note):
    where = note.get("file")
    text = printable(f"{where}: {note['reason']}" if where else note["reason"])
    region = om.Region(start_line=note["line"]) if "line" in note else None
    locations = [om.Location(physical_location=om.PhysicalLocation(
        artifact_location=om.ArtifactLocation(uri=uri(where), uri_base_id="SRCROOT"), region=region))] \
        if where else None
    return om.Notification(message=om.Message(text=text), level=note.get("level", "warning"), locations=locations)


def _tool(rules, tool_version, engines):
    driver = om.ToolComponent(name="gupcheck", version=tool_version,
                              information_uri=INFORMATION_URI, rules=_rules(rules))
    return om.Tool(driver=driver, extensions=[om.ToolComponent(name=name, version=version)
                                              for name, version in sorted(engines.items())])


def complete(location, sources):
    """
    A location as the plugin writes it, the column in bytes, as SARIF wants it and
    with the lines around it; changed in place.
    """
    physical = location["physicalLocation"]
    artifact, region = physical["artifactLocation"], physical["region"]
    path = unquote(artifact["uri"], errors="surrogateescape").removeprefix("file://")
    line = region["startLine"]
    region["startColumn"] = sources.column(path, line, region["startColumn"])
    first, snippet = sources.excerpt(path, line - SNIPPET_LINES, line + SNIPPET_LINES)
    physical["contextRegion"] = {"startLine": first, "endLine": first + snippet.count("\n"),
                                 "snippet": {"text": snippet}}
    if "message" in location:
        location["message"]["text"] = printable(location["message"]["text"])


def scan_log(results, failed, srcroot, rules, tool_version, engines):
    """
    The log of a scan, as plain dicts. @results: the plugin's, which are changed in
    place; @failed: [(file, why)] of what has no result.
    """
    sources = Sources(Path(srcroot))
    index = {row["id"]: i for i, row in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
        result["message"]["text"] = _sentence(printable(result["message"]["text"]))
        for location in locations_of(result):
            complete(location, sources)
    run = om.Run(
        tool=_tool(rules, tool_version, engines), column_kind="utf16CodeUnits", results=[],
        original_uri_base_ids={"SRCROOT": om.ArtifactLocation(uri="file://" + uri(str(srcroot)) + "/")},
        invocations=[om.Invocation(execution_successful=True, tool_execution_notifications=[
            om.Notification(message=om.Message(text=printable(f"{file}: {why}")), level="warning")
            for file, why in failed])])
    log = json.loads(to_json(om.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[run])))
    log["runs"][0]["results"] = results
    return log


def _time():
    """When the audit was made, as SOURCE_DATE_EPOCH says: without it the log holds no time."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch))) if epoch.isdigit() else None


def build(tree, sites, notes, summary, rules, tool_version, engines, checked):
    """The SARIF log of an audit as text. @engines: {name: version}; @checked: join.Checked."""
    sources = Sources(tree.base)
    index = {row["id"]: i for i, row in enumerate(rules)}
    levels = {row["id"]: row["level"] for row in rules}
    run = om.Run(
        tool=_tool(rules, tool_version, engines),
        column_kind="utf16CodeUnits",
        original_uri_base_ids={"SRCROOT": om.ArtifactLocation(
            uri="file://" + uri(str(tree.base)) + "/")},
        invocations=[om.Invocation(
            execution_successful=True, end_time_utc=_time(),
            tool_execution_notifications=[_notification(n) for n in notes])],
        results=list(_results(sites, sources, index, levels)),
        properties={
            "kernelVersion": tree.version, "commit": tree.commit,
            "kernelRoot": printable(str(tree.root)), "part": printable(tree.subdir), "arch": tree.arch,
            "externalModule": tree.is_module,
            "filesRead": summary["files"], "filesNamingTheApi": summary["matched"],
            "follGetForcedAt": [f"mm/gup.c:{line}" for line in tree.forces_foll_get],
            "follGetAssertedAt": [f"mm/gup.c:{line}" for line in tree.asserts_foll_get],
            "checker": {"config": printable(checked.config), "notRun": printable(checked.not_run),
                        "compiled": len(checked.compiled), "failed": len(checked.failed)},
            "link": {"notRun": printable(checked.not_run or checked.linked.not_run),
                     "linkedFiles": checked.linked.files, **checked.linked.rounds},
        })
    log = om.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[run])
    return to_json(log) + "\n"
