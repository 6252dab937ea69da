# SPDX-License-Identifier: GPL-2.0-only
"""
`make fixes-verify`: does a series do what it says? It is applied to a copy of the
tree by git am, checked by the tree's checkpatch.pl, the copy is audited again and compared
with the audit before, and the files that it touches are compiled by gcc and clang.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from report import baseline, clang, fixes, kbuild, source, tree
from report.api import ROOT
from report.errors import UserError
from report.progress import Steps
from report.run import make_environment, number_of_jobs, options
from report.sarif import FINGERPRINT, printable
from report.suppress import where

TOUCHED = re.compile(r"^diff --git a/(\S+) b/\S+$", re.M)
ARCH = "x86"                       # the one whose allmodconfig is built
IDENTITY = ("-c", "user.name=gupcheck", "-c", "user.email=gupcheck@localhost")
ENV = {k: v for k, v in make_environment().items() if not k.startswith("GIT_")}


def run(argv, cwd, what=""):
    """Run a program; with @what, its failure is a UserError that begins so."""
    done = subprocess.run(argv, cwd=cwd, env=ENV, capture_output=True, check=False,
                          stdin=subprocess.DEVNULL)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    if what and done.returncode:
        raise UserError(f"{what}: {printable(text.strip().split(chr(10))[0])}")
    return done.returncode, text


def read_series(directory):
    """(patches in order, files they touch). Raises UserError when there is no series."""
    patches = sorted(p for p in directory.glob("[0-9]*.patch") if not p.name.startswith("0000-"))
    if not patches or not (directory / "before" / "claimed.json").is_file():
        raise UserError(f"FIXES={directory} holds no series: run 'make fixes OUT={directory}' first")
    text = "".join(p.read_text(encoding="utf-8", errors="surrogateescape") for p in patches)
    return patches, sorted(set(TOUCHED.findall(text)))


def copy_of(root, copy, files):
    """A copy of the tree at @root, in which git knows @files."""
    run(["cp", "-a", "--reflink=auto", str(root), str(copy)], "/", "the tree cannot be copied")
    shutil.rmtree(copy / ".git", ignore_errors=True)
    (copy / ".git").unlink(missing_ok=True)
    run(["git", "init", "-q", "."], copy, "git init")
    run(["git", "add", "-f", "--", *files], copy, "the series is of another tree")
    run(["git", *IDENTITY, "commit", "-q", "-m", "base"], copy, "git commit")
    run(["git", "tag", "base"], copy, "git tag")


def apply(copy, patches):
    """The series in the copy, by git am, and no other."""
    run(["git", "reset", "-q", "--hard", "base"], copy, "git reset")
    run(["git", *IDENTITY, "am", "-q", *map(str, patches)], copy, "the series does not apply")


def checkpatch(root, patches):
    """What the tree's checkpatch.pl says: [line]. A patch of ours has nothing to be said about."""
    said = []
    for patch in patches:
        status, text = run(["perl", "scripts/checkpatch.pl", "--no-tree", "--terse", "--no-summary",
                            "--show-types", str(patch)], root)
        if status or text.strip():
            said += [line.removeprefix(str(patch.parent) + "/") for line in text.strip().split("\n")]
    return said


def tools_of(compiler, copy, work):
    """
    (build directory, words for make) for @compiler. The audit has prepared one for its clang
    already; another is configured and prepared here.
    """
    checker = kbuild.find(copy, ARCH, "", clang.find(), work / "cache" / "gupcheck")
    if os.path.basename(checker.clang) == compiler and checker.directory.is_dir():
        return checker.directory, kbuild.variables(checker)
    directory = work / f"build-{compiler}"
    match = re.fullmatch(r"clang(-\d+)?", compiler)
    words = [f"O={directory}", f"ARCH={ARCH}", f"LLVM={match.group(1) or 1}" if match else f"CC={compiler}"]
    if not directory.exists():
        directory.mkdir()
        make = ["make", "-s", "-C", str(copy), *words]
        run([*make, "allmodconfig"], "/", "the kernel cannot be configured")
        run([*make, "-k", "prepare"], "/")
    return directory, words


def _problems(text):
    return [line for line in text.split("\n") if re.search(r"(?:error|warning): ", line)]


def build(copy, directory, tools, files, jobs):
    """
    Compile those of @files that @tools (words for make) build in @directory. Returns (compiled,
    not part of this configuration, [what went wrong]).
    """
    make = ["make", "-s", "-C", str(copy), f"-j{jobs}", *tools]
    ours = [file for file in files if file.endswith(".c")
            and (not file.startswith("arch/") or file.startswith(f"arch/{ARCH}/"))]
    objects = {file: file[:-2] + ".o" for file in ours}
    for name in objects.values():
        (directory / name).unlink(missing_ok=True)
    # kbuild takes longer to look around than to compile a file: all at once, and each where that goes wrong
    _, text = run([*make, "-k", *objects.values()], "/")
    quiet = not _problems(text)
    compiled, outside, wrong = [], sorted(set(files) - set(ours)), []
    for file in ours:
        if quiet and (directory / objects[file]).is_file():
            compiled.append(file)
            continue
        (directory / objects[file]).unlink(missing_ok=True)
        status, text = run([*make, objects[file]], "/")
        problems = _problems(text)
        if problems:
            wrong.append(f"{file}: {printable(problems[0])}")
        elif status and not re.search(r"No rule to make target", text):
            wrong.append(f"{file}: {printable(text.strip().split(chr(10))[-1])}")
        elif (directory / objects[file]).is_file():
            compiled.append(file)
        else:
            outside.append(file)
    return compiled, sorted(outside), wrong


