# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-peers`: the edits of the seeded benchmark, and the files without them, through the
analysers that a user has. A run that was stopped goes on where it was when it is started again
with the same OUT.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench import jobs
from bench.peers import cppcheck, score, tools
from bench.seeded import edit
from bench.seeded.plan import api_rows, write
from bench.seeded.score import levels
from report.api import ROOT
from report.errors import UserError
from report.run import guarded
from report.tree import open_tree

RULES = ROOT / "bench" / "peers" / "peers.mk"


def seeded(args, out):
    """Choose the edits, and have them proven to compile, by the seeded benchmark itself."""
    words = [sys.executable, "-m", "bench.seeded", "--kdir", args.kdir, "--build", args.build,
             "--number", str(args.number), "--out", str(out / "seeded"), "--jobs", str(args.jobs),
             "--launch", args.launch, "--clang", args.clang, "--plugin", args.plugin,
             "--facts", args.facts, *(["--classes", *args.classes] if args.classes else [])]
    if subprocess.run(words, cwd=ROOT, check=False).returncode:
        raise UserError("the edits could not be made, see above")


def lay_out(out, chosen, units):
    """
    The texts, each in a directory with its source's headers beside it (a link each), because a
    quoted #include is looked for there. Returns {name: {"key", "path"}}.
    """
    wanted = {}                        # in the order of the choice: what a stopped run did is a smaller one
    for name, row in chosen.items():
        wanted[f"clean-{row['key']}"] = (row["key"], [])
        wanted[name] = (row["key"], row["changes"])
    texts = {}
    for name, (key, changes) in wanted.items():
        source = Path(units[key]["source"])
        folder = out / "texts" / name
        texts[name] = {"key": key, "path": str((folder / source.name).relative_to(out))}
        if (folder / source.name).exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        for header in sorted(source.parent.glob("*.h")):
            link = folder / header.name
            if not link.is_symlink():
                link.symlink_to(header)
        text = edit.apply(source.read_bytes().decode("latin-1"), changes)
        (folder / source.name).write_bytes(text.encode("latin-1"))
    for folder in (out / "texts").iterdir():       # of a larger choice
        if folder.name not in texts:
            shutil.rmtree(folder)
    return texts


def scripts(kdir):
    """{name: path} of the kernel's own semantic patches that have a report mode."""
    below = Path(kdir) / "scripts" / "coccinelle"
    return {re.sub(r"\W", "_", str(path.relative_to(below).with_suffix(""))): str(path)
            for path in sorted(below.rglob("*.cocci"))
            if "virtual report" in path.read_text(encoding="utf-8")}


def setup(out, args, units, texts):
    """Write what the jobs read; return the names of the tools."""
    smatch = shutil.which(args.smatch) or "" if args.smatch else ""
    if args.smatch and not smatch:
        raise UserError(f"SMATCH={args.smatch} is no program")
    plugin = next(iter(units.values()))["plugin"]
    made = tools.by_name(args.clang, plugin, smatch)
    absent = [tool.program for tool in made.values() if not tool.present()]
    if absent or not shutil.which("spatch"):
        raise UserError(f"not installed: {' '.join(absent) or 'spatch'}: run scripts/deps audit bench")
    write(out / "setup.json", {"smatch": smatch})
    (out / "gup.cfg").write_text(cppcheck.library(api_rows().values(), open_tree(args.kdir).version),
                                 encoding="utf-8")
    write(out / "texts.json", texts)
    stamp, listed = out / "texts.stamp", json.dumps(sorted(texts))
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != listed:
        stamp.write_text(listed, encoding="utf-8")     # which the semantic patches depend on
    found = scripts(args.kdir)
    write(out / "scripts.json", found)
    for name in (*made, "coccicheck"):
        (out / "said" / name).mkdir(parents=True, exist_ok=True)
    others = [name for name in made if name != "plain"]
    jobs.write(out, {"TOOLS": others, "TEXTS": texts, "SCRIPTS": found, "PLUGIN": [plugin],
                     "CLEAN": [n for n in texts if n.startswith("clean-")]}, args.launch)
    return made, found


def said_by_scripts(out, texts, found):
    """What the kernel's semantic patches said, as {text: what one tool says}; and those that failed."""
    said = {name: {"reports": [], "problem": None} for name in texts}
    by_path = {row["path"]: name for name, row in texts.items()}
    failed, seconds, peak = {}, 0.0, 0
    for script in found:
        if not (out / "said" / "coccicheck" / f"{script}.json").exists():
            return {}, failed, 0.0, 0
        row = jobs.read(out, "said/coccicheck", script)
        seconds, peak = seconds + row["seconds"], max(peak, row["peak"])
        if row["problem"]:
            failed[script] = row["problem"]
        for path, reports in row["files"].items():
            if path in by_path:
                said[by_path[path]]["reports"] += reports
    return said, failed, seconds, peak


