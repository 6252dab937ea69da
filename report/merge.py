# SPDX-License-Identifier: GPL-2.0-only
"""
Join the inventory and what the semantic patches said into the result files:
audit.sarif, audit.csv, audit.txt and audit.html, all of them or none.
"""

import json
import os
import signal

from report import api as table
from report import asserts, evidence, html, join, outputs, sarif, sparse, verdict
from report.errors import UserError

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESULT_FILES = ("audit.sarif", "audit.csv", "audit.txt", "audit.html")


def _load_jobs(paths):
    findings, seen, notes, gave_up = [], [], [], {}
    for path in sorted(paths):
        try:
            job = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise UserError(f"{path}: a job's result is missing or cut short: {err}") from err
        for finding in job["findings"]:
            findings.append({**finding, "rule": job["rule"]})
        seen += job["seen"]
        notes += [{**n, "reason": f"{job['rule']}: {n['reason']}"} for n in job["notes"]]
        for note in job["notes"]:
            gave_up.setdefault(note["file"], set()).add(job["rule"])
    findings.sort(key=lambda f: (f["file"], f["line"], f["col"], f["rule"], f["text"]))
    notes.sort(key=lambda n: (n["file"], n["reason"]))
    return findings, seen, notes, gave_up


def _lost_notes(lost):
    return [{"file": f["file"], "reason": f"line {f['line']}: {f['rule']} fired on a call that "
             f"the inventory does not have: {f['text']}"} for f in lost]


def _unseen_notes(all_sites):
    return [{"file": s.file, "reason": f"line {s.line}: spatch's parser dropped the code around "
             f"this call of {s.callee}()"} for s in all_sites if s.seen_by_spatch is False]


def _unasked_notes(all_sites):
    files = sorted({s.file for s in all_sites
                    if s.seen_by_spatch is None and not s.api.generic})
    return [{"file": f, "reason": "spatch cannot be given a file of this name"} for f in files]


def _checker_notes(checked):
    if checked.not_run:
        entry = [{"reason": "POLICY=entry needs the checker: the calls are judged as without it"}] \
            if checked.linked.policy == "entry" else []
        return [{"reason": f"The checker did not run: {checked.not_run}"}, *entry]
    linked = checked.linked
    unlinked = [{"reason": f"The files were not linked: {linked.not_run}"}] if linked.not_run else []
    return unlinked + linked.notes + checked.notes + sparse.notes(checked.sparse) + [{"file": file, "reason": f"the checker cannot compile this file: {why}"}
            for file, why in sorted(checked.failed.items())]


def render(log):
    """Returns {file name: text} of the four results. @log: the finished SARIF log as dicts."""
    files = {"audit.sarif": json.dumps(log, indent=2, ensure_ascii=False) + "\n",
             "audit.csv": outputs.to_csv(log)}
    return {**files, "audit.txt": outputs.to_text(log), "audit.html": html.render(log, files)}


def merge(tree, inventory, jobs, engines, tool_version, asked, checked):
    """
    Returns the SARIF log of the audit as dicts.

    @inventory: what read_inventory() returned; @jobs: one JSON file a spatch job;
    @asked: the files that spatch was given; @checked: what the checker said, a
    join.Checked.
    """
    functions = table.load_api()
    all_sites, skipped, summary = inventory
    findings, seen, notes, gave_up = _load_jobs(jobs)
    lost = verdict.attach_findings(all_sites, findings)
    verdict.drop_satisfied(all_sites, checked, tree)
    verdict.attach_seen(all_sites, seen, asked)
    verdict.judge_all(all_sites, tree, functions, gave_up)
    notes += _checker_notes(checked) + join.join(all_sites, checked, functions)
    verdict.refused(all_sites, tree)
    all_notes = (skipped + notes + _unasked_notes(all_sites) + _unseen_notes(all_sites)
                 + _lost_notes(lost))
    text = sarif.build(tree, all_sites, all_notes, summary, table.load_rules(), tool_version,
                       engines, checked)
    log = json.loads(text)
    evidence.add(log, tree)
    run = log["runs"][0]
    run["properties"]["assert"] = asserts.totals(run["results"], checked.linked.policy, checked.linked.points)
    return log


def write_results(results, out):
    """
    Write all files beside their names first, then rename: a full disk or an
    interrupt leaves the old result, or none, but never half of one.
    """
    temporary = {}
    try:
        for name, text in results.items():
            path = out / f".{name}.tmp"
            temporary[path] = out / name
            with open(path, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        # from here on all four are replaced, whatever keys are pressed
        old = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}
        try:
            for path, final in temporary.items():
                os.replace(path, final)
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
    except OSError as err:
        raise UserError(f"cannot write the result to {out}: {err.strerror}") from err
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)
