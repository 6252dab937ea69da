# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-builds`: does the plugin leave builds alone? Files that have nothing to do with the API are
parsed with it: no crash, no diagnostic that plain clang lacks. Some, and files that call the
API, are compiled: the same object, byte by byte. With N=0 every file of the directories is parsed, those
that name the API too; with --api (forced-api.json) the engine runs in most of them. What was parsed is
kept beside OUT: a run that was stopped goes on where it was.
"""

import hashlib
import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import compiles, jobs
from report import clang
from report.run import guarded

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


def run(name, function, sources, jobs, kept=None):
    """{source: row} of @function over @sources, less what is @kept of an earlier run."""
    rows = kept.read() if kept else {}
    rows = {source: rows[source] for source in sources if source in rows}
    left = [source for source in sources if source not in rows]
    with ThreadPoolExecutor(jobs) as pool:
        for source, row in zip(left, pool.map(function, left)):
            rows[source] = row
            if kept:
                kept.add(source, row)
            if row["ended"] in BAD:
                print(f"{name}: {source}: {row['ended']}", flush=True)
            if len(rows) % 50 == 0:
                print(f"{name}: {len(rows)} of {len(sources)}", flush=True)
    return rows


class Kept:
    """What was parsed already, a JSON line a file; @what made it is the first line."""

    def __init__(self, path, what):
        self.path, self.first = Path(path), json.dumps(what)

    def read(self):
        """{source: row}; of another plugin or table nothing, and then it begins anew."""
        try:
            first, *lines = self.path.read_text(encoding="utf-8").split("\n")
        except OSError:
            first, lines = "", []
        if first != self.first:
            self.path.write_text(self.first + "\n", encoding="utf-8")
            return {}
        # The last line has no newline when the writer was killed in it.
        whole = [json.loads(line) for line in lines[:-1]]
        self.path.write_text("".join(json.dumps(row) + "\n" for row in [json.loads(first), *whole]),
                             encoding="utf-8")
        return dict(whole)

    def add(self, source, row):
        with open(self.path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps([source, row]) + "\n")


def digest(*paths):
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths if path]


def count(rows):
    ended = [row["ended"] for row in rows.values()]
    return {how: ended.count(how) for how in sorted(set(ended))}


def main():
    parser = jobs.parser_of("bench.builds", __doc__, 1000, "jobs", jobs=1, out="gup-builds.json")
    parser.add_argument("--api", help="more rows for the API table, to force files into the checker")
    parser.add_argument("--directories", nargs="+",
                        default=(os.environ.get("GUP_DIRECTORIES") or "").split() or DIRECTORIES)
    args = jobs.parse(parser)
    checker = clang.find()
    found, names = compiles.load(args.kdir, args.build, args.directories, checker)
    # What is found in files that name the API, or by a table that is none, is no harm.
    quiet = clang.plugin_options(checker, api=args.api and os.path.realpath(args.api), quiet=True)
    options = quiet if args.api else clang.plugin_options(checker)
    others = compiles.pick(found.keys() - names, args.number or len(found))
    sources = others if args.number else compiles.pick(found, len(found))
    kept = Kept(f"{args.out}.rows", digest(checker.plugin, args.api))
    parsed = run("parse", lambda source: parse(found[source], checker, quiet if source in names else options),
                 sources, args.jobs, kept)
    result = {"files": len(found), "parsed": count(parsed)}
    if not args.api:
        with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
            for name, sources in (("built", others[:(args.number or 1000) // 10]),
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
    sys.exit(guarded(main))
