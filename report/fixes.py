# SPDX-License-Identifier: GPL-2.0-only
"""
`make fixes`: what can be mended by machine as a patch series, one patch for each
subsystem and rule. Semantic patches make their edits, report/edits.py proposes others; the
checker is asked about both, wherever it compiles the file. An edit stays only where its finding is
gone afterwards and no other has come. The last patch is the assert in mm/gup.c, when nothing trips it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from report import api as table
from report import audit, baseline, edits, landing, outputs, proof, spatch, summary, tree
from report.errors import UserError
from report.fix_texts import (ASSERT_BODY, ASSERT_SUBJECT, BODIES, ENTRY_BODY, ENTRY_SUBJECT, FOLL, NOTES,
                              SUBJECTS)
from report.maintainers import Maintainers
from report.progress import Steps
from report.run import guarded, options
from report.series import NOBODY, Series, author, prefix

STRATEGIES = ("callers", "entry")
GUP_C = "mm/gup.c"
# who makes the edits of a rule; RULES is the order of the patches
BY_PATCH_MODE = ("pin-put-mismatch", "longterm-remote", FOLL)
BY_CHECKER = tuple(edits.EDITS)
RULES = ("pin-put-mismatch", *BY_CHECKER, "longterm-remote", FOLL)
OURS = re.compile(r"\d{4}-.*\.patch|before")               # what an earlier run left in OUT


def read_log(args, root, before):
    """The audit that the series is made from: AUDIT=, or a new one into the directory @before."""
    if args.audit:
        log = baseline.load(args.audit, "AUDIT")
    else:
        parser = argparse.ArgumentParser()
        audit.add_arguments(parser)
        argv = ["--kdir", str(root), "--out", str(before), "--jobs", str(args.jobs)]
        if audit.command(parser.parse_args(argv)) != 0:
            raise UserError("the audit failed, so there is nothing to make fixes from")
        log = json.loads((before / "audit.sarif").read_text(encoding="utf-8"))
    props = log["runs"][0]["properties"]
    if props.get("part") or props.get("externalModule") or props.get("arch"):
        raise UserError("fixes need an audit of a whole kernel, not of a part of it: the assert "
                        "concerns every caller")
    return log


def rows_to_fix(log):
    """{rule: rows of its findings}; a justified one is left alone, but the assert asks all."""
    found = defaultdict(list)
    for row in outputs.rows(log):
        if row["verdict"] == "fail" or row["rule"] == FOLL and row["verdict"] == "justified":
            found[row["rule"]].append(row)
    return found


def reports(rules, files, base):
    """{(rule, file): how often it fires} by the semantic patches of @rules."""
    names = {row["id"]: row.get("cocci") for row in table.load_rules()}
    count = defaultdict(int)
    for rule in rules:
        result = spatch.run(spatch.rule_path(names[rule]), files, base)
        for finding in result["findings"]:
            count[rule, finding["file"]] += 1
        for note in result["notes"]:
            count["gave up", note["file"]] += 1
    return count


def run_patch_mode(rule, files, base):
    """Edit @files below @base (a scratch copy) as the semantic patch of @rule does."""
    name = next(row["cocci"] for row in table.load_rules() if row["id"] == rule)
    for file in files:
        made = spatch.patch(spatch.rule_path(name), file, base)
        if made:
            subprocess.run(["patch", "-p1", "-s", "-f", "-r", "-", "--no-backup-if-mismatch"],
                           cwd=base, input=made, capture_output=True, check=False)


def _site_list(rows):
    lines = []
    for row in rows:
        where = f"  {row['function'] or row['file']}() in {row['file']},"
        # checkpatch.pl wants no line beyond 75
        lines.append(where if len(where) <= 75 else where.replace(" in ", "\n    in ", 1))
        lines.append(f"    line {row['line']}: {row['callee']}()")
    return "\n".join(lines)


def run_checker(rule, rows, base, judge):
    """
    Edit the files of @rows below @base as report/edits.py proposes and the checker
    confirms for all findings in a file. Returns {file: why it is left as it was}.
    """
    refused = {}
    for file in sorted({row["file"] for row in rows}):
        path = base / file
        try:
            text, mended, why = judge.mend(rule, file, path.read_bytes())
        except edits.NoEdit as err:
            refused[file] = str(err)
            continue
        if why or not mended:
            refused[file] = "; ".join(why) or "the checker does not find it here"
        else:
            path.write_bytes(text)
    return refused


def ask_about(judge, rule, file, old, series):
    """Why the checker is against the edit of @file, whose text was @old; "" where it is not."""
    try:
        if not judge.confirm(rule, file, old, (series.work / file).read_bytes()):
            series.unasked.add(file)
    except edits.NoEdit as err:
        return str(err)
    return ""


def run_semantic_patch(rule, rows, series, judge):
    """
    Edit the files of @rows as the semantic patch of @rule does, where its finding is
    gone then, no other has come, and the checker agrees. Returns {file: why it is left as it was}.
    """
    files, refused = sorted({row["file"] for row in rows}), {}
    old = {file: (series.work / file).read_bytes() for file in files}
    before = reports(BY_PATCH_MODE, files, series.work)
    run_patch_mode(rule, files, series.work)
    after = reports(BY_PATCH_MODE, files, series.work)
    for file in files:
        if not series.changed(file):
            refused[file] = "the semantic patch makes no edit here"
        elif after[rule, file]:
            refused[file] = "the finding is still there after the edit"
        elif any(after[key] > before[key] for key in set(after) if key[1] == file):
            refused[file] = "the edit brings another finding"
        else:
            why = ask_about(judge, rule, file, old[file], series)
            if why:
                refused[file] = why
        if file in refused:
            series.git("checkout", "-q", "--", file)
    return refused


def apply_rule(series, rule, rows, forced, people, judge):
    """
    Edit the files of one rule's findings and commit, a patch a subsystem. Returns
    {file: why its edit was not made}.
    """
    refused = run_checker(rule, rows, series.work, judge) if rule in BY_CHECKER else \
        run_semantic_patch(rule, rows, series, judge)
    groups = defaultdict(list)
    for file in sorted({row["file"] for row in rows}):
        if series.changed(file):
            section = people.subsystem(file)
            groups[section.name if section else os.path.dirname(file)].append(file)
    for _name, group in sorted(groups.items(), key=lambda item: item[1]):
        mine = [row for row in rows if row["file"] in group]
        body = BODIES[rule].format(sites=_site_list(mine), forced=forced)
        series.add(f"{prefix(group)}: {SUBJECTS[rule]}", body, group, NOTES.get(rule, ""))
    return refused


def edit_gup_c(series, edit, subject, body, judge, left):
    """
    Replace mm/gup.c by what @edit makes of its text. False where it makes nothing, or where the
    checker is against it, which goes into @left.
    """
    path = series.work / GUP_C
    old = path.read_bytes()
    text = tree.read_text(path)
    new = edit(text)
    if new is None or new == text:
        return False
    path.write_bytes(new.encode("utf-8", "surrogateescape"))
    why = ask_about(judge, "", GUP_C, old, series)
    if why:
        left["assert", GUP_C] = why
        path.write_bytes(old)
        return False
    return series.add(subject, body, [GUP_C])


def add_entry_points(series, the_tree, forced, judge, left):
    names = {f.name for f in table.load_api().values() if f.role == "acquire" and f.kind == "get"
             and f.reaches_assert and not f.scope and f.name not in the_tree.adds_foll_get}
    text = tree.read_text(series.work / GUP_C)
    new, changed = landing.with_entry_points(text, names)
    listed = ", ".join(f"{name}()" for name in changed)
    if not edit_gup_c(series, lambda _: new, ENTRY_SUBJECT, ENTRY_BODY.format(forced=forced, names=listed),
                      judge, left):
        return {}
    adds = tree.gup_facts(new)[1]
    header = the_tree.root / "include" / "linux" / "mm.h"
    return {**adds, **(tree.wrappers(tree.read_text(header), adds) if header.is_file() else {})}


def not_asked(series):
    if not series.unasked:
        return ""
    return f" Not compiled by it, so judged by the semantic patches alone: {', '.join(sorted(series.unasked))}."


def letter(log, strategy, series, left, landed):
    """The cover letter's text: what the audit says, what the series does, what is left."""
    n = summary.numbers(log)
    props = log["runs"][0]["properties"]
    rules = "\n".join(f"  {rule:<22} {row['findings']:>4}" for rule, row in n["rules"].items()
                      if row["findings"])
    how = ("each caller states FOLL_GET" if strategy == "callers" else
           "the entry points add FOLL_GET when pages is given, as the fast variants do")
    parts = [f"gupcheck was run on Linux {props['kernelVersion']}"
             + (f" ({props['commit'][:12]})" if props.get("commit") else "")
             + f": {n['sites']['total']} calls that take or release page references of the GUP "
             f"API, {n['sites'].get('pass', 0)} of them pass, {n['sites'].get('open', 0)} could "
             "not be decided. Findings by rule:", rules or "  none",
             f"The series mends what a machine can mend, in {len(series.patches)} patches, one for "
             f"each subsystem and rule. For FOLL_GET: {how}. Each edit was put to the semantic patches "
             "or the checker, whichever found it, and to the checker in any case where it compiles the "
             "file: the finding is gone, and no other has come." + not_asked(series)]
    if landed:
        parts.append("The last patch is the assert in mm/gup.c that the review of FOLL_PIN asked for "
                     "in 2019. After the series no call is known to trip it.")
    if left:
        parts.append("Not mended, and why:")
        parts.append("\n".join(f"  {file}\n    {rule}: {why}" for (rule, file), why in
                               sorted(left.items())))
    return "\n\n".join(parts)


