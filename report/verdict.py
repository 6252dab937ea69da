# SPDX-License-Identifier: GPL-2.0-only
"""
One verdict a site from what the inventory knows and the semantic patches said:
fail (a rule fired), pass (what was checked, in one line) or open (what could
not be decided, and why). A pass here is no proof of balance: it says which
rules looked at the call and had nothing to say.
"""

from collections import defaultdict

from report import checker
from report.tree import ASSERT_FUNCTION

FOLL_GET_MISSING = "foll-get-missing"


def attach_findings(sites, findings):
    """
    Give each finding ({rule, file, line, col, text, level}) to its site. Returns
    those that have none: a semantic patch saw a call that the inventory did not.
    """
    at = {(s.file, s.line, s.col): s for s in sites}
    by_line = defaultdict(list)
    for site in sites:
        by_line[(site.file, site.line)].append(site)
    lost = []
    for finding in findings:
        site = at.get((finding["file"], finding["line"], finding["col"]))
        if site is None and len(by_line[(finding["file"], finding["line"])]) == 1:
            site = by_line[(finding["file"], finding["line"])][0]
        if site is None:
            lost.append(finding)
        elif finding not in site.findings:
            site.findings.append(finding)
    return lost


def _why_satisfied(callee, place, checked, tree):
    """Why a call needs not state FOLL_GET, whatever its file shows; "" when nothing says so."""
    said = checked.linked.asserts.get(place)
    if said is not None:
        chain = " -> ".join(f"{name}()" for name in said["chain"])
        return f"{said['why']}: {chain}" if said["verdict"] == "satisfied" else ""
    if callee in tree.adds_foll_get and checked.linked.policy != "entry":
        return f"sets FOLL_GET itself (mm/gup.c:{tree.adds_foll_get[callee]})"
    return ""


def drop_satisfied(sites, checked, tree):
    """
    Take back foll-get-missing where this tree's entry point adds FOLL_GET itself (the
    engines know which ones do upstream, mm/gup.c of the tree knows better), or where the link
    followed the flags through all callers. @checked: what the checker said (join.Checked).
    """
    for site in sites:
        why = _why_satisfied(site.api.name, (site.file, site.line, site.col), checked, tree)
        mine = [f for f in site.findings if f["rule"] == FOLL_GET_MISSING]
        if why and mine:
            site.taken_back = f"{mine[0]['text']}. Taken back: {why}"
            site.findings = [f for f in site.findings if f["rule"] != FOLL_GET_MISSING]
    for result in list(checked.findings):
        where = checker.site_of(result)
        why = _why_satisfied(result["properties"].get("callee"), where, checked, tree)
        if result["ruleId"] == FOLL_GET_MISSING and why:
            checked.findings.remove(result)
            checked.calls.setdefault(where, {**result, "kind": "pass", "message": {"text": why}})


def attach_seen(sites, seen, asked):
    """Mark which sites spatch's parser saw; @asked are the files it was given."""
    keys = {(file, line, callee) for file, line, _col, callee in seen}
    asked = set(asked)
    for site in sites:
        if site.file in asked:
            site.seen_by_spatch = (site.file, site.line, site.callee) in keys


def _foll_get(site, tree):
    """(decided, text): does this get satisfy the assert?"""
    if site.api.name in tree.adds_foll_get:
        return True, f"sets FOLL_GET itself (mm/gup.c:{tree.adds_foll_get[site.api.name]})"
    pages = site.argument("pages")
    if pages == "NULL":
        return True, "pages is NULL: nothing is held, the assert does not look at it"
    if site.flags is None:
        return True, "takes no gup flags"
    if site.flags.certain & {"FOLL_GET", "FOLL_PIN"}:
        return True, "states " + " | ".join(sorted(site.flags.certain & {"FOLL_GET", "FOLL_PIN"}))
    if not site.api.reaches_assert and site.api.kind == "get":
        return True, f"does not reach {ASSERT_FUNCTION}()"
    return False, f"flags: {site.flags.text()}"


def _forwards(site, api):
    """A table function that hands its own flags on: its callers are the sites to judge."""
    caller = api.get(site.function)
    return caller is not None and caller.role == "acquire" and site.flags is not None \
        and any(u.startswith("parameter ") for u in site.flags.unknown)


