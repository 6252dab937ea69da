# SPDX-License-Identifier: GPL-2.0-only
"""
What the checker says of the call sites, joined with what the semantic patches
said: one verdict a site, and one result for what both found.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from report import checker
from report.sites import Site

# of a site, by the checker
SEEN, COMPILED, NOT_COMPILED, FAILED, NOT_RUN = "seen", "compiled", "not compiled", "failed", "not run"


@dataclass
class Checked:
    """What a run of the checker came to."""

    config: str = ""               # "x86 allmodconfig"
    not_run: str = ""              # why there are no results at all
    findings: list = field(default_factory=list)      # SARIF results of kind fail
    calls: dict = field(default_factory=dict)         # {place: SARIF result of kind pass or open}
    compiled: set = field(default_factory=set)        # files that were looked at
    failed: dict = field(default_factory=dict)        # {file: why}


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


def _other_engine(places, result, site):
    """The finding of a semantic patch that is the same as the checker's @result, or None."""
    where = checker.place(result["locations"][0])
    near = [s for (file, line, _), s in places.exact.items() if (file, line) == where[:2]]
    for candidate in [*near, *([site] if site else [])]:
        for finding in candidate.findings:
            if finding["rule"] == result["ruleId"] and "checker" not in finding:
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


def _attach(sites, checked, functions):
    """Give each finding of the checker to its site. Returns those that have none."""
    places, lost = _Places(sites), []
    for result in checked.findings:
        site = places.find(checker.site_of(result), result["properties"].get("callee"))
        _note_case(site, result)
        same = _other_engine(places, result, site)
        if same is not None:
            same["checker"] = result
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
                              "level": result["level"], "checker": result})
    for place, result in checked.calls.items():
        site = places.find(place, result["properties"]["callee"])
        if site is not None:
            site.checker_said = (result["kind"], result["message"]["text"])
            _note_case(site, result)
    return lost


def _state(site, checked):
    """(how far the checker came with @site, what that means for a call that takes references)."""
    if checked.not_run:
        return NOT_RUN, f"not run: {checked.not_run}"
    if site.checker_said or any("checker" in f for f in site.findings):
        return SEEN, ""
    if site.file in checked.failed:
        return FAILED, f"clang cannot compile this file: {checked.failed[site.file]}"
    if site.file not in checked.compiled:
        what = "no file that is compiled includes it" if site.file.endswith(".h") else "not compiled"
        return NOT_COMPILED, f"{what} in {checked.config}"
    return COMPILED, f"no code that {checked.config} compiles has this call"


def _judge(site, checked):
    site.said["coccinelle"] = (site.verdict, site.reason)
    site.checker, why = _state(site, checked)
    if site.api.role == "acquire" and not site.case:
        site.case = ("unknown", why or "the checker does not judge calls of this function")
    kind, text = site.checker_said or ("open", why)
    mine = [f for f in site.findings if "checker" in f]
    if mine:
        kind, text = "fail", "; ".join(f["checker"]["message"]["text"] for f in mine)
    if site.api.role == "acquire" or mine:
        site.said["checker"] = (kind, text)
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
    lost = _attach(sites, checked, functions)
    for site in sites:
        if id(site) not in before:
            site.verdict, site.reason = "open", "not in the list of calls: a macro makes it"
        _judge(site, checked)
    sites.sort(key=lambda s: (s.file, s.line, s.col))
    return [{"file": checker.place(r["locations"][0])[0], "reason":
             f"line {checker.place(r['locations'][0])[1]}: {r['ruleId']} fired on a call that the list of "
             f"calls does not have: {r['message']['text']}"} for r in lost]

