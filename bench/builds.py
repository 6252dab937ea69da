# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-builds`: does the plugin leave builds alone? Files that have nothing to do with the API are
parsed with it: no crash, no diagnostic that plain clang lacks. Some, and files that call the
API, are compiled: the same object, byte by byte.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import compiles
from report import clang
from report.errors import UserError

DIRECTORIES = ["drivers/net", "fs", "mm", "kernel"]
CALLING = 15                       # files that call the API, compiled
BAD = ("crash", "hang", "extra", "differs")


def crashed(result):
    return result.status < 0 or result.status >= 128 or "PLEASE submit a bug report" in result.stderr


def parse(command, checker, options, limit=compiles.LIMIT):
    """
    {"ended": how}: "crash", "hang", "extra" (diagnostics that plain clang lacks), "unparsed" (neither
    parses it), "same". Plain clang is asked only when there is something to compare.
    """
    with_plugin = compiles.compile_one(command, checker, ["-fsyntax-only"], options, limit)
    row = {"seconds": round(with_plugin.seconds, 2)}
    if with_plugin.status == -compiles.OVER_LIMIT:
        return {**row, "ended": "hang"}
    if crashed(with_plugin):
        return {**row, "ended": "crash", "stderr": with_plugin.stderr[-2000:]}
    if not with_plugin.status and not with_plugin.stderr:
        return {**row, "ended": "same"}
    plain = compiles.compile_one(command, checker, ["-fsyntax-only"])
    if (plain.status, plain.stderr) != (with_plugin.status, with_plugin.stderr):
        return {**row, "ended": "extra", "stderr": with_plugin.stderr[-2000:]}
    return {**row, "ended": "unparsed" if plain.status else "same"}


def build(command, checker, options, folder):
    """{"ended": how}: "differs", "unbuilt" (plain clang does not build it), "same"."""
    key = hashlib.sha256(command.source.encode()).hexdigest()[:12]
    # One name for both, because objects may hold it.
    out = folder / f"{key}.o"
    objects, results = [], []
    for plugin in ((), options):
        out.unlink(missing_ok=True)
        results.append(compiles.compile_one(command, checker, ["-c", "-o", str(out)], plugin))
        objects.append(out.read_bytes() if out.exists() else None)
    out.unlink(missing_ok=True)
    if objects[0] is None:
        return {"ended": "unbuilt", "stderr": results[0].stderr[-500:]}
    return {"ended": "same" if objects[0] == objects[1] else "differs",
            "stderr": results[1].stderr[-500:]}


def run(name, function, sources, jobs):
    """{source: row} of @function over @sources."""
    rows = {}
    with ThreadPoolExecutor(jobs) as pool:
        for source, row in zip(sources, pool.map(function, sources)):
            rows[source] = row
            if row["ended"] in BAD:
                print(f"{name}: {source}: {row['ended']}", flush=True)
            if len(rows) % 50 == 0:
                print(f"{name}: {len(rows)} of {len(sources)}", flush=True)
    return rows


def count(rows):
    ended = [row["ended"] for row in rows.values()]
    return {how: ended.count(how) for how in sorted(set(ended))}


def main():
    parser = argparse.ArgumentParser(prog="bench.builds", description=__doc__)
    parser.add_argument("--kdir", default=os.environ.get("GUP_KDIR"))
    parser.add_argument("--build", default=os.environ.get("GUP_BUILD"))
    parser.add_argument("--number", type=int, default=int(os.environ.get("GUP_N") or 1000))
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("GUP_JOBS") or 1))
    parser.add_argument("--api", help="more rows for the API table, to force files into the checker")
    parser.add_argument("--out", default=os.environ.get("GUP_OUT") or "gup-builds.json")
    parser.add_argument("--directories", nargs="+", default=DIRECTORIES)
    args = parser.parse_args()
    if not args.kdir or not args.build:
        raise UserError("give KDIR=linux and BUILD=its output directory, prepared with clang")
    checker = clang.find()
    found, names = compiles.load(args.kdir, args.build, args.directories, checker)
    options = clang.plugin_options(checker, api=args.api, quiet=bool(args.api))
    others = compiles.pick(found.keys() - names, args.number)
    parsed = run("parse", lambda source: parse(found[source], checker, options), others, args.jobs)
    result = {"parsed": count(parsed)}
    if not args.api:
        with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
            for name, sources in (("built", others[:args.number // 10]),
                                  ("built_calling", compiles.pick(names, CALLING))):
                rows = run(name, lambda source: build(found[source], checker, options, Path(tmp)),
                           sources, args.jobs)
                result[name] = count(rows)
                parsed.update({f"{name}: {source}": row for source, row in rows.items()})
    print(json.dumps(result))
    bad = {source: row for source, row in parsed.items() if row["ended"] in BAD}
    slow = sorted(((row["seconds"], source) for source, row in parsed.items() if "seconds" in row),
                  reverse=True)[:10]
    Path(args.out).write_text(json.dumps({**result, "bad": bad, "slowest": slow}, indent=1) + "\n",
                              encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as err:
        sys.exit(f"gupcheck: {err}")