def gather(out, names, texts, found):
    """{tool: {text: what it said}} of what has been run, and what the semantic patches took."""
    said = {tool: {text: jobs.read(out, f"said/{tool}", text) for text in texts
                   if (out / "said" / tool / f"{text}.json").exists()} for tool in names}
    said["coccicheck"], failed, seconds, peak = said_by_scripts(out, texts, found)
    return said, {"failed": failed, "seconds": round(seconds, 2), "peak": peak}


def measure(chosen, said, plans, texts):
    """({tool: [(edit, judgement)]}, {tool: reports on clean files}, {tool: times})."""
    api, judged, clean, times = score.Api(), {}, {}, {}
    for tool, rows in said.items():
        judged[tool], clean[tool], times[tool] = [], [], []
        for name, row in chosen.items():
            before = rows.get(f"clean-{row['key']}")
            if before and name in rows:
                judged[tool].append((row, score.judge(row, plans[row["key"]], texts[row["key"]],
                                                      before, rows[name], api)))
        for key in sorted({row["key"] for row in chosen.values()}):
            one, plain = rows.get(f"clean-{key}"), said["plain"].get(f"clean-{key}")
            if one:
                clean[tool] += [[plans[key]["file"], *r]
                                for r in score.on_clean(one, plans[key], texts[key], api)]
            if one and plain and not one["problem"] and "seconds" in one:
                times[tool].append((one["seconds"], one["peak"], plain["seconds"], plain["peak"]))
    return judged, clean, times


def report(out, made, found, chosen, texts, args):
    """Write results.json and results.txt of what has been run; return the text."""
    plans = {row["key"]: jobs.read(out, "seeded/plan", row["key"]) for row in chosen.values()}
    units = json.loads((out / "seeded" / "units.json").read_text(encoding="utf-8"))
    sources = {key: Path(units[key]["source"]).read_bytes().decode("latin-1") for key in plans}
    said, patches = gather(out, made, texts, found)
    judged, clean, times = measure(chosen, said, plans, sources)
    plain = [row["seconds"] for row in said["plain"].values()]
    if plain and patches["seconds"]:
        # all the files in one run: their share of it
        times["coccicheck"] = [(patches["seconds"] / len(texts), patches["peak"],
                                sum(plain) / len(plain), max(row["peak"] for row in said["plain"].values()))]
    names = ["gupcheck", *sorted(name for name in judged if name not in ("gupcheck", "plain"))]
    result = score.summary({n: judged[n] for n in names}, {n: len(clean[n]) for n in names}, times,
                           levels())
    tree = open_tree(args.kdir).version
    write(out / "results.json", {
        "tree": tree, "edits": len(chosen), "files": len(plans), "tools": result,
        "settings": {name: tool.setting for name, tool in made.items()}, "semantic_patches": patches,
        "clean": {n: clean[n] for n in names},
        "judged": {n: {row["id"]: j for row, j in judged[n]} for n in names}})
    head = f"linux {tree}: {len(chosen)} edits of {len(plans)} files\n\n" + \
        score.table(result, levels())
    text = head
    for name in names:
        text += f"\n{name}: {made[name].setting if name in made else 'all scripts of the tree, report mode'}\n"
        text += "".join(f"  {j['outcome']} {row['id']}: {j['why']}\n" for row, j in judged[name]
                        if j["outcome"] != "silent")
        text += "".join(f"  clean {file}:{line} {function}(): {say} [{tag}]\n"
                        for file, function, line, tag, say in clean[name])
    text += "".join(f"coccicheck {name}: {why}\n" for name, why in patches["failed"].items())
    (out / "results.txt").write_text(text, encoding="utf-8")
    return head


def main():
    parser = jobs.parser_of_edits("bench.peers", __doc__, 52, "gup-peers")
    parser.add_argument("--smatch", default=os.environ.get("GUP_SMATCH", ""), help="smatch, where there is one")
    args = jobs.parse(parser)
    out = Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    if not args.report:
        seeded(args, out)
    units = json.loads((out / "seeded" / "units.json").read_text(encoding="utf-8"))
    chosen = json.loads((out / "seeded" / "chosen.json").read_text(encoding="utf-8"))["edits"]
    texts = lay_out(out, chosen, units)
    made, found = setup(out, args, units, texts)
    try:
        if not args.report:
            jobs.make(out, RULES, "said", args.jobs)
    except KeyboardInterrupt:
        print("gupcheck: stopped; started again with the same OUT it goes on", file=sys.stderr)
    print(report(out, made, found, chosen, texts, args), end="")
    print(f"{out}/results.txt lists what each tool said; results.json has it all")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
