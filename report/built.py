# SPDX-License-Identifier: GPL-2.0-only
"""
The checker's part of an audit: configure the tree, find the files that name the
API, run the checker over them. Where it cannot run, the audit goes on without it.
"""

import hashlib
import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from report import checker, clang, compdb, kbuild, sites, source
from report.errors import UserError
from report.join import Checked

PLAIN = re.compile(r"[\w./+,@-]+\.c")          # what can be a target of make


def files_to_check(base, all_sites, arch):
    """
    The .c files below @base, relative to it, that call the API or include a file beside
    them that does; of arch/, those of @arch.
    """
    own = [f for f in sites.in_scope(all_sites) if not f.startswith("arch/") or f.startswith(f"arch/{arch}/")]
    calling = {os.path.normpath(base / file) for file in own}
    includes = compdb.Reaches(lambda file, _: file in calling)
    wanted = {file for file in own if file.endswith(".c")}
    for directory in sorted({os.path.dirname(f) for f in own if not re.match(r"(?:.*/)?include/", f)}):
        for name in sorted(os.listdir(base / directory)):
            file = os.path.join(directory, name)
            if name.endswith(".c") and includes(os.path.normpath(base / file)):
                wanted.add(file)
    return sorted(file for file in wanted if PLAIN.fullmatch(file))


def _shadow(module):
    """
    A copy of the external module @module that is made of symbolic links: kbuild writes
    beside the sources of a module, and that is not ours to write to.
    """
    key = hashlib.sha256(os.fsencode(module)).hexdigest()[:12]
    shadow = source.cache_dir() / "build" / f"module-{key}"
    for link in shadow.rglob("*"):
        if link.is_symlink() and not link.exists():
            link.unlink()              # what it was made of has gone
    shadow.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["cp", "-asuf", f"{module}/.", str(shadow)], capture_output=True, text=True,
                          errors="replace", check=False)
    if done.returncode:
        raise kbuild.NotPossible(f"the module cannot be copied: {done.stderr.strip()}")
    return shadow


def _units(build, the_tree, files, jobs, program):
    """[(file relative to base, Unit)] of those of @files that the configuration compiles."""
    where = _shadow(the_tree.base) if the_tree.is_module else the_tree.root
    database = kbuild.commands(build, where, files, jobs)
    wanted = set(files)
    pairs = [(os.path.relpath(unit.file, where), unit) for unit in compdb.read(database, program)]
    return [(file, unit) for file, unit in pairs if file in wanted]


def check(args, the_tree, all_sites, jobs, steps):
    """
    Run the checker over the tree. Returns (Checked, {"clang": version} or {}); what
    prevents it is in Checked.not_run. Two steps of @steps.
    """
    checked = Checked()
    build, created = None, False
    with ExitStack() as stack:
        try:
            with steps.step("Configure the kernel for the checker"):
                the_clang = clang.find()
                build = kbuild.find(the_tree.root, the_tree.arch, args.build, the_clang)
                checked.config = build.name
                created = not build.directory.exists()
                stack.enter_context(checker.locked(build.directory))
                files = files_to_check(the_tree.base, all_sites, build.arch)
                pairs = _units(build, the_tree, files, jobs, the_clang.program) if files else []
            with steps.step(f"Checker over {len(pairs)} files, {build.name}", len(pairs)) as advance:
                cache = build.directory / "checker"
                cache.mkdir(exist_ok=True)
                done = checker.check(cache, [unit for _, unit in pairs], the_clang,
                                     os.path.realpath(the_tree.base), jobs, args.launch, advance)
        except (kbuild.NotPossible, UserError) as err:
            if created:
                shutil.rmtree(build.directory, ignore_errors=True)
            checked.not_run = str(err)
            return checked, {}
    checked.findings, checked.calls, failed = checker.combine(done)
    relative = {unit.file: file for file, unit in pairs}
    checked.failed = {relative[file]: why for file, why in failed}
    checked.compiled = set(relative.values()) - set(checked.failed)
    return checked, {"clang": the_clang.version}
