# SPDX-License-Identifier: GPL-2.0-only
"""`gupcheck scan`: the checker over the files of a compilation database."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from report import api as table
from report import checker, clang, compdb, link, merge, outputs, run, sarif, sites, source, tree
from report.errors import UserError
from report.progress import Steps


def add_arguments(parser):
    parser.add_argument("-p", dest="database", metavar="DB", required=True,
                        help="compile_commands.json, or the directory that has it")
    parser.add_argument("files", metavar="FILE", nargs="*", help="only these sources of it")
    parser.add_argument("-o", dest="out", metavar="SARIF", help="write the results as SARIF 2.1.0")
    parser.add_argument("-j", dest="jobs", default=os.cpu_count(), help="so many at a time")
    parser.add_argument("--cache", help="where results are kept for the next run "
                        "(default: below ~/.cache/gupcheck)")
    parser.add_argument("--srcroot", help="paths in the results are relative to it "
                        "(default: the kernel tree, or what all files have in common)")
    parser.add_argument("--facts", metavar="DIR", help="write facts for gupcheck link there")
    parser.add_argument("--api", default="", help="more rows for the API table")
    parser.add_argument("--policy", choices=("assert", "entry"), default="assert",
                        help="of foll-get-missing")
    parser.add_argument("--launch", default="", help="put this in front of each job")


def find_srcroot(units):
    """The kernel tree that the first file lies in, else the directory of all files."""
    for directory in Path(units[0].file).parents:
        if (directory / "scripts" / "Kbuild.include").is_file():
            return directory
    return Path(os.path.commonpath([os.path.dirname(unit.file) for unit in units]))


def _wanted(functions, more):
    """A test for compdb.Reaches: is the text about the API, or about what the table @more adds?"""
    names, fields = table.load_more(more) if more else (set(), set())
    calls = compdb.names_the_api(names | {f.name for f in functions.values() if not f.generic})
    if not fields:
        return calls
    field = compdb.names_the_api(fields)
    release = compdb.names_the_api({f.name for f in functions.values() if f.role == "release"})
    return lambda file, text: calls(file, text) or (field(file, text) and release(file, text))


def choose(units, files, test):
    """The units of @files (all of those, asked for by name), or those whose text passes @test."""
    if not files:
        wanted = compdb.Reaches(test)
        return [unit for unit in units if not os.path.exists(unit.file) or wanted(unit.file)]
    chosen = []
    for file in files:
        path = os.path.realpath(file)
        own = [unit for unit in units if os.path.realpath(unit.file) == path]
        if not own:
            raise UserError(f"{file} is not in the compilation database")
        chosen += own
    return chosen


def undecided(failed, functions, srcroot):
    """The calls in files that have no result, as far as text tells: [Site]."""
    calls = []
    for file, why in failed:
        if not os.path.isfile(file):
            continue
        with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
            inside = Path(tmp) / "src"
            inside.mkdir()
            shutil.copy(file, inside / "x.c")
            alone = tree.Tree(inside, inside, "", "")
            sites.write_inventory(alone, functions, Path(tmp) / "list", Path(tmp) / "names")
            for site in sites.read_inventory(Path(tmp) / "list", functions, alone)[0]:
                if site.api.role == "acquire":
                    site.file = os.path.relpath(file, srcroot) if file.startswith(f"{srcroot}/") else file
                    site.reason = why
                    calls.append(site)
    return calls


def _open_result(site):
    artifact = {"uri": sarif.uri(site.file), "uriBaseId": "SRCROOT"} if not site.file.startswith("/") \
        else {"uri": "file://" + sarif.uri(site.file)}
    return {"ruleId": "call-site", "kind": "open", "level": "none",
            "message": {"text": f"Not checked: {sarif.printable(site.reason)}"},
            "locations": [{"physicalLocation": {
                "artifactLocation": artifact,
                "region": {"startLine": site.line, "startColumn": site.col}}}],
            "properties": {"function": site.function, "callee": site.callee}}


def lines(log):
    """The results as a compiler prints them, findings first, then how many."""
    results = log["runs"][0]["results"]
    for result in results:
        if result["kind"] == "fail":
            file, line, column = checker.place(result["locations"][0])
            yield (f"{outputs.one_line(file)}:{line}:{column}: {result['level']}: "
                   f"{result['message']['text']} [{result['ruleId']}]")
    count = Counter(r["kind"] for r in results if r["kind"] != "fail")
    failing = {checker.site_of(r) for r in results if r["kind"] == "fail" and r["level"] != "note"}
    yield f"{len(failing) + count.total()} calls: {len(failing)} fail, {count['pass']} pass, {count['open']} open"


def _facts_dir(name, units):
    """Facts are written into a directory, which is made: with a slash at its end, as the plugin wants it."""
    if not name:
        return ""
    Path(name).mkdir(parents=True, exist_ok=True)
    link.note_scan(name, {unit.file: link.PLANNED for unit in units})
    return os.path.realpath(name) + "/"


def scan(args):
    """Returns 0 when the scan ran, whatever it found. Raises UserError."""
    functions = table.load_api()
    jobs = run.number_of_jobs(args.jobs)
    the_checker = clang.find()
    if args.api and not Path(args.api).is_file():
        raise UserError(f"no API table {args.api}")
    units = compdb.read(args.database, the_checker.program)
    if not units:
        raise UserError(f"{args.database} has no C file")
    srcroot = Path(args.srcroot).resolve() if args.srcroot else find_srcroot(units)
    chosen = choose(units, args.files, _wanted(functions, args.api))
    cache = args.cache or source.cache_dir() / "scan" / hashlib.sha256(
        os.path.realpath(args.database).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    with checker.locked(cache) as directory, \
            Steps(1).step(f"Checker over {len(chosen)} of {len(units)} files", len(chosen)) as advance:
        done = checker.check(directory, chosen, the_checker, os.path.realpath(srcroot), jobs,
                             args.launch, advance, api=args.api and os.path.realpath(args.api),
                             policy=args.policy, facts=_facts_dir(args.facts, chosen))
    findings, calls, failed = checker.combine(done)
    if args.facts:
        link.note_scan(args.facts, {**{unit.file: "" for unit in (chosen if args.files else units)}, **dict(failed)})
    results = findings + list(calls.values()) + [
        _open_result(site) for site in undecided(failed, functions, str(srcroot))]
    log = sarif.scan_log(results, failed, srcroot, table.load_rules(), table.version(),
                         {"clang": the_checker.version})
    for file, why in failed:
        print(f"gupcheck: {outputs.one_line(file)}: not checked: {why}", file=sys.stderr)
    print("\n".join(lines(log)))
    if args.out:
        out = Path(args.out)
        merge.write_results({out.name: json.dumps(log, indent=1) + "\n"}, out.parent)
    return 0
