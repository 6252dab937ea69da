# SPDX-License-Identifier: GPL-2.0-only
"""
What the link of the whole program says of an audit: findings that cross files, and for each call
its verdict on the assert, which no engine that sees one file can know better.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from report import checker, link
from report.errors import UserError
from report.tree import ASSERT_FUNCTION

RULE = "foll-get-missing"
SATISFIED, MAY_TRIP, TRIPS = "satisfied", "may trip", "trips"
VERDICTS = (SATISFIED, MAY_TRIP, TRIPS)
# what foll-get-missing makes of them
KINDS = {SATISFIED: "pass", MAY_TRIP: "open", TRIPS: "fail"}


@dataclass
class Linked:
    """What a link came to."""

    not_run: str = ""              # why there is nothing
    policy: str = "assert"
    findings: list = field(default_factory=list)       # SARIF results of kind fail
    asserts: dict = field(default_factory=dict)        # {place: {verdict, why, chain}}
    cases: dict = field(default_factory=dict)          # {place: SARIF result that tells the CASE}
    points: list = field(default_factory=list)         # "FILE:LINE": where the assert is to stand
    stands: bool = False           # it does so already
    files: int = 0
    rounds: dict = field(default_factory=dict)         # of Whole.follow()
    notes: list = field(default_factory=list)


def _relative(path, base):
    return path.removeprefix(f"{base}/")


def ask(whole, rounds):
    """Link what was compiled in @whole, a whole.Whole. @rounds: what its follow() returned."""
    linked = Linked(policy=whole.args.policy or "assert", rounds=rounds)
    try:
        log = link.kept(whole.kept(), "link", [f"--root={whole.base}/", f"--srcroot={whole.base}",
                                               f"--policy={linked.policy}"], whole.facts(), "sarif")
        run = json.loads(log.read_text(encoding="utf-8"))["runs"][0]
    except (UserError, OSError, ValueError, KeyError) as err:
        linked.not_run = str(err)
        return linked
    for result in filter(whole.is_ours, run["results"]):
        props = result["properties"]
        where = checker.place(result["locations"][0])
        if result["kind"] == "fail":
            linked.findings.append(result)
        elif "assert" in props:
            linked.asserts[where] = props["assert"]
        if "case" in props:
            linked.cases[checker.site_of(result)] = result
    props = run["properties"]
    linked.points = [f"{_relative(p['file'], whole.base)}:{p['line']}" for p in props["assert"]["points"]]
    linked.stands = any(p["stands"] for p in props["assert"]["points"])
    linked.files, linked.notes = props["linkedFiles"], [{"reason": note} for note in props["notes"]]
    if not linked.points:
        linked.not_run, linked.asserts = "the place of the assert was not found in mm/gup.c", {}
    return linked


def text_of(site, said, stands):
    """
    What foll-get-missing says of a call that @said, the verdict of the link, lets trip. @stands: this tree
    has the assert.
    """
    way = " -> ".join(f"{name}()" for name in said["chain"])
    if said["verdict"] == TRIPS:
        place = f"{said['chain'][-1] if said['chain'] else ASSERT_FUNCTION}()"
        text = f"{site.callee}() is given pages without FOLL_GET: " + (
            f"returns -EINVAL at the assert in {place}" if stands else
            f"works today because FOLL_GET is forced in {place}, would return -EINVAL once the assert lands")
    else:
        text = f"{site.callee}() is possibly given pages without FOLL_GET: {said['why']}"
    return f"{text} ({way})" if way else text


def by_text(site):
    """The verdict on a call that no link saw: what foll-get-missing and the flags say; "" for pins."""
    if site.api.role != "acquire" or site.api.kind not in ("get", "by-flags"):
        return ""
    mine = [f for f in site.findings if f["rule"] == RULE]
    if mine:
        unsure = site.flags is not None and (site.flags.unknown or site.flags.possible & {"FOLL_GET", "FOLL_PIN"})
        return MAY_TRIP if unsure else TRIPS
    return MAY_TRIP if site.said.get("coccinelle", ("open",))[0] == "open" else SATISFIED


def totals(results, policy, points):
    """The verdicts of the SARIF @results counted: all, by directory and by subsystem."""
    one = {}
    for result in results:
        props = result["properties"]
        if props.get("assert"):
            location = (result.get("relatedLocations") or result["locations"])[0]
            one[(*checker.place(location), props["callee"])] = props
    groups = {"directories": defaultdict(Counter), "subsystems": defaultdict(Counter)}
    for (file, *_), props in one.items():
        groups["directories"][file.rpartition("/")[0] or "."][props["assert"]] += 1
        groups["subsystems"][props.get("subsystem", "(none)")][props["assert"]] += 1

    def row(count):
        return {verdict: count[verdict] for verdict in VERDICTS}
    return {"policy": policy, "points": points, "totals": row(Counter(p["assert"] for p in one.values())),
            **{name: {key: row(group[key]) for key in sorted(group)} for name, group in groups.items()}}
