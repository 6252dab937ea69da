# SPDX-License-Identifier: GPL-2.0-only
"""
`make fixes`: what can be mended by machine as a patch series, one patch for each
subsystem and rule. An edit stays only where its finding is gone afterwards and no
other has come. The last patch is the assert in mm/gup.c, when nothing trips it.
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
from report import audit, baseline, landing, outputs, spatch, summary, tree
from report.errors import UserError
from report.maintainers import Maintainers
from report.progress import Steps
from report.run import options
from report.series import NOBODY, Series, author, prefix

STRATEGIES = ("callers", "entry")
GUP_C = "mm/gup.c"
FOLL = "foll-get-missing"
RULES = ("pin-put-mismatch", "longterm-remote", FOLL)      # in the order of the patches
OURS = re.compile(r"\d{4}-.*\.patch|before")               # what an earlier run left in OUT

SUBJECTS = {
    "pin-put-mismatch": "release pages the way they were taken",
    "longterm-remote": "do not claim FOLL_LONGTERM for another process's pages",
    FOLL: "state FOLL_GET when asking for pages",
}
BODIES = {
    "pin-put-mismatch": """\
Pages taken by pin_user_pages*() count as pinned until unpin_user_page*() drops them, and
those taken by get_user_pages*() are dropped by put_page(). Here the two are mixed, which leaves
a page pinned for good, or takes away a pin that somebody else holds:

{sites}

Use the release that belongs to the acquire.""",
    "longterm-remote": """\
FOLL_LONGTERM says that pages stay pinned for as long as user space likes. These calls take the pages of
another process, which knows nothing of the pin and whose limits do not cover it, and nothing says why
that is fine:

{sites}

Drop the claim, and write down at the call what is missing. Where the pin has to last, the
right change is a comment that gives the reason.""",
    FOLL: """\
These calls pass a pages array, and their flags have, or may have, neither FOLL_GET nor FOLL_PIN:

{sites}

They work because {forced} sets FOLL_GET for a caller who gave pages without FOLL_PIN. To turn that into
an assert, callers have to say what they want.

State FOLL_GET. No functional change: the flag reaches the page tables as before, it is set
by the caller now.""",
}
NOTES = {
    "pin-put-mismatch": """\
PLACEHOLDER, to be replaced before sending: Fixes: <commit> ("<title>"). The history of this tree was not
looked at; git log -S and git blame on the lines below name the commit.""",
    "longterm-remote": """\
PLACEHOLDER, to be answered before sending: the FIXME in this patch. If there is a reason for the pin,
a comment "gup-audit: longterm-remote: REASON" is the better change.""",
}
ASSERT_SUBJECT = "mm/gup: assert that callers who want pages state FOLL_GET"
ASSERT_BODY = """\
{forced} adds FOLL_GET for callers who pass a pages array and neither FOLL_GET nor FOLL_PIN: they
have "carelessly failed to specify" what they want. In the review of FOLL_PIN in 2019 the wish was to
find these callers, and to assert instead of to add.

Of the {sites} calls in this tree that the assert concerns, none is known to be left without the flag:
{how}. {open}

Replace the line by a WARN_ON_ONCE(), and refuse the call."""
ENTRY_SUBJECT = "mm/gup: add FOLL_GET at the entry points"
ENTRY_BODY = """\
get_user_pages_fast() and its like add FOLL_GET for their callers. The other entry points leave that to
{forced}, far behind, where a caller's mistake cannot be told from its wish.

