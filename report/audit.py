# SPDX-License-Identifier: GPL-2.0-only
"""
`make audit`: inventory, semantic patches, checker, merge. Python says what is to be done
and shows how far it is; GNU Make runs the jobs.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from report import api as table
from report import (baseline, built, cache, confirmed, job, kept, merge, page_assets, run, sites, source,
                    sparse, spatch, suggest, summary, suppress, tree)
from report.errors import UserError
from report.progress import Steps

CHUNKS = 6                         # of files; more than jobs, so that no core waits long


def deal(files, base, chunks):
    """Deal @files to @chunks hands by size, largest first: the jobs take alike."""
    def size(name):
        try:
            return (base / name).stat().st_size
        except OSError:
            return 0
    hands = [[] for _ in range(chunks)]
    for i, name in enumerate(sorted(files, key=lambda f: (-size(f), f))):
        hands[i % chunks].append(name)
    return [sorted(hand) for hand in hands]


def recall(store, names, files, work):
    """
    Write what the cache @store knows as results of jobs below @work/jobs. Returns the
    files about which some rule has to be asked.
    """
    (work / "jobs").mkdir()
    known = {rule: {file: store.get(rule, file) for file in files} for rule in names}
    asked = [file for file in files if any(known[rule][file] is None for rule in names)]
    for rule, of_files in known.items():
        rows = [row for file, row in of_files.items() if file not in set(asked)]
        text = json.dumps({"rule": names[rule], **{
            part: [x for row in rows for x in row[part]] for part in ("findings", "seen", "notes")}})
        (work / "jobs" / f"{rule}.known.json").write_text(text, encoding="utf-8")
    return asked


def write_plan(work, base, files, names):
    """Write what report/audit.mk and the jobs read. Returns the number of jobs."""
    chunks = deal(files, base, CHUNKS) if files else []
    (work / "plan.json").write_text(json.dumps({"base": str(base), "chunks": chunks, "rules": names}),
                                    encoding="utf-8")
    (work / "plan.mk").write_text(f"RULES := {' '.join(sorted(names))}\n"
                                  f"CHUNKS := {' '.join(map(str, range(len(chunks))))}\n",
                                  encoding="utf-8")
    return len(names) * len(chunks)


def patches(rules, functions, files, the_tree, work, args, jobs, steps):
    """Run the semantic patches over those of @files that the cache does not know."""
    spatch.sites_cocci(functions, work / "sites.cocci")
    names = {row["cocci"]: row["id"] for row in rules if "cocci" in row}
    names[job.SITES] = job.COVERAGE
    texts = {rule: job.cocci(work, rule).read_text(encoding="utf-8") for rule in names}
    store = cache.Cache(texts, spatch.version(), the_tree.base)
    asked = recall(store, names, files, work)
    total = write_plan(work, the_tree.base, asked, names)
    with steps.step(f"Semantic patches over {len(asked)} of {len(files)} files", total) as advance:
        if asked:
            run.run_jobs("audit.mk", work, jobs, args.launch, advance)
    plan = json.loads((work / "plan.json").read_text(encoding="utf-8"))
    for rule in names:
        for i, chunk in enumerate(plan["chunks"]):
            result = json.loads((work / "jobs" / f"{rule}.{i}.json").read_text(encoding="utf-8"))
            store.put(rule, result, chunk)


def prepare_out(out, the_tree):
    """
    Make the result directory. Raises UserError when nothing can be written there,
    or when it lies in what is audited.
    """
    out = Path(out).expanduser().resolve()
    for root in (the_tree.root, the_tree.base):
        if out == root or root in out.parents:
            raise UserError(f"OUT={out} lies in {root}, which is never written to")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as err:
        raise UserError(f"cannot write to OUT={out}: {err.strerror}") from err
    return out


def finish(log, args, base, entries, old):
    """Fixes, suppressions and baseline into @log, and their troubles to the user."""
    suggest.apply(log, base, run.number_of_jobs(args.jobs))
    if not log["runs"][0]["properties"]["externalModule"]:
        confirmed.apply(log, base, args.build, run.number_of_jobs(args.jobs))
    for line in suppress.apply(log, entries, base, args.suppress):
        print(f"gupcheck: {line}", file=sys.stderr)
    if old:
        baseline.apply(log, old)
    return merge.render(log)


def tell(log, args, out):
    """Print the summary. Returns the exit code that --fail-on asks for."""
    words = summary.conditions(args.fail_on)
    failing = summary.failing(log, words)
    files = {name: str(out / name) for name in merge.RESULT_FILES}
    if args.json:
        print(json.dumps({**summary.numbers(log), "failOn": {"conditions": words,
                          "results": len(failing)}, "files": files}, indent=1))
    else:
        for line in summary.lines(log):
            print(line)
        print(f"Page: {files.pop('audit.html')}")
        print("Also: " + ", ".join(files.values()))
    if failing:
        print(f"gupcheck: {len(failing)} results meet FAIL_ON={args.fail_on}", file=sys.stderr)
    return summary.EXIT_FAIL_ON if failing else 0


def audit(args, work):
    functions = table.load_api()
    rules = table.load_rules()
    if any(w.startswith("new") for w in summary.conditions(args.fail_on)) and not args.baseline:
        raise UserError(f"FAIL_ON={args.fail_on}: give BASELINE=old.sarif to tell what is new")
    if args.policy not in ("", "assert", "entry"):
        raise UserError(f"POLICY={args.policy}: give assert or entry")
    if args.other_archs not in ("", "no"):
        raise UserError(f"OTHER_ARCHS={args.other_archs}: give no, or nothing: then calls that x86 does not "
                        "compile are compiled for the architectures that they are for")
    args.sparse = sparse.program(args.sparse)
    if args.sparse and not shutil.which(args.sparse.split()[0]):
        raise UserError(f"SPARSE={args.sparse}: there is no such program; SPARSE=1 takes the distribution's")
    entries = suppress.load(args.suppress, {row["id"] for row in rules})
    old = baseline.load(args.baseline) if args.baseline else None
    unpack = not args.kdir and not source.unpacked(args.source)
    steps = Steps(10 if unpack else 9)
    if unpack:
        with steps.step(f"Unpack {source.packed(args.source)}"):
            source.unpack(args.source)
    kdir = args.kdir or str(source.unpack(args.source))
    with steps.step("Look at the tree and the tools"):
        the_tree = tree.open_tree(kdir, args.module, args.arch)
        engines = {"coccinelle": spatch.version()}
        for row in rules:
            if "cocci" in row:
                spatch.check_cocci(spatch.rule_path(row["cocci"]))
        jobs = run.number_of_jobs(args.jobs)
        out = prepare_out(args.out, the_tree)
        page_assets.check()
    with steps.step(f"List the call sites of Linux {the_tree.version}"):
        text = kept.Kept(the_tree.base / the_tree.subdir)
        sites.write_inventory(the_tree, functions, work / "inventory.jsonl", work / "names", text)
        inventory = sites.read_inventory(work / "inventory.jsonl", functions, the_tree)
    files = sites.in_scope(inventory[0])
    patches(rules, functions, files, the_tree, work, args, jobs, steps)
    checked, found = built.check(args, the_tree, inventory[0], text, jobs, steps)
    if checked.not_run:
        print(f"gupcheck: without the checker: {checked.not_run}", file=sys.stderr)
    with steps.step("Write the result"):
        log = merge.merge(the_tree, inventory, sorted((work / "jobs").glob("*.json")),
                          {**engines, **found}, table.version(), files, checked)
        merge.write_results(finish(log, args, the_tree.base, entries, old), out)
    return tell(log, args, out)


def add_arguments(parser):
    """From the command line, else from the environment, where make puts them as they are."""
    run.options(parser, "kdir", "module", "arch", "out", "jobs", "launch", "source", "suppress",
                "baseline", "fail-on", "build", "policy", "sparse", "other-archs")
    parser.add_argument("--json", action="store_true", default=bool(os.environ.get("GUP_JSON")),
                        help="print the numbers as JSON (JSON=1)")


def command(args):
    """`gupcheck audit`, which is what `make audit` starts."""
    def in_scratch():
        with tempfile.TemporaryDirectory(prefix="gupcheck-", ignore_cleanup_errors=True) as work:
            return audit(args, Path(work))

    return run.guarded(in_scratch, f"interrupted; {args.out} was not changed, run again to start over")
