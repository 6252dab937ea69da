# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-seeded`: which files, which edits, the jobs by GNU Make, the table.
A run that was stopped goes on where it was when it is started again with the same OUT.
"""

import json
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

from bench import jobs
from bench.seeded import commands, ops, plan, score
from report.api import API_FILE, ROOT
from report.errors import UserError
from report.run import guarded
from report.tree import open_tree

RULES = ROOT / "bench" / "seeded" / "seeded.mk"
SEED = 20191104                    # of the choice; any number, always the same


def order(plans):
    """
    All edits as {id: edit}, dealt over the operators and, within one, over the files: the same
    for the same plans. @plans: {key: plan}.
    """
    hands = {}
    for key, row in sorted(plans.items()):
        for edit in row["edits"]:
            hands.setdefault(edit["op"], {}).setdefault(key, []).append(edit)
    queues = []
    for operator in ops.ALL:
        files = hands.get(operator.name, {})
        dice, queue = random.Random(f"{SEED} {operator.name}"), []
        for edits in files.values():
            dice.shuffle(edits)
        keys = sorted(files)
        dice.shuffle(keys)
        for turn in range(max(map(len, files.values()), default=0)):
            queue += [(key, files[key][turn]) for key in keys if turn < len(files[key])]
        queues.append(queue)
    dealt = {}
    for turn in range(max(map(len, queues), default=0)):
        for queue in queues:
            if turn < len(queue):
                key, edit = queue[turn]
                dealt[edit["id"]] = {**edit, "key": key, "file": plans[key]["file"]}
    return dealt


def only(dealt, classes):
    """Those of @dealt that are of one of @classes, or all. Raises UserError: a class of which there is none."""
    if not classes:
        return dealt
    there = {name: score.class_of(edit["expects"]) for name, edit in dealt.items()}
    absent = sorted(set(classes) - set(there.values()))
    if absent:
        raise UserError(f"no edit of this tree is of CLASSES={' '.join(absent)}; there are: "
                        f"{' '.join(sorted(set(there.values())))}")
    return {name: edit for name, edit in dealt.items() if there[name] in classes}


def choose(out, dealt, number):
    """The first @number of @dealt but for those that are known not to compile."""
    chosen = {}
    for name, edit in dealt.items():
        if len(chosen) == number:
            break
        path = out / "edits" / f"{name}.json"
        if not path.exists() or jobs.read(out, "edits", name)["result"]["ended"] != "uncompiled":
            chosen[name] = edit
    return chosen


def prepare(out, units, plugin):
    for folder in ("plan", "clean", "edits"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    plan.write(out / "units.json", units)
    here = sorted((ROOT / "bench" / "seeded").rglob("*.py"))
    planners = [p for p in here if p.name not in ("__main__.py", "score.py", "run.py", "plan.py")]
    return {"UNITS": units, "OPERATORS": [*map(str, planners), str(API_FILE)], "PLUGIN": [plugin]}


def run_edits(out, variables, dealt, args):
    """Run --number edits that compile, or as many as there are; return them."""
    while True:
        chosen = choose(out, dealt, args.number)
        plan.write(out / "chosen.json", {"edits": chosen})
        # in the order of the choice: what a stopped run has done is a smaller choice
        jobs.write(out, {**variables, "EDITS": list(chosen)}, args.launch,
                   [f"edits/{name}.json: plan/{edit['key']}.json | clean/{edit['key']}.json"
                    for name, edit in chosen.items()])
        jobs.make(out, RULES, "edits", args.jobs)
        if choose(out, dealt, args.number).keys() == chosen.keys():
            return


def report(out, chosen, plans, tree):
    """Write results.json and results.txt of what has been run; return the text."""
    judged = []
    for name, row in sorted(chosen.items()):
        if (out / "edits" / f"{name}.json").exists() and (out / "clean" / f"{row['key']}.json").exists():
            done = {**row, "result": jobs.read(out, "edits", name)["result"]}
            clean = jobs.read(out, "clean", row["key"])["result"]
            judged.append((done, score.judge(done, clean, plans[row["key"]]["functions"])))
    dropped = {}
    for row in plans.values():
        for operator, reasons in row["dropped"].items():
            dropped.setdefault(operator, Counter()).update(reasons)
    for path in sorted((out / "edits").glob("*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["result"]["ended"] == "uncompiled":
            said = re.sub(r"'[^']*'", "'...'", row["result"]["problem"])
            dropped.setdefault(row["op"], Counter())["does not compile: " + said] += 1
    result = score.summary(judged, dropped)
    result.update({"tree": tree, "chosen": len(chosen), "run": len(judged), "edits": [
        {k: r[k] for k in ("id", "op", "file", "line", "function", "expects", "changes")} | j
        for r, j in judged], "not_planned": {p["file"]: p["problem"] for p in plans.values()
                                             if p.get("problem")}})
    score.dump(out / "results.json", result)
    offered = sum(len(p["edits"]) for p in plans.values())
    head = f"linux {tree}: {len(judged)} of {len(chosen)} chosen edits run, of {offered} that " \
           f"{len(plans)} files offer\n\n"
    text = head + score.table(result) + score.listing(judged, dropped)
    for file, problem in sorted(result["not_planned"].items()):
        text += f"Not planned: {file}: {problem}\n"
    (out / "results.txt").write_text(text, encoding="utf-8")
    return head + score.table(result)


def main():
    parser = jobs.parser_of_edits("bench.seeded", __doc__, 400, "gup-seeded")
    args = jobs.parse(parser)
    kdir, out = Path(args.kdir).resolve(), Path(args.out).resolve()
    version = re.sub(r"\D", "", args.clang)
    plugin = Path(args.plugin or ROOT / "clang-plugin" / "build" / version / "gupcheck.so").resolve()
    if not plugin.exists():
        raise UserError(f"{plugin} is not there; run make plugin CLANG={args.clang}")
    facts = str(Path(args.facts).resolve()) if args.facts else ""
    if facts and not any(Path(facts).glob("*.facts")):
        raise UserError(f"{facts} has no facts; give FACTS=the folder in which an audit of this tree keeps them: "
                        "'checker' in the output directory of the build that it prepared")
    tree = open_tree(kdir).version
    names = [n for n, row in plan.api_rows().items() if row["role"] == "acquire"]
    units = {re.sub(r"\W", "_", name): {
        "file": name, "source": c.source, "directory": c.directory, "args": c.args,
        "kdir": str(kdir), "plugin": str(plugin), "clang": args.clang, "facts": facts}
        for name, c in commands.load(args.build, kdir, names).items()}
    variables = {}
    # A report only reads: a run with other options may be under way here.
    if not args.report:
        variables = prepare(out, units, str(plugin))
        jobs.write(out, variables, args.launch)
        jobs.make(out, RULES, "plans", args.jobs)
    plans = {key: jobs.read(out, "plan", key) for key in units
             if (out / "plan" / f"{key}.json").exists()}
    dealt = only(order(plans), args.classes)
    try:
        if not args.report:
            run_edits(out, variables, dealt, args)
    except KeyboardInterrupt:
        print("gupcheck: stopped; started again with the same OUT it goes on", file=sys.stderr)
    chosen = choose(out, dealt, args.number)
    print(report(out, chosen, plans, tree), end="")
    print(f"{out}/results.txt lists every miss and every false alarm; results.json has it all")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