def _judge_acquire(site, tree, api):
    if site.api.kind in ("get", "by-flags"):
        decided, text = _foll_get(site, tree)
        if decided:
            return "pass", text
        if site.api.adds_foll_get_since and site.api.reaches_assert:
            return "open", (f"this tree's {site.callee}() sets no FOLL_GET before it falls back to "
                            "the slow path: to be mended in mm/gup.c, not here")
        if _forwards(site, api):
            return "pass", f"hands on the flags of {site.function}(), judged at its callers"
        if site.static and site.flags.unknown:
            return "pass", ("foll-get-missing is silent: it has followed the flags through the "
                            "callers in this file")
        return "open", f"foll-get-missing is silent, and the text alone does not say why; {text}"
    if site.api.kind == "pin":
        text = f"a pin; flags: {site.flags.text()}" if site.flags else "a pin"
        if site.api.remote and site.flags and site.flags.unknown:
            return "open", f"FOLL_LONGTERM cannot be ruled out here; {text}"
        return "pass", text + "; no put of these pages in sight"
    return "open", "pins only for user-backed iterators: the caller's iterator decides"


def _judge_release(site, acquired):
    kinds = acquired[site.file]
    if not kinds:
        why = "any page reference may be meant" if site.api.generic else "pairs with one elsewhere"
        return "open", f"no acquire in this file: {why}"
    if site.api.kind == "by-flags":
        if site.flags.certain & {"FOLL_GET", "FOLL_PIN"}:
            return "pass", f"drops references of the kind that it states: {site.flags.text()}"
        return "open", f"internal to {site.api.scope}: its kind comes from the caller's flags"
    if site.api.generic:
        return "pass", "pin-put-mismatch is silent: no page pinned in this file is seen to arrive here"
    if "pin" in kinds or "pin-if-user" in kinds:
        return "pass", "pin-put-mismatch is silent: this file pins pages, and this drops pins"
    if "by-flags" in kinds:
        return "open", "this file takes references of the kind that its callers' flags ask for"
    return "open", "this file takes no pins: the ones dropped here come from elsewhere"


def _undecidable(site, gave_up):
    """Why no rule's silence about @site means anything, or ""."""
    if site.arms:
        return "an #if stands inside this call: its arms were not told apart"
    if len(site.args) not in site.api.forms and not site.api.generic:
        return f"{site.callee}() with {len(site.args)} arguments is in no kernel's API"
    if site.file in gave_up:
        return "gave up on this file: " + ", ".join(sorted(gave_up[site.file]))
    if site.seen_by_spatch is None and not site.api.generic:
        return "spatch cannot be given a file of this name: no rule has looked at this call"
    return ""


def judge(site, tree, api, acquired, gave_up):
    """
    Set verdict and reason of @site. @acquired: {file: kinds acquired there};
    @gave_up: {file: rules that did not get through it}.
    """
    undecidable = _undecidable(site, gave_up)
    if site.findings:
        site.verdict, site.reason = "fail", "; ".join(f["text"] for f in site.findings)
    elif undecidable:
        site.verdict, site.reason = "open", undecidable
    elif site.seen_by_spatch is False:
        where = "a macro's body" if site.in_macro else "this function"
        site.verdict = "open"
        site.reason = f"spatch did not parse {where} here: no rule has looked at this call"
    elif site.api.role == "acquire":
        site.verdict, site.reason = _judge_acquire(site, tree, api)
    else:
        site.verdict, site.reason = _judge_release(site, acquired)


def judge_all(sites, tree, api, gave_up):
    acquired = defaultdict(set)
    for site in sites:
        if site.api.role == "acquire":
            acquired[site.file].add(site.api.kind)
    for site in sites:
        judge(site, tree, api, acquired, gave_up)


def refused(sites, tree):
    """
    FOLL_LONGTERM that this tree's mm/gup.c refuses in a remote call is an error,
    whatever reason a comment gives. Call after all engines have spoken.
    """
    for site in sites:
        how = tree.refuses_longterm.get(site.callee)
        if not how or site.flags is None or "FOLL_LONGTERM" not in site.flags.certain:
            continue
        locked = site.argument("locked")
        if how == "locked" and not (locked or "").lstrip().startswith("&"):
            continue
        text = f"{site.callee}() is given FOLL_LONGTERM" \
            + (" together with locked" if how == "locked" else "") + ", which this tree's mm/gup.c refuses"
        mine = [f for f in site.findings if f["rule"] == "longterm-remote"]
        for finding in mine or [{"rule": "longterm-remote"}]:
            finding.update(text=text, level="error", raised="error")
            if not mine:
                site.findings.append(finding)
        site.verdict, site.reason = "fail", "; ".join(f["text"] for f in site.findings)
