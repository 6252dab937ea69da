# SPDX-License-Identifier: GPL-2.0-only
"""
Two audits compared: which results are new, unchanged, updated or absent. Each
result is looked for by what changes least first; what is left is paired only
where there is no choice. No line number takes part.
"""

import json
import re
from collections import defaultdict
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


def _same_function(result):
    return (result["ruleId"], *where(result))


def _moved(result):
    return (result["ruleId"], where(result)[1], _callee(result))


def _renamed(result):
    return (result["ruleId"], where(result)[0], _callee(result), str(_essence(result)[-1]))


# (how results are looked for, whether several of a kind are paired in their order)
PASSES = ((_exact, True), (_same_call, True), (_same_function, False), (_moved, False),
          (_renamed, False))


def _groups(results, how):
    groups = defaultdict(list)
    for result in results:
        value = how(result)
        if value is not None:
            groups[value].append(result)
    return groups


def pair(old, new):
    """
    Pair the results of two audits. Returns (pairs, gone, come): pairs of an old
    and a new one, and those that only one side has, in their order.
    """
    pairs = []
    for how, in_order in PASSES:
        olds, news = _groups(old, how), _groups(new, how)
        for value, some in news.items():
            others = olds.get(value, [])
            if in_order or len(some) == len(others) == 1:
                pairs += zip(others, some)
        taken = {id(r) for both in pairs for r in both}
        old = [r for r in old if id(r) not in taken]
        new = [r for r in new if id(r) not in taken]
    return pairs, old, new


def _by_site(results):
    """What tells that a call is still there: itself, or one of its name in its function."""
    out = {}
    for result in results:
        for key in (_key(result)[1], (*where(result), _callee(result))):
            out.setdefault(key, result)
    return out


def _at_site(by_site, result):
    return by_site.get(_key(result)[1]) or by_site.get((*where(result), _callee(result)))


def compare(old, new):
    """
    Compare the results of two audits: [(state, old or None, new or None)], in the
    order of the new audit, then what is gone in the order of the old. A call that is still
    there, but fails where it passed or the other way round, is updated: only a finding comes or goes.
    """
    old = [r for r in old if r.get("baselineState") != "absent"]
    new = [r for r in new if r.get("baselineState") != "absent"]
    pairs, gone, come = pair(old, new)
    partner = {id(b): a for a, b in pairs}
    old_sites, new_sites = _by_site(old), _by_site(new)
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
