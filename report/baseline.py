# SPDX-License-Identifier: GPL-2.0-only
"""
Two audits compared: which results are new, unchanged, updated or absent. Each
result is looked for by what changes least first; what is left is paired only
where there is no choice. No line number takes part.
"""

import functools
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from report import sites
from report.errors import UserError
from report.sarif import FINGERPRINT, SITE_FINGERPRINT
from report.suppress import where

STATES = ("new", "updated", "unchanged", "absent")


def load(path, what="BASELINE"):
    """The log of an earlier audit as dicts. Raises UserError when @path is none."""
    try:
        log = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as err:
        raise UserError(f"cannot read {what}={path}: {err.strerror}") from err
    except (ValueError, RecursionError) as err:
        raise UserError(f"{what}={path} is not JSON: {str(err)[:100]}") from err
    try:
        results = log["runs"][0]["results"]
        for result in results:
            where(result)
            _key(result)
            _essence(result)
        log["runs"][0]["tool"]["driver"]["rules"][0]["id"]
    except (KeyError, IndexError, TypeError, AttributeError) as err:
        raise UserError(f"{what}={path} is not the audit.sarif of a gupcheck audit") from err
    return log


def reader(command):
    """The @command reads a log that load() took; what no audit wrote in it is told in one line."""
    @functools.wraps(command)
    def run(args):
        try:
            return command(args)
        except (LookupError, TypeError, AttributeError, ValueError) as err:
            raise UserError(f"a log that no gupcheck audit wrote, or that was changed: {err!r}") from err
    return run


def _key(result):
    prints = result["partialFingerprints"]
    if not isinstance(prints, dict):
        raise TypeError
    return prints.get(FINGERPRINT), prints.get(SITE_FINGERPRINT)


def _essence(result):
    """What a reader is told, without line numbers: a change of it is an update."""
    text = re.sub(r"(:|\bline )\d+", r"\g<1>N", result["message"]["text"])
    return (result["ruleId"], result.get("kind", "fail"), result.get("level", "warning"), text,
            [sites.shape(text) for text in result.get("properties", {}).get("arguments", ())])


def _callee(result):
    return result.get("properties", {}).get("callee", "")


def _exact(result):
    return _key(result)[0]


def _same_call(result):
    return (result["ruleId"], *where(result), _callee(result))


def _role(result):
    return result.get("properties", {}).get("role", "")


def _same_role(result):
    return (result["ruleId"], *where(result), _role(result), result.get("properties", {}).get("generic"))


def _same_function(result):
    return (result["ruleId"], *where(result))


def _moved(result):
    return (result["ruleId"], where(result)[1], _callee(result))


def _moved_and_changed(result):
    return (result["ruleId"], where(result)[1], _role(result)) if where(result)[1] else None


def _renamed(result):
    return (result["ruleId"], where(result)[0], _callee(result), str(_essence(result)[-1]))


# (how results are looked for, whether several of a kind are paired in their order)
PASSES = ((_exact, True), (_same_call, True), (_same_role, True), (_same_function, False), (_moved, False),
          (_renamed, False), (_moved_and_changed, False))


def _groups(results, how):
    groups = defaultdict(list)
    for result in results:
        value = how(result)
        if value is not None:
            groups[value].append(result)
    return groups


def _functions(results, others):
    """
    {what is called in a function, in order: [its results]} of the functions with several results
    that @others know nothing of; None where two functions are alike.
    """
    known = {where(r) for r in others}
    by_function, alike = defaultdict(list), {}
    for result in results:
        if where(result)[1] and where(result) not in known:
            by_function[where(result)].append(result)
    for (file, _), some in by_function.items():
        if len(some) > 1:
            key = (file, *((r["ruleId"], _callee(r)) for r in some))
            alike[key] = None if key in alike else some
    return alike


def _renamed_functions(old, new, all_old, all_new):
    """Pairs of the results of functions with the same calls in the same file: there is one on each side."""
    olds, news = _functions(old, all_new), _functions(new, all_old)
    return [both for key, some in olds.items() if some and news.get(key) for both in zip(some, news[key])]


def _words(result):
    region = result["locations"][0]["physicalLocation"].get("contextRegion", {})
    return Counter(re.findall(r"\w+", region.get("snippet", {}).get("text", "")))


