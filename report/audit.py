# SPDX-License-Identifier: GPL-2.0-only
"""
`make audit`: inventory, semantic patches, merge. Python says what is to be done
and shows how far it is; GNU Make runs the jobs.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from report import api as table
from report import job, merge, outputs, sites, source, spatch, tree
from report.errors import UserError
from report.progress import Steps

CHUNKS = 6                         # of files; more than jobs, so that no core waits long


def version():
    return (table.ROOT / "VERSION").read_text(encoding="utf-8").strip()


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


def write_plan(work, base, files, rules):
    chunks = deal(files, base, CHUNKS)
    names = {row["cocci"]: row["id"] for row in rules if "cocci" in row}
    plan = {"base": str(base), "chunks": chunks, "rules": names}
    (work / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (work / "plan.mk").write_text(
        f"RULES := {' '.join([*sorted(names), job.SITES])}\n"
        f"CHUNKS := {' '.join(map(str, range(CHUNKS)))}\n", encoding="utf-8")
    (work / "jobs").mkdir()
    return (len(names) + 1) * CHUNKS


def run_jobs(work, jobs, launch, advance):
    """Start GNU Make on report/audit.mk; every finished job advances the bar."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    argv = ["make", "-k", "--no-print-directory", f"-j{jobs}", "-f",
            str(table.ROOT / "report" / "audit.mk"), f"WORK={work}", f"PYTHON={sys.executable}",
            f"LAUNCH={launch}"]
    with subprocess.Popen(argv, cwd=table.ROOT, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace",
                          start_new_session=True) as proc:
        try:
            for line in proc.stdout:
                if line.startswith("done "):
                    advance(line.split()[1])
            message = proc.stderr.read().strip()
        except BaseException:
            os.killpg(proc.pid, signal.SIGTERM)
            proc.wait()
            raise
    if proc.returncode:
        first = [line for line in message.split("\n") if line.startswith("gupcheck:")]
        raise UserError("a job failed: " + (first or message.split("\n"))[0])


def prepare_out(out):
    """Make the result directory. Raises UserError when nothing can be written there."""
    out = Path(out).expanduser()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as err:
        raise UserError(f"cannot write to OUT={out}: {err.strerror}") from err
    return out.resolve()


def summary_lines(text):
    log = json.loads(text)
    results = log["runs"][0]["results"]
    for rule in table.load_rules():
        if "cocci" in rule:
            count = sum(r["ruleId"] == rule["id"] for r in results)
            yield f"{rule['level']:>8} {rule['id']:<20} {count}"
    own = {(r["file"], r["line"], r["column"]): r["verdict"] for r in outputs.rows(log)
           if not r["generic"]}
    count = Counter(own.values())
    yield (f"GUP call sites: {len(own)}: {count['fail']} fail, {count['pass']} pass, "
           f"{count['open']} open")


def audit(args, work):
    functions = table.load_api()
    rules = table.load_rules()
    unpack = not args.kdir and not source.unpacked(args.source)
    steps = Steps(5 if unpack else 4)
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
        out = prepare_out(args.out)
        if out == the_tree.root or the_tree.root in out.parents:
            raise UserError(f"OUT={out} lies in the kernel tree, which is never written to")
    inventory = work / "inventory.jsonl"
    with steps.step(f"List the call sites of Linux {the_tree.version}"):
        sites.write_inventory(the_tree, functions, inventory, work / "names")
        all_sites, _skipped, _summary = sites.read_inventory(inventory, functions, the_tree)
    files = sites.in_scope(all_sites)
    spatch.sites_cocci(functions, work / "sites.cocci")
    total = write_plan(work, the_tree.base, files, rules)
    with steps.step(f"Semantic patches over {len(files)} files", total) as advance:
        run_jobs(work, args.jobs, args.launch, advance)
    with steps.step("Write the result"):
        results = merge.merge(the_tree, inventory, sorted((work / "jobs").glob("*.json")),
                              engines, version(), files)
        merge.write_results(results, out)
    for line in summary_lines(results["audit.sarif"]):
        print(line)
    print(f"Page: {out / 'audit.html'}")
    print("Also: " + ", ".join(str(out / n) for n in merge.RESULT_FILES if n != "audit.html"))


def main(argv=None):
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--kdir", default="")
    parser.add_argument("--module", default="")
    parser.add_argument("--arch", default="")
    parser.add_argument("--out", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--launch", default="")
    parser.add_argument("--source", default="linux-source-6.1",
                        help="Debian's package to audit when there is no --kdir")
    args = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    work = Path(tempfile.mkdtemp(prefix="gupcheck-"))
    try:
        audit(args, work)
    except UserError as err:
        print(f"gupcheck: {err}", file=sys.stderr)
        return 1
    except OSError as err:
        print(f"gupcheck: {err.filename or ''}: {err.strerror}".replace(" : ", " "),
              file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"gupcheck: interrupted; {args.out} was not changed, run again to start over",
              file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
