# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-cost`: what the plugin adds to a compilation. Each file is compiled in full with and
without it, in turns; the processor's time (the least of the runs) and the peak of memory are
compared, apart for files that name the API and files that do not.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench import compiles, jobs
from report import clang
from report.errors import UserError
from report.run import guarded

DIRECTORIES = ["arch", "block", "crypto", "drivers", "fs", "io_uring", "kernel", "lib", "mm", "net",
               "security", "sound", "virt"]


def measure(command, checker, options, runs, folder):
    """The ratios of one file, or None when plain clang does not compile it."""
    what = ["-c", "-o", str(folder / "out.o")]
    taken = {"plain": [], "plugin": []}
    for _ in range(runs):
        for name, plugin in (("plain", ()), ("plugin", options)):
            result = compiles.compile_one(command, checker, what, plugin)
            if result.status and name == "plain":
                return None
            if result.status:
                raise UserError(f"{command.source}: with the plugin clang ends with {result.status}: "
                                f"{result.stderr[-300:]}")
            taken[name].append(result)
    least = {name: min(r.seconds for r in results) for name, results in taken.items()}
    peak = {name: min(r.peak for r in results) for name, results in taken.items()}
    return {"plain_seconds": round(least["plain"], 3), "plugin_seconds": round(least["plugin"], 3),
            "time": round(least["plugin"] / least["plain"], 3),
            "plain_kb": peak["plain"], "plugin_kb": peak["plugin"],
            "memory": round(peak["plugin"] / peak["plain"], 3)}


def summary(rows):
    """Of @rows, {file: what measure() says}: how many, and median and worst of the ratios."""
    if not rows:
        return {"files": 0}
    shown = {"files": len(rows)}
    for ratio in ("time", "memory"):
        values = [row[ratio] for row in rows.values()]
        shown[ratio] = {"median": round(statistics.median(values), 3), "worst": max(values),
                        "worst_file": max(rows, key=lambda file, r=ratio: rows[file][r])}
    total = [sum(row[name] for row in rows.values()) for name in ("plugin_seconds", "plain_seconds")]
    shown["time"]["all"] = round(total[0] / total[1], 3)
    return shown


def main():
    parser = jobs.parser_of("bench.cost", __doc__, 40, out="gup-cost.json")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--directories", nargs="+", default=DIRECTORIES)
    args = jobs.parse(parser)
    checker = clang.find()
    found, names = compiles.load(args.kdir, args.build, args.directories, checker)
    result = {}
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        for sort, sources in (("with_names", names), ("without_names", found.keys() - names)):
            rows = {}
            for source in compiles.pick(sources, args.number):
                row = measure(found[source], checker, clang.plugin_options(checker), args.runs, Path(tmp))
                if row:
                    rows[os.path.relpath(source, args.kdir)] = row
                    print(f"{source}: time {row['time']}, memory {row['memory']}", flush=True)
            result[sort] = {**summary(rows), "rows": rows}
            # what there is so far: a run takes long
            Path(args.out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            print(json.dumps({sort: summary(rows)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
