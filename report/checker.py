# SPDX-License-Identifier: GPL-2.0-only
"""
The checker over many translation units: plan the jobs in a cache directory, let
GNU Make run those that are not up to date, and join what they say.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from report import run
from report.api import ROOT
from report.errors import UserError
from report.sarif import locations_of, uri

ORDER = {"pass": 0, "open": 1}     # of two opinions on one call, the less certain one
BESIDE = "beside"                  # facts=: KEY.facts in the cache directory


def key_of(unit, learnt=()):
    """The name of a unit's files in the cache: the same for the same command and what was @learnt for it."""
    text = json.dumps([unit.file, unit.directory, unit.words, *([learnt] if learnt else [])])
    stem = re.sub(r"[^\w.-]", "_", os.path.basename(unit.file)[:-2])[:60]
    return f"{stem}-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


@contextmanager
def locked(cache):
    """The cache directory, made if need be, for us alone. Raises UserError."""
    cache = Path(cache).expanduser()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / ".lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as err:
                raise UserError(f"another gupcheck is at work in {cache}; wait for it, or use "
                                "another cache directory") from err
            yield cache
    except OSError as err:
        raise UserError(f"cannot write to {err.filename or cache}: {err.strerror}") from err


def _put(path, text):
    """Write only what is new: make goes by the time of the file."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except OSError:
        pass
    path.write_text(text, encoding="utf-8")


def _make_word(path):
    return re.sub(r"([\s#])", r"\\\1", str(path)).replace("$", "$$")


def _table(cache, key, learnt):
    """The API table of a unit: rows for what was @learnt, [(role, name)]. Returns its path, "" for none."""
    if not learnt:
        return ""
    path = cache / f"{key}.api.json"
    _put(path, json.dumps({"format": "gupcheck-api", "version": 1, "functions": [
        {"name": name, "role": role, "doc": ""} for role, name in learnt]}))
    return str(path)


def write_plan(cache, units, checker, srcroot, api="", policy="", facts="", learnt=None, sparse=""):
    """
    Write what report/scan.mk reads; returns {key: Unit}. @learnt: {Unit: [(role, name)]}, where any;
    @sparse: the program, when its opinion is wanted too.
    """
    learnt = learnt or {}
    keys = {key_of(unit, learnt.get(unit, ())): unit for unit in units}
    for key, unit in keys.items():
        _put(cache / f"{key}.unit", json.dumps({
            "file": unit.file, "directory": unit.directory, "words": unit.words,
            "program": checker.program, "version": checker.version, "plugin": str(checker.plugin),
            "srcroot": str(srcroot), "api": api or _table(cache, key, learnt.get(unit, ())) or None,
            "policy": policy or None, **({"sparse": sparse} if sparse else {}),
            "facts": (str(cache / f"{key}.facts") if facts == BESIDE else facts) or None}))
    prerequisites = [checker.plugin, *[ROOT / "report" / n for n in ("tu.py", "clang.py", "sparse.py")], *([api] if api else [])]
    _put(cache / "units.mk", f"UNITS := {' '.join(sorted(keys))}\n"
         f"PLUGIN := {' '.join(map(_make_word, prerequisites))}\n")
    return keys


def _forget(path):
    """The result @path is worth nothing when facts that its job wrote elsewhere are no longer there."""
    try:
        wrote = json.loads(path.read_text(encoding="utf-8")).get("wrote", ())
    except (OSError, ValueError):
        return
    if not all(map(os.path.isfile, wrote)):
        path.unlink()


def check(cache, units, checker, srcroot, jobs, launch, advance, **asked):
    """
    Bring the results of @units up to date; returns [(unit, result of report/tu.py)] in order.
    @asked: of write_plan(). A result says in "facts" where the facts are, when there are any.
    """
    shutil.rmtree(cache / "tmp", ignore_errors=True)   # what jobs that were killed left there
    (cache / "tmp").mkdir(exist_ok=True)
    keys = write_plan(cache, units, checker, srcroot, **asked)
    for key in keys:
        _forget(cache / f"{key}.json")
    if keys:
        run.run_jobs("scan.mk", cache, jobs, launch, lambda key: advance(key.rsplit("-", 1)[0] + ".c"))
    results = []
    for key, unit in keys.items():
        try:
            result = json.loads((cache / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise UserError(f"{cache / key}.json: a job's result is missing or cut short: {err}") from err
        facts = cache / f"{key}.facts"
        results.append((unit, {**result, "facts": str(facts) if facts.is_file() else ""}))
    return results


def place(location):
    """(path, line, column in bytes): the path relative to the source root where it is below that."""
    physical = location["physicalLocation"]
    path = unquote(physical["artifactLocation"]["uri"], errors="surrogateescape")
    return (path.removeprefix("file://"), physical["region"]["startLine"],
            physical["region"]["startColumn"])


def _anchor(result, directory):
    """What is not below the source root is named in full."""
    for location in locations_of(result):
        artifact = location["physicalLocation"]["artifactLocation"]
        if "uriBaseId" not in artifact and not artifact["uri"].startswith("file://"):
            path = os.path.join(directory, unquote(artifact["uri"], errors="surrogateescape"))
            artifact["uri"] = "file://" + uri(os.path.normpath(path))


def site_of(result):
    """The place of the call that a result is about."""
    return place((result.get("relatedLocations") or result["locations"])[0])


def combine(done):
    """
    Join the results of check(): a header's finding that several units have, or a
    file's that is compiled twice, counts once. Returns (findings, {place: site
    result}, [(file, why)] of units without a result).
    """
    findings, sites, failed = {}, {}, []
    for unit, outcome in done:
        if outcome["status"] != "checked":
            failed.append((unit.file, outcome["reason"]))
        for result in outcome["results"]:
            _anchor(result, unit.directory)
            where = place(result["locations"][0])
            if result["kind"] == "fail":
                findings.setdefault((*where, result["ruleId"], result["message"]["text"]), result)
            elif where not in sites or ORDER[result["kind"]] > ORDER[sites[where]["kind"]]:
                sites[where] = result
    failing = {site_of(f) for f in findings.values() if f["level"] != "note"}
    return ([findings[key] for key in sorted(findings)],
            {where: sites[where] for where in sorted(sites) if where not in failing}, sorted(set(failed)))