def make(args):
    if args.strategy not in STRATEGIES:
        raise UserError(f"STRATEGY={args.strategy}: not one of {', '.join(STRATEGIES)}")
    spatch.version()
    the_tree = tree.open_tree(args.kdir)
    out = audit.prepare_out(args.out, the_tree)
    strange = sorted(p.name for p in out.iterdir() if not OURS.fullmatch(p.name))
    if strange:
        raise UserError(f"OUT={out} holds {strange[0]!r}, which is none of ours: give an empty "
                        "directory")
    who = author()
    if who == NOBODY:
        print("gupcheck: git knows no user.name and user.email: the patches are signed by "
              f"{who[0]} <{who[1]}>, a placeholder", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        work = Path(tmp)
        log = read_log(args, the_tree.root, work / "before")
        made, left = build(args, the_tree, log, work, who)
        for path in out.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in made:
            shutil.copyfile(path, out / path.name)
        (out / "before").mkdir()
        (out / "before" / "audit.sarif").write_text(json.dumps(log, indent=1), encoding="utf-8")
        (out / "before" / "claimed.json").write_text(json.dumps(claimed(log, left)), encoding="utf-8")
    for (rule, file), why in sorted(left.items()):
        print(f"gupcheck: not mended: {outputs.one_line(file)}: {rule}: {why}", file=sys.stderr)
    print(f"{len(made)} files: {out}" if made else f"Nothing to mend; {out} is empty")
    return 0


def claimed(log, left):
    """The fingerprints of the findings that the series says it mends."""
    return sorted({row["fingerprint"] for rule, rows in rows_to_fix(log).items() if rule in RULES
                   for row in rows if (rule, row["file"]) not in left})


def build(args, the_tree, log, work, who):
    """Make the series in @work. Returns (its files, {(rule, file): why there is no edit})."""
    found = rows_to_fix(log)
    forced = "__get_user_pages_locked()"
    wanted = [rule for rule in RULES if found[rule] and (rule != FOLL or args.strategy == "callers")]
    files = sorted({row["file"] for rule in wanted for row in found[rule]} | {GUP_C})
    series = Series(work / "git", the_tree.root, who)
    series.take(files)
    people, left = Maintainers(the_tree.root), {}
    steps = Steps(len(wanted) + 2)
    with proof.Judge(the_tree.root, files, args.build, int(args.jobs), log) as judge:
        for rule in wanted:
            with steps.step(f"Edit for {rule}"):
                refused = apply_rule(series, rule, found[rule], forced, people, judge)
                left.update({(rule, file): why for file, why in refused.items()})
        with steps.step("Edit mm/gup.c"):
            landed = land(args, series, the_tree, found, left, forced, log, judge)
    with steps.step("Write the series"):
        made = []
        if series.patches:
            (work / "out").mkdir()
            subject = ("mm/gup: make callers state FOLL_GET, and assert it" if landed
                       else "mm/gup: misuse of the GUP API")
            made = series.write(work / "out", subject,
                                letter(log, args.strategy, series, left, landed),
                                f"gupcheck {table.version()}")
    return made, left


def land(args, series, the_tree, found, left, forced, log, judge):
    """The entry points where they are asked for, and the assert where nothing trips it."""
    adds = {}
    if args.strategy == "entry" and the_tree.forces_foll_get:
        adds = add_entry_points(series, the_tree, forced, judge, left)
        for row in found[FOLL]:
            if row["callee"] not in adds:
                left[FOLL, row["file"]] = f"{row['callee']}() is no entry point that could add it"
    trips = [file for rule, file in left if rule == FOLL]
    if the_tree.asserts_foll_get:
        left["assert", GUP_C] = "this tree has it already"
    elif trips:
        left["assert", GUP_C] = f"{len(trips)} files still trip it"
    elif not the_tree.forces_foll_get:
        left["assert", GUP_C] = "no line was found that sets FOLL_GET for the caller"
    else:
        sites, undecided = concerned(log)
        text = ASSERT_BODY.format(
            forced=forced, sites=len(sites), open=undecided,
            how="their entry points add it" if adds else "they state it")
        return edit_gup_c(series, landing.with_assert, ASSERT_SUBJECT, text, judge, left)
    return False


def concerned(log):
    """The rows of the calls that reach the assert, and a sentence on those that are undecided."""
    api = table.load_api()
    sites = [row for row in outputs.one_per_site(outputs.rows(log))
             if row["role"] == "acquire" and api[row["callee"]].reaches_assert]
    undecided = [row for row in sites if row["verdict"] == "open"]
    if not undecided:
        return sites, "Each of them was decided."
    listed = "\n".join(f"  {row['file']}:{row['line']}: {row['callee']}()" for row in undecided)
    return sites, f"Not decided, and to be read by hand, were {len(undecided)}:\n\n{listed}"


def add_arguments(parser):
    options(parser, "kdir", "out", "strategy", "audit", "jobs", "build", out="gup-fixes", strategy="callers")


def command(args):
    """`gupcheck fixes`, which is what `make fixes` starts."""
    return guarded(lambda: make(args), "interrupted; nothing was changed")
