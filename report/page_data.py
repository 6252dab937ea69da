# SPDX-License-Identifier: GPL-2.0-only
"""
The SARIF log as what the page shows: one row a result with its source and its path, the
rules with their reasons, and the counts. Reads the log and our own docs, nothing else.
"""

import re
from collections import Counter
from pathlib import Path

from report import api, page_diff, page_source, sarif
from report.outputs import one_line
from report.evidence import path_of

ASSERT_RULE = "foll-get-missing"
ASSERT = ("trips", "may trip", "undecided", "satisfied", "")     # the worst first
KINDS = ("fail", "open", "pass")
LEVELS = ("error", "warning", "note", "none")


def directory(path):
    """The directory that people know a place by: two levels, three below drivers and arch."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:3 if parts[:1] in (["drivers"], ["arch"]) else 2]) or "."


def _fingerprint(result):
    prints = result.get("partialFingerprints", {})
    return prints.get(sarif.FINGERPRINT) or next(iter(prints.values()), "")


def _state(state):
    """SARIF's threadFlowLocation.state as {name: text}."""
    return {name: value.get("text", "") for name, value in (state or {}).items()}


def _values(text):
    """
    ("Here 'ret' is true", {"ret": "1"}) from "Here 'ret' is true (ret = 1)": the checker writes
    the witness's numbers at the end of each note. Names that only the preprocessor knows go.
    """
    end = text.rstrip(".")
    start, depth = len(end), 0
    while start and (depth or start == len(end)):
        start -= 1
        depth += {")": 1, "(": -1}.get(end[start], 0)
    values = {}
    for part in end[start + 1:-1].split(", ") if end.endswith(")") and not depth else ():
        name, equals, value = part.rpartition(" = ")
        if not equals:
            name, _, value = part.rpartition(" ")
        if not name or not re.fullmatch(r"-?\w+", value):
            return text, {}
        if not name.startswith("__UNIQUE_ID"):
            values[name] = value
    return (end[:start].rstrip(), values) if values else (text, {})


def _steps(result):
    """The steps of the first code flow: {file, line, col, text, values}, for those with a place."""
    flows = result.get("codeFlows") or [{"threadFlows": [{"locations": []}]}]
    steps = []
    for step in flows[0]["threadFlows"][0]["locations"]:
        location = step.get("location", {})
        region = location.get("physicalLocation", {}).get("region", {})
        if "startLine" not in region:
            continue
        text, values = _values(location.get("message", {}).get("text", ""))
        steps.append({"file": one_line(path_of(location)), "line": region["startLine"],
                      "col": region.get("startColumn", 0), "text": text,
                      "values": {**values, **_state(step.get("state"))}})
    return steps


def _source(result):
    """[{file, windows}]: the place's file first, then others that the path goes through."""
    by_file = {}
    locations = [*result["locations"], *(
        step["location"] for flow in result.get("codeFlows", [])[:1]
        for step in flow["threadFlows"][0]["locations"] if "location" in step)]
    for location in locations:
        physical = location.get("physicalLocation", {})
        if "contextRegion" in physical:
            by_file.setdefault(one_line(path_of(location)), []).append(physical["contextRegion"])
    return [{"file": name, "windows": page_source.windows(regions)}
            for name, regions in by_file.items()]


def _suppression(result):
    """Why a finding is suppressed, and who says so; None when it is not."""
    reasons = []
    for one in result.get("suppressions", ()):
        who = one.get("properties", {}).get("who")
        reasons.append(one.get("justification", "no reason was written") + (f" ({who})" if who else ""))
    return "; ".join(reasons) or None


def assert_verdict(one):
    """
    satisfied, trips, may trip or undecided, for a call that takes references other than pins; ""
    for all others. An audit says it itself, in properties.assert; in an older log what counts is
    foll-get-missing, and where that is silent what the flags showed, not what else is wrong.
    """
    if one["assert"]:
        return one["assert"]
    if one["role"] != "acquire" or one["holds"] not in ("get", "by-flags"):
        return ""
    if one["rule"] == ASSERT_RULE:
        return "may trip" if one["unsure"] else "trips"
    return "undecided" if one["flags said"] == "open" else "satisfied"


def _says(props):
    """{engine: [what it looked like to it, what it said]}, for each engine of the audit."""
    says = props.get("says", {})
    return {name: [status, says.get(name, {}).get("text", "")]
            for name, status in props.get("engines", {}).items()}


def _case(case):
    """As pin_user_pages.rst words it: "CASE 2" for 2."""
    return f"CASE {case}" if str(case).isdigit() else case