def _in_order(olds, news):
    """
    Pairs of two lists of results that are alike, none across another. Where one list is longer,
    what is left out is what has the least in common with its source lines around the other's.
    """
    if len(olds) == len(news) or 1 in (len(olds), len(news)) and _words(olds[0]) == _words(news[0]):
        return list(zip(olds, news))
    old, new = list(map(_words, olds)), list(map(_words, news))
    best = {}                      # (how many olds, how many news): (pairs, words in common, how it ends)
    for i in range(len(old) + 1):
        for j in range(len(new) + 1):
            ways = [(0, 0, None)] if not (i and j) else [
                (*best[i - 1, j][:2], (i - 1, j)), (*best[i, j - 1][:2], (i, j - 1)),
                (best[i - 1, j - 1][0] + 1, best[i - 1, j - 1][1] + (old[i - 1] & new[j - 1]).total(), "pair")]
            best[i, j] = max(ways, key=lambda way: way[:2])
    pairs, at = [], (len(old), len(new))
    while all(at):
        end = best[at][2]
        if end == "pair":
            pairs.append((olds[at[0] - 1], news[at[1] - 1]))
            end = at[0] - 1, at[1] - 1
        at = end
    return pairs[::-1]


def pair(old, new):
    """
    Pair the results of two audits. Returns (pairs, gone, come): pairs of an old
    and a new one, and those that only one side has, in their order.
    """
    pairs, all_old, all_new = [], old, new
    for how, in_order in PASSES:
        olds, news = _groups(old, how), _groups(new, how)
        for value, some in news.items():
            others = olds.get(value, [])
            if in_order and others:
                pairs += _in_order(others, some)
            elif len(some) == len(others) == 1:
                pairs += zip(others, some)
        taken = {id(r) for both in pairs for r in both}
        old = [r for r in old if id(r) not in taken]
        new = [r for r in new if id(r) not in taken]
    pairs += _renamed_functions(old, new, all_old, all_new)
    taken = {id(r) for both in pairs for r in both}
    return pairs, [r for r in old if id(r) not in taken], [r for r in new if id(r) not in taken]


def _sites(result):
    """What tells that a call is still there: itself, one of its name, one of its kind in its function."""
    call = {"locations": (result.get("relatedLocations") or result["locations"])[:1]}
    place = where(call) if "logicalLocations" in call["locations"][0] else where(result)
    return _key(result)[1], (*place, _callee(result)), (*place, _role(result), "role")


def _by_site(results):
    out = {}
    for result in results:
        for key in _sites(result):
            out.setdefault(key, result)
    return out


def _at_site(by_site, result):
    return next((by_site[key] for key in _sites(result) if key in by_site), None)


def compare(old, new):
    """
    Compare the results of two audits: [(state, old or None, new or None)], in the
    order of the new audit, then what is gone in the order of the old. A call that is still
    there, but fails where it passed or the other way round, is updated: only its finding comes or goes.
    """
    old = [r for r in old if r.get("baselineState") != "absent"]
    new = [r for r in new if r.get("baselineState") != "absent"]
    pairs, gone, come = pair(old, new)
    partner = {id(b): a for a, b in pairs}
    old_sites, new_sites = _by_site(gone), _by_site(come)
    rows = []
    for result in new:
        before = partner.get(id(result))
        if before is None and result.get("kind", "fail") != "fail":
            before = _at_site(old_sites, result)
        if before is None:
            state = "new"
        else:
            state = "unchanged" if _essence(before) == _essence(result) else "updated"
        rows.append((state, before, result))
    for result in gone:
        if result.get("kind", "fail") == "fail" or not _at_site(new_sites, result):
            rows.append(("absent", result, None))
    return rows


def apply(log, old):
    """
    Set baselineState on the results of @log (changed in place) by comparison with
    the log @old; what is gone is added at the end as absent.
    """
    run = log["runs"][0]
    index = {row["id"]: i for i, row in enumerate(run["tool"]["driver"]["rules"])}
    for state, before, result in compare(old["runs"][0]["results"], run["results"]):
        if result is None:
            result = {k: v for k, v in before.items() if k not in ("ruleIndex", "suppressions")}
            if result["ruleId"] in index:
                result["ruleIndex"] = index[result["ruleId"]]
            run["results"].append(result)
        result["baselineState"] = state
