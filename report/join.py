# SPDX-License-Identifier: GPL-2.0-only
"""
What the checker and the link say of the call sites, joined with what the semantic patches
said: one verdict a site, and one result for what several found.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from report import asserts, checker
from report.sites import Site

# of a site, by the checker
SEEN, COMPILED, NOT_COMPILED, FAILED, NOT_RUN = "seen", "compiled", "not compiled", "failed", "not run"


@dataclass
class Checked:
    """What a run of the checker came to."""

    config: str = ""               # "x86 allmodconfig", or several
    not_run: str = ""              # why there are no results at all
    findings: list = field(default_factory=list)      # SARIF results of kind fail
    calls: dict = field(default_factory=dict)         # {place: SARIF result of kind pass or open}
    compiled: set = field(default_factory=set)        # files that were looked at
    failed: dict = field(default_factory=dict)        # {file: why}
    absent: dict = field(default_factory=dict)        # {file: why no configuration has a command for it}
    homes: dict = field(default_factory=dict)         # {file: the configurations that it was compiled in}
    seen: dict = field(default_factory=dict)          # {(file, line): the first of them that shows the call there}
    hides: dict = field(default_factory=dict)         # {file: why it was not compiled where its other calls are}
    notes: list = field(default_factory=list)         # {reason}: what was not looked at
    sparse: dict = field(default_factory=dict)        # {file: sparse.Opinions as a dict}
    linked: asserts.Linked = field(default_factory=asserts.Linked)


class _Places:
    """Sites by where they are: exactly, else the only one of its name in its line."""

    def __init__(self, sites):
        self.exact = {(s.file, s.line, s.col): s for s in sites}
        self.named = defaultdict(list)
        for site in sites:
            self.named[site.file, site.line, site.callee].append(site)

    def find(self, place, callee):
        near = self.named[place[0], place[1], callee]
        return self.exact.get(place) or (near[0] if len(near) == 1 else None)


def _same(places, result, site):
    """The finding of another engine that is the same as @result, or None."""
    where = checker.place(result["locations"][0])
    near = [s for (file, line, _), s in places.exact.items() if (file, line) == where[:2]]
    for candidate in [*near, *([site] if site else [])]:
        for finding in candidate.findings:
            if finding["rule"] == result["ruleId"] and "result" not in finding:
                return finding
    return None


def _unlisted(result, functions):
    """A site for a call that text does not show: one that a macro makes, say."""
    file, line, col = checker.site_of(result)
    props = result["properties"]
    if props.get("callee") not in functions:
        return None
    return Site(file=file, line=line, col=col, end_line=line, callee=props["callee"],
                function=props["function"], args=[], params=[], assigns={}, in_macro=True, static=False,
                api=functions[props["callee"]], listed=False)


def _note_case(site, result):
    """CASE 1 to 5 of the call that @result is about; what is not known gives way to what is."""
    props = result["properties"]
    if site and "case" in props and (not site.case or site.case[0] == "unknown"):
        site.case = (props["case"], props["caseEvidence"])


def _attach(sites, places, found, engine, functions):
    """Give each of @found, findings of @engine, to its site. Returns those that have none."""
    lost = []
    for result in found:
        site = places.find(checker.site_of(result), result["properties"].get("callee"))
        _note_case(site, result)
        same = _same(places, result, site)
        if same is not None:
            same["result"], same["by"] = result, engine
            if site and not site.findings:
                site.checker_said = ("fail", f"{result['ruleId']} where its pages are released, line "
                                     f"{checker.place(result['locations'][0])[1]}")
            continue
        if site is None:
            site = _unlisted(result, functions)
            if site is None:
                lost.append(result)
                continue
            sites.append(site)
            _note_case(site, result)
            places.exact[site.file, site.line, site.col] = site
        site.findings.append({"rule": result["ruleId"], "text": result["message"]["text"],
                              "level": result["level"], "result": result, "by": engine})
    return lost


def _state(site, checked):
    """(how far the checker came with @site, what that means for a call that takes references)."""
    if checked.not_run:
        return NOT_RUN, f"not run: {checked.not_run}"
    if site.checker_said or any(f.get("by") == "checker" for f in site.findings):
        return SEEN, ""
    if site.file in checked.failed:
        return FAILED, f"clang cannot compile this file: {checked.failed[site.file]}"
    if site.file not in checked.compiled:
        what = "no file that is compiled includes it" if site.file.endswith(".h") else "not compiled"
        return NOT_COMPILED, checked.absent.get(site.file) or f"{what} in {checked.config}"
    more = f"; {checked.hides[site.file]}" if site.file in checked.hides else ""
    return COMPILED, f"no code that {checked.homes.get(site.file, checked.config)} compiles has this call{more}"


def _assert(site, linked):
    """The verdict on the assert: foll-get-missing says what the link says, whoever found it."""
    said = linked.asserts.get((site.file, site.line, site.col))
    if said is None:
        site.asserts = {"verdict": asserts.by_text(site)}
        if site.asserts["verdict"] and linked.files:
            site.said["link"] = ("open", "no facts of this call: not compiled")
        return
    site.asserts = said
    site.said["link"] = (asserts.KINDS[said["verdict"]], f"{said['verdict']}: {said['why']}")
    if said["verdict"] == asserts.SATISFIED:
        return                         # verdict.drop_satisfied() took the findings back
    text = asserts.text_of(site, said, linked.stands)
    mine = [f for f in site.findings if f["rule"] == asserts.RULE]
    for finding in mine:
        finding["text"], finding["linked"] = text, True
    if not mine:
        site.findings.append({"rule": asserts.RULE, "text": text, "linked": True})


def _second_opinion(site, opinions):
    """What sparse says of the function that the call is in: beside the verdict, never part of it."""
    told = [f"line {note['line']}: {note['text']}" for note in opinions.get(site.file, {"notes": ()})["notes"]
            if note["function"] == site.function]
    if told:
        site.said["sparse"] = ("note", "; ".join(told))


def _judge(site, checked):
    _second_opinion(site, checked.sparse)
    if site.taken_back:
        site.said["coccinelle"] = ("fail", site.taken_back)
    else:
        site.said["coccinelle"] = (site.verdict, site.reason)
    site.checker, why = _state(site, checked)
    site.config = checked.seen.get((site.file, site.line), "") if site.checker == SEEN else ""
    if site.api.role == "acquire" and not site.case:
        site.case = ("unknown", why or "the checker does not judge calls of this function")
    kind, text = site.checker_said or ("open", why)
    mine = [f for f in site.findings if f.get("by") == "checker"]
    if mine:
        kind, text = "fail", "; ".join(f["result"]["message"]["text"] for f in mine)
    if site.api.role == "acquire" or mine:
        site.said["checker"] = (kind, text)
    if site.api.role == "acquire":
        _assert(site, checked.linked)
    crossing = [f for f in site.findings if f.get("by") == "link"]
    if crossing:
        told = [f["result"]["message"]["text"] for f in crossing]
        site.said["link"] = ("fail", "; ".join([*told, *([site.said["link"][1]] if "link" in site.said else [])]))
    if site.findings:
        site.verdict, site.reason = "fail", "; ".join(f["text"] for f in site.findings)
    elif site.checker == SEEN:
        # the checker follows paths and counts: its word is the better one, also where it is "open"
        site.verdict = "open" if kind == "fail" else kind
        site.reason = text


def join(sites, checked, functions):
    """
    Bring @checked into @sites, which the semantic patches have judged: verdict and
    reason of each, what each engine said, and how far the checker came. May add
    sites that only the checker saw. Returns notes {file, reason} of what is lost.
    """
    before = {id(s): (s.verdict, s.reason) for s in sites}
    places = _Places(sites)
    lost = _attach(sites, places, checked.findings, "checker", functions)
    lost += _attach(sites, places, checked.linked.findings, "link", functions)
    for place, result in checked.calls.items():
        site = places.find(place, result["properties"]["callee"])
        if site is not None:
            site.checker_said = (result["kind"], result["message"]["text"])
            _note_case(site, result)
    for place, result in checked.linked.cases.items():
        _note_case(places.find(place, result["properties"].get("callee")), result)
    for site in sites:
        if id(site) not in before:
            site.verdict, site.reason = "open", "not in the list of calls: a macro makes it"
        _judge(site, checked)
    sites.sort(key=lambda s: (s.file, s.line, s.col))
    return [{"file": checker.place(r["locations"][0])[0], "reason":
             f"line {checker.place(r['locations'][0])[1]}: {r['ruleId']} fired on a call that the list of "
             f"calls does not have: {r['message']['text']}"} for r in lost]
