# SPDX-License-Identifier: GPL-2.0-only
"""The measurements, one function a part: each yields rows, a thing beside its yardstick."""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench import compiles, cost
from report import api, clang, sites
from report.api import ROOT
from report.errors import UserError
from report.tree import open_tree

SIZES = (2, 4, 8)                  # so many times the facts
LONG = 3600                        # seconds of the processor


def least(words, directory, runs, limit=LONG):
    """(seconds of the processor, peak in kB): the least of @runs. Raises UserError when it fails."""
    taken = [compiles.measured(words, str(directory), limit) for _ in range(runs)]
    for result in taken:
        if result.status:
            raise UserError(f"{words[0]} ended with {result.status}: {result.stderr.strip()[-300:]}")
    return min(r.seconds for r in taken), min(r.peak for r in taken)


def row(name, against, taken, yardstick, bar=None, per=1):
    """
    One line of the result: @taken and @yardstick are (seconds, peak); @per divides both of
    the first; @bar is what the ratio must not pass, where something was promised.
    """
    return {"name": name, "against": against, "seconds": round(taken[0], 3), "peak_kb": taken[1],
            "yardstick_seconds": round(yardstick[0], 3), "yardstick_peak_kb": yardstick[1],
            "ratio": round(taken[0] / per / yardstick[0], 3),
            "memory": round(taken[1] / per / yardstick[1], 3), "bar": bar}


def search(args, work):
    """ripgrep for the names of the API table over the sources of the tree: (seconds, peak)."""
    names = work / "plain-names"
    names.write_text("\n".join(sorted(api.load_api())) + "\n", encoding="utf-8")
    return least(["rg", "--no-ignore", "-n", "-F", "-f", str(names), "-g", "*.[ch]", args.kdir], work,
                 args.runs)


def text_scan(args, work):
    """gup-inventory, with the names that an audit gives it, beside ripgrep for the same names."""
    sites.write_inventory(open_tree(args.kdir), api.load_api(), work / "sites", work / "names")
    words = [str(sites.PROGRAM), "--names", str(work / "names"), args.kdir]
    pairs = [(least(words, work, 1), search(args, work)) for _ in range(args.runs)]
    best = [tuple(min(values) for values in zip(*side)) for side in zip(*pairs)]
    yield row("text scan", "ripgrep, same names", *best, bar=1.5)


def semantic_patches(args, work):
    """Each rule by the kernel's coccicheck over the tree, beside the search for the names."""
    yardstick = search(args, work)
    for path in sorted((ROOT / "cocci").glob("*.cocci")):
        words = [sys.executable, "-m", "report.command", "coccicheck", "--kdir", args.kdir, "--cocci", str(path),
                 "--mode", "report", "--jobs", "1"]
        yield row(f"coccicheck, {path.stem}", "ripgrep, all names", least(words, ROOT, 1), yardstick)


def sources(args):
    """({source: Command}, the ones to measure) of the build."""
    found, names = compiles.load(args.kdir, args.build, cost.DIRECTORIES, clang.find())
    if not names:
        raise UserError(f"{args.build} compiles no file that names the API")
    return found, names


def plugin(args, work):
    """Compilations with the plugin and without: bench.cost's own measurement."""
    checker = clang.find()
    found, names = sources(args)
    for name, chosen, bar in (("plugin, file that names the API", names, 1.15),
                              ("plugin, other file", found.keys() - names, 1.02)):
        rows = [cost.measure(found[source], checker, clang.plugin_options(checker), args.runs, work)
                for source in compiles.pick(chosen, args.number)]
        rows = [one for one in rows if one]
        if rows:
            middle = statistics.median_low([one["time"] for one in rows])
            one = next(r for r in rows if r["time"] == middle)
            yield row(f"{name}, median of {len(rows)}", "plain compile",
                      (one["plugin_seconds"], one["plugin_kb"]), (one["plain_seconds"], one["plain_kb"]), bar)
            yield row(f"{name}, worst of {len(rows)}", "plain compile", *worst(rows),
                      bar=3 if bar > 1.1 else None)


def worst(rows):
    one = max(rows, key=lambda r: r["time"])
    return (one["plugin_seconds"], one["plugin_kb"]), (one["plain_seconds"], one["plain_kb"])


def facts_of(args, out):
    """The facts that are given, or those of the files that name the API; a directory."""
    if args.facts:
        return Path(args.facts)
    database = Path(args.build) / "compile_commands.json"
    if not database.exists():
        raise UserError(f"{database} is not there: give FACTS=what gupcheck scan --facts wrote")
    chosen = sorted(compiles.pick(sources(args)[1], args.number))
    least([sys.executable, "-m", "report.command", "scan", "-p", str(database), "--facts",
           str(out / "facts"), "-o", str(out / "scan.sarif"), "-j", str(args.jobs), "--cache",
           str(out / "cache"), *chosen], ROOT, 1)
    return out / "facts"


def link(args, work):
    """The facts once, and several times as from several configurations: time and memory a fact."""
    facts = facts_of(args, Path(args.out).resolve())
    program = clang.find(tried=False).plugin.with_name("gupcheck-facts")
    def take(times):
        folder = work / f"facts-{times}"
        for number in range(times):
            shutil.copytree(facts, folder / str(number))
        listed = sorted(str(path) for path in folder.rglob("*.facts"))
        taken = least([str(program), "link", "--policy=assert", *listed], work, args.runs)
        shutil.rmtree(folder)
        return taken
    once = take(1)
    number = len(list(facts.rglob("*.facts")))
    yield row(f"link, facts of {number} files", "itself", once, once)
    for times in SIZES:
        yield row(f"link, {times} times the facts, a fact", "link, once", take(times), once, per=times)


def page(args, work):
    """The page from the log of an audit, which has to be given, beside reading the log."""
    if not args.audit:
        print("gupcheck: the page is not measured: give AUDIT=audit.sarif", file=sys.stderr)
        return
    log = Path(args.audit).resolve()
    made = least([sys.executable, "-m", "report.command", "page", str(log), str(work / "page.html")],
                 ROOT, args.runs)
    read = least([sys.executable, "-c", f"import json; json.load(open({str(log)!r}, encoding='utf-8'))"],
                 ROOT, args.runs)
    yield row("page of a log", "reading the log as JSON", made, read)


ALL = {"scan": text_scan, "coccicheck": semantic_patches, "plugin": plugin, "link": link, "page": page}


def run(name, args):
    """The rows of one part."""
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        return list(ALL[name](args, Path(tmp)))