Let {names} add the flag themselves when pages is given, as the fast variants do. The condition on
FOLL_PIN is for calls from within this file. No functional change."""


def read_log(args, root, before):
    """The audit that the series is made from: AUDIT=, or a new one into the directory @before."""
    if args.audit:
        log = baseline.load(args.audit, "AUDIT")
    else:
        argv = ["--kdir", str(root), "--out", str(before), "--jobs", str(args.jobs)]
        if audit.main(argv) != 0:
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
    return "\n".join(f"  {row['function'] or row['file']}() in {row['file']},\n"
                     f"    line {row['line']}: {row['callee']}()" for row in rows)


def apply_rule(series, rule, rows, forced, people):
    """
    Edit the files of one rule's findings and commit, a patch a subsystem. Returns
    {file: why its edit was taken back}.
    """
    files = sorted({row["file"] for row in rows})
    before = reports(RULES, files, series.work)
    run_patch_mode(rule, files, series.work)
    after, refused = reports(RULES, files, series.work), {}
    for file in files:
        if not series.git("status", "--porcelain", "--", file).strip():
            refused[file] = "the semantic patch makes no edit here"
        elif after[rule, file]:
            refused[file] = "the finding is still there after the edit"
        elif any(after[key] > before[key] for key in set(after) if key[1] == file):
            refused[file] = "the edit brings another finding"
        if file in refused:
            series.git("checkout", "-q", "--", file)
    groups = defaultdict(list)
    for file in files:
        if file not in refused:
            section = people.subsystem(file)
            groups[section.name if section else os.path.dirname(file)].append(file)
    for _name, group in sorted(groups.items(), key=lambda item: item[1]):
        mine = [row for row in rows if row["file"] in group]
        body = BODIES[rule].format(sites=_site_list(mine), forced=forced)
        series.add(f"{prefix(group)}: {SUBJECTS[rule]}", body, group, NOTES.get(rule, ""))
    return refused


def edit_gup_c(series, edit, subject, body):
    """Replace mm/gup.c by what @edit makes of its text. False where it makes nothing."""
    path = series.work / GUP_C
    text = tree.read_text(path)
    new = edit(text)
    if new is None or new == text:
        return False
    path.write_bytes(new.encode("utf-8", "surrogateescape"))
    return series.add(subject, body, [GUP_C])


def add_entry_points(series, the_tree, forced):
    names = {f.name for f in table.load_api().values() if f.role == "acquire" and f.kind == "get"
             and f.reaches_assert and not f.scope and f.name not in the_tree.adds_foll_get}
    text = tree.read_text(series.work / GUP_C)
    new, changed = landing.with_entry_points(text, names)
    listed = ", ".join(f"{name}()" for name in changed)
    edit_gup_c(series, lambda _: new, ENTRY_SUBJECT,
               ENTRY_BODY.format(forced=forced, names=listed))
    adds = tree.gup_facts(new)[1]
    header = the_tree.root / "include" / "linux" / "mm.h"
    return {**adds, **(tree.wrappers(tree.read_text(header), adds) if header.is_file() else {})}


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
             f"each subsystem and rule. For FOLL_GET: {how}. Each edit was checked by running the "
             "semantic patches again: its finding is gone, and no other has come."]
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
    steps = Steps(len(wanted) + 1)
    for rule in wanted:
        with steps.step(f"Edit for {rule}"):
            refused = apply_rule(series, rule, found[rule], forced, people)
            left.update({(rule, file): why for file, why in refused.items()})
    with steps.step("Write the series"):
        landed = land(args, series, the_tree, found, left, forced, log)
        made = []
        if series.patches:
            (work / "out").mkdir()
            subject = ("mm/gup: make callers state FOLL_GET, and assert it" if landed
                       else "mm/gup: misuse of the GUP API")
            made = series.write(work / "out", subject,
                                letter(log, args.strategy, series, left, landed),
                                f"gupcheck {table.version()}")
    return made, left


def land(args, series, the_tree, found, left, forced, log):
    """The entry points where they are asked for, and the assert where nothing trips it."""
    adds = {}
    if args.strategy == "entry" and the_tree.forces_foll_get:
        adds = add_entry_points(series, the_tree, forced)
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
        return edit_gup_c(series, landing.with_assert, ASSERT_SUBJECT, text)
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


def main(argv=None):
    parser = argparse.ArgumentParser(prog="make fixes", description=__doc__)
    options(parser, "kdir", "out", "strategy", "audit", "jobs", out="gup-fixes", strategy="callers")
    try:
        return make(parser.parse_args(argv))
    except UserError as err:
        print(f"gupcheck: {err}", file=sys.stderr)
        return 1
    except OSError as err:
        print(f"gupcheck: {err.filename or 'the system'}: {err.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gupcheck: interrupted; nothing was changed", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