def compare(before, after, claimed):
    """
    (claimed findings that are gone, those that are left, new findings) between two
    logs. @claimed: the fingerprints of what the series says it mends.
    """
    gone, left, new = [], [], []
    for state, old, now in baseline.compare(before["runs"][0]["results"],
                                            after["runs"][0]["results"]):
        result = now or old
        if result.get("kind", "fail") != "fail":
            continue
        if state == "new":
            new.append(result)
        elif old["partialFingerprints"].get(FINGERPRINT) in claimed:
            (gone if state == "absent" else left).append(result)
    return gone, left, new


def _line(result):
    region = result["locations"][0]["physicalLocation"]["region"]
    return f"{printable(where(result)[0])}:{region['startLine']}: {result['ruleId']}"


def audit_again(copy, out, jobs, log_file):
    argv = [sys.executable, "-m", "report.command", "audit", "--kdir", str(copy), "--out", str(out),
            "--jobs", str(jobs)]
    # the copy goes away, so must what is kept of it; what spatch said goes by a file's text alone
    cache, kept = out.parent / "cache" / "gupcheck", source.cache_dir() / "spatch"
    for directory in (cache, kept):
        directory.mkdir(parents=True, exist_ok=True)
    if not (cache / "spatch").exists():
        (cache / "spatch").symlink_to(kept)
    env = {**ENV, "XDG_CACHE_HOME": str(cache.parent)}
    with open(log_file, "wb") as stream:
        done = subprocess.run(argv, cwd=ROOT, env=env, stdout=stream, stderr=stream,
                              check=False)
    if done.returncode:
        raise UserError("the audit of the copy failed: "
                        + log_file.read_text(errors="replace").strip().split("\n")[-1])
    return baseline.load(out / "audit.sarif", "AUDIT")


def verify(directory, root, work, jobs, compilers):
    """One series against the copy at @work / "linux". Returns [what is wrong with it]."""
    patches, files = read_series(directory)
    steps, bad = Steps(3 + len(compilers)), []
    with steps.step(f"Apply {len(patches)} patches to a copy"):
        apply(work / "linux", patches)
    with steps.step("checkpatch.pl"):
        said = checkpatch(root, patches)
    bad += [f"checkpatch: {line}" for line in said]
    print(f"{directory}\ngit am: {len(patches)} patches applied\ncheckpatch.pl: {len(said)} complaints")
    with steps.step("Audit again"):
        before = json.loads((directory / "before" / "audit.sarif").read_text(encoding="utf-8"))
        after = audit_again(work / "linux", work / "after", jobs, work / "after.log")
        claimed = json.loads((directory / "before" / "claimed.json").read_text(encoding="utf-8"))
    for compiler in compilers:
        with steps.step(f"Build by {compiler}"):
            where, tools = tools_of(compiler, work / "linux", work)
            compiled, outside, wrong = build(work / "linux", where, tools, files, jobs)
        bad += [f"{compiler}: {line}" for line in wrong]
        print(f"{compiler}: {len(compiled)} files compiled, {len(wrong)} with complaints, "
              f"{len(outside)} not in {ARCH} allmodconfig: {', '.join(outside) or 'none'}")
    gone, left, new = compare(before, after, claimed)
    bad += [f"still there: {_line(r)}" for r in left] + [f"new: {_line(r)}" for r in new]
    asserted = after["runs"][0]["properties"].get("follGetAssertedAt")
    trips = [r for r in after["runs"][0]["results"]
             if r["ruleId"] == fixes.FOLL and r.get("baselineState") != "absent"]
    bad += [f"trips the assert: {_line(r)}" for r in trips if asserted]
    place = f"stands at {', '.join(asserted)}" if asserted else "is not there"
    print(f"Audit after: {len(gone)} findings gone, {len(left)} left, {len(new)} new; the assert {place}, "
          f"{len(trips)} calls trip it", flush=True)
    return bad


def verify_all(args, work):
    """Each of the series in FIXES; they share the copy and what was built of it."""
    words = [args.fixes] if Path(args.fixes).is_dir() else shlex.split(args.fixes)
    directories = [Path(word).resolve() for word in words]
    files = sorted({file for directory in directories for file in read_series(directory)[1]})
    root, jobs = tree.open_tree(args.kdir).root, number_of_jobs(args.jobs)
    copy_of(root, work / "linux", files)
    bad = []
    for directory in directories:
        wrong = verify(directory, root, work, jobs, args.compilers.split())
        bad += wrong
        for line in wrong:
            print(f"gupcheck: {directory.name}: {line}", file=sys.stderr)
    return 1 if bad else 0


def add_arguments(parser):
    options(parser, "kdir", "fixes", "compilers", "jobs", fixes="gup-fixes", compilers="gcc clang-19")


def command(args):
    """`gupcheck fixes-verify`, which is what `make fixes-verify` starts."""
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        return verify_all(args, Path(tmp))
