# SPDX-License-Identifier: GPL-2.0-only
"""
The checker's part of an audit: configure the tree, find the files that name the
API, run the checker over them. Where it cannot run, the audit goes on without it.
"""

import functools
import hashlib
import os
import re
import subprocess
from collections import defaultdict
from contextlib import ExitStack

from report import api as table
from report import archs, asserts, checker, clang, compdb, kbuild, link, sites, source
from report.errors import UserError
from report.join import Checked
from report.whole import Whole

PLAIN = re.compile(r"[\w./+,@-]+\.c")          # what can be a target of make


def files_to_check(base, all_sites):
    """
    The .c files below @base, relative to it, that call the API or include a file beside
    them that does.
    """
    own = sites.in_scope(all_sites)
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


def _first(whole, files, steps, arch):
    """Compile @files for the first architecture. Raises NotPossible, UserError."""
    with steps.step("Configure the kernel for the checker"):
        build = whole.open(arch)
        mine = [file for file in files if archs.of_path(file) in ("", arch) or whole.tree.is_module]
        if mine and link.GUP_C not in mine:
            mine.append(link.GUP_C)
        count = len(whole.units(build, mine)) if mine else 0
    with steps.step(f"Checker over {count} files, {build.name}", count) as advance:
        if mine:
            whole.compile(build, mine, advance)


def _unseen(all_sites, checked):
    """{file: lines} of the calls that take references and that the checker did not see."""
    seen = {place[:2] for place in checked.calls} | {checker.site_of(f)[:2] for f in checked.findings}
    unseen = defaultdict(list)
    for site in all_sites:
        if site.api.role == "acquire" and (site.file, site.line) not in seen:
            unseen[site.file].append(site.line)
    return unseen


def _others(whole, files, all_sites, steps):
    """Compile what the first architecture does not, for those that it is for."""
    with steps.step("Other architectures") as advance:
        if whole.tree.is_module or whole.tree.arch or whole.args.build or whole.args.other_archs == "no":
            return
        options = functools.cache(lambda: archs.Options(whole.tree.root))
        unseen = _unseen(all_sites, whole.checked())
        acquiring = {site.file for site in all_sites if site.api.role == "acquire"}
        for arch, own in whole.elsewhere(files, unseen, options).items():
            left = [file for file in own if file not in whole.done or file in unseen]
            if acquiring.intersection(left):
                whole.compile_for(arch, left, advance)
                unseen = _unseen(all_sites, whole.checked())
            for target in archs.targets(whole.tree.root, arch):
                left = [file for file in own if file not in whole.done]
                if acquiring.intersection(left):
                    left = whole.could_have(arch, target, left)
                if acquiring.intersection(left):
                    whole.compile_for(arch, left, advance, target)


def check(args, the_tree, all_sites, text, jobs, steps):
    """
    Run the checker over the tree, as one program. Returns (Checked, {engine: version}); what
    prevents it is in Checked.not_run. @text: kept.Kept of the tree. Five steps of @steps.
    """
    with ExitStack() as stack:
        try:
            the_clang = clang.find()
            shadow = _shadow(the_tree.base) if the_tree.is_module else None
            whole = Whole(args, the_tree, the_clang, jobs, stack, shadow)
            files = files_to_check(the_tree.base, all_sites)
            _first(whole, files, steps, the_tree.arch or "x86")
        except (kbuild.NotPossible, UserError) as err:
            checked = Checked(not_run=str(err))
            checked.linked.policy = args.policy or "assert"
            return checked, {}
        _others(whole, files, all_sites, steps)
        with steps.step("Files that name what was learnt") as advance:
            rounds = whole.follow({f.name for f in table.load_api().values() if f.role == "release"}, text, advance)
        with steps.step(f"Link {len(whole.done)} files"):
            checked = whole.checked()
            checked.linked = asserts.ask(whole, rounds)
    return checked, {"clang": the_clang.version, "link": table.version()}