def _evidence(props):
    """What the CASE was told by, as lines."""
    said = props.get("caseEvidence", [])
    return [said] if isinstance(said, str) else list(said)


def _call(result):
    """Where the call is that a result is about: a finding of the checker may stand elsewhere."""
    location = (result.get("relatedLocations") or result["locations"])[0]
    region = location["physicalLocation"]["region"]
    return one_line(path_of(location)), region["startLine"], region.get("startColumn", 1)


def row(result):
    """One result for the page."""
    location = result["locations"][0]
    region = location["physicalLocation"]["region"]
    props = result.get("properties", {})
    kind = result.get("kind", "fail")
    name = one_line(path_of(location))
    flags = props.get("flags", {})
    return {
        "id": _fingerprint(result), "print": _fingerprint(result), "kind": kind, "rule": result["ruleId"],
        "level": result.get("level", "warning") if kind == "fail" else "none",
        "file": name, "line": region["startLine"], "col": region.get("startColumn", 1),
        "fn": (location.get("logicalLocations") or [{}])[0].get("name", ""),
        "api": props.get("callee", ""), "role": props.get("role", ""),
        "holds": props.get("holds", ""), "generic": bool(props.get("generic")),
        "args": ", ".join(props.get("arguments", [])), "flags": flags.get("text", ""),
        "unsure": bool(flags.get("unknown")
                       or {"FOLL_GET", "FOLL_PIN"} & set(flags.get("possible", []))),
        "msg": result["message"]["text"], "call": _call(result),
        "says": _says(props), "found": props.get("found", []),
        "sub": props.get("subsystem", ""), "dir": directory(name), "case": _case(props.get("case", "")),
        "assert": props.get("assert", ""), "assert why": props.get("assertWhy", ""),
        "chain": props.get("assertChain", []), "evidence": _evidence(props), "config": props.get("config", ""),
        "flags said": props.get("says", {}).get("coccinelle", {}).get("verdict", kind),
        "state": result.get("baselineState", ""),
        "sup": _suppression(result), "to": props.get("sendTo", {}),
        "steps": _steps(result), "src": _source(result), "diff": page_diff.of(result),
    }


def rows(log):
    """All results, in the log's order; an id that stands twice gets a number."""
    result, used, worst = [], Counter(), {}
    for each in log["runs"][0]["results"]:
        one = row(each)
        used[one["id"]] += 1
        if used[one["id"]] > 1:
            one["id"] += f"-{used[one['id']]}"
        one["assert"] = assert_verdict(one)
        call = (*one["call"], one["api"])
        worst[call] = min(worst.get(call, ""), one["assert"], key=ASSERT.index)
        result.append(one)
    for one in result:
        del one["flags said"]
        one["assert"] = worst[(*one["call"], one["api"])]
    return result


def _paragraph(text, word):
    """The paragraph of a rule's page that begins with **word.**, without its markup."""
    found = re.search(rf"^\*\*{word}\.\*\*\s*(.*?)(?:\n\n|\Z)", text, re.M | re.S)
    if not found:
        return ""
    plain = re.sub(r"\*([^*\s][^*]*)\*", r"\1", found[1].replace("**", "").replace("`", ""))
    return re.sub(r"\s+", " ", plain).strip()


def rules(log):
    """{id: {level, short, what, why, page}} of the log's rules; reasons from docs/rules."""
    result = {}
    pages = {r["id"]: r.get("page", "") for r in api.load_rules()}
    for rule in log["runs"][0]["tool"]["driver"].get("rules", []):
        page = pages.get(rule["id"], "")
        path = Path(api.ROOT) / page
        text = path.read_text(encoding="utf-8") if page and path.is_file() else ""
        short = rule.get("shortDescription", {}).get("text", "")
        result[rule["id"]] = {
            "level": rule.get("defaultConfiguration", {}).get("level", "warning"), "short": short,
            "what": _paragraph(text, "What") or short, "page": page,
            "why": _paragraph(text, "Why") or rule.get("fullDescription", {}).get("text", ""),
        }
    return result


def sites(all_rows):
    """One row a call: the worst of its results, so that every call is counted once."""
    best = {}
    for one in all_rows:
        if one["state"] == "absent":
            continue
        key = (*one["call"], one["api"])
        if key not in best or _rank(one) < _rank(best[key]):
            best[key] = one
    return list(best.values())


def _rank(one):
    return KINDS.index(one["kind"]) if one["kind"] in KINDS else len(KINDS), \
        LEVELS.index(one["level"]) if one["level"] in LEVELS else len(LEVELS)


def is_finding(one):
    return one["kind"] == "fail" and one["state"] != "absent" and one["sup"] is None
