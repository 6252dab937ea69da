# SPDX-License-Identifier: GPL-2.0-only
"""
What a kernel tree says of itself: that it is one, its version, its files, and
what its own mm/gup.c does about FOLL_GET. Reads only.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from report.errors import UserError

ASSERT_FUNCTION = "__get_user_pages_locked"
ASSERTED = re.compile(r"WARN_ON(?:_ONCE)?\(\s*!\(\s*\w+ & \(?[^;]*?\bFOLL_GET\b")
# ARCH= names that are not directories, from the top Makefile ("Additional ARCH settings")
SRCARCH = {"i386": "x86", "x86_64": "x86", "sparc32": "sparc", "sparc64": "sparc",
           "parisc64": "parisc"}


@dataclass
class Tree:
    root: Path                     # the kernel tree
    base: Path                     # what is audited: root, or an external module's directory
    subdir: str                    # below base, "" for all of it
    version: str
    commit: str = ""
    arch: str = ""                 # the one directory of arch/ to look at, "" for all
    forces_foll_get: list = field(default_factory=list)   # lines of mm/gup.c
    adds_foll_get: dict = field(default_factory=dict)     # entry point -> line of mm/gup.c
    asserts_foll_get: list = field(default_factory=list)  # lines of mm/gup.c
    refuses_longterm: dict = field(default_factory=dict)  # remote call -> "always" or "locked"

    @property
    def is_module(self):
        return self.base != self.root

    def wants(self, path):
        """Is @path, below base, part of what is audited?"""
        return self.is_module or not self.arch or not path.startswith("arch/") \
            or path.startswith(f"arch/{self.arch}/")


def read_text(path):
    """The text of a source file; bytes that are not UTF-8 survive a round trip."""
    return Path(path).read_bytes().decode("utf-8", "surrogateescape")


def strip_comments(text):
    """Blank out comments and literals, keeping every position and line."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def _version(root):
    try:
        head = read_text(root / "Makefile")[:2000]
    except OSError as err:
        raise UserError(f"{root} is not a kernel tree: no readable Makefile "
                        f"({err.strerror}); give KDIR=/path/to/linux") from err
    parts = {}
    for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION"):
        match = re.search(rf"^{name}[ \t]*=[ \t]*(\S*)", head, re.M)
        parts[name] = match.group(1) if match else ""
    if not parts["VERSION"].isdigit() or not parts["PATCHLEVEL"].isdigit():
        raise UserError(f"{root} is not a kernel tree: its Makefile names no VERSION and "
                        "PATCHLEVEL; give KDIR=/path/to/linux")
    version = f"{parts['VERSION']}.{parts['PATCHLEVEL']}"
    if parts["SUBLEVEL"]:
        version += f".{parts['SUBLEVEL']}"
    return version + parts["EXTRAVERSION"]


def _commit(root):
    """The commit of a git tree; nothing when it is not one, or git does not want to say."""
    if not (root / ".git").exists():
        return ""
    run = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True,
                         text=True, check=False,
                         env={**{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
                              "GIT_OPTIONAL_LOCKS": "0"})
    return run.stdout.strip() if run.returncode == 0 else ""


def function_bodies(text):
    """Yield (name, line of the body's first byte, body) of kernel-style functions in @text."""
    for match in re.finditer(r"^(?!#)[A-Za-z_][^;{}#]*?\b(\w+)\([^;{}]*\)\s*\n\{\n(.*?)^\}",
                             text, re.S | re.M):
        yield match.group(1), text.count("\n", 0, match.start(2)) + 1, match.group(2)


def gup_facts(text):
    """
    From the text of mm/gup.c: the lines on which the assert function forces
    FOLL_GET, and {entry point: line} for those that add it for their caller.
    """
    forces, adds = [], {}
    for name, first, body in function_bodies(strip_comments(text)):
        for i, line in enumerate(body.split("\n")):
            # "flags |= FOLL_GET", or is_valid_gup_args(..., &gup_flags, FOLL_GET | ...)
            if not (re.search(r"\w+\s*\|=[^;]*\bFOLL_GET\b", line)
                    or re.search(r"\bFOLL_TOUCH\s*\|\s*FOLL_GET\b|&\w+,\s*FOLL_GET\b", line)
                    or re.search(r"^\s*FOLL_GET\b[^;]*\)\)", line)):
                continue
            if name == ASSERT_FUNCTION:
                forces.append(first + i)
            elif re.match(r"get_user_page", name):
                adds.setdefault(name, first + i)
    return forces, adds


def asserted(text):
    """The lines of mm/gup.c (its @text) at which the assert stands, where it has landed."""
    out = []
    for name, first, body in function_bodies(strip_comments(text)):
        if name == ASSERT_FUNCTION:
            out += [first + body.count("\n", 0, m.start()) for m in ASSERTED.finditer(body)]
    return out


def wrappers(text, adds):
    """
    The functions in the @text of include/linux/mm.h that call one of @adds (as gup_facts()
    returns it), which thus adds FOLL_GET for their callers too.
    """
    if not adds:
        return {}
    call = re.compile(r"\b(%s)\s*\(" % "|".join(map(re.escape, sorted(adds))))
    found = {}
    for name, _first, body in function_bodies(strip_comments(text)):
        match = call.search(body)
        if match and re.match(r"get_user_page", name):
            found[name] = adds[match.group(1)]
    return found


def longterm_refusals(text):
    """
    From the text of mm/gup.c: {remote entry point: "always" | "locked"} for those that
    refuse FOLL_LONGTERM, themselves or by a helper, always or when locked is given.
    """
    bodies = {}
    for name, _, body in function_bodies(strip_comments(text)):
        bodies[name] = bodies.get(name, "") + body
    fails = r"\)+\s*return\s+(?:-EINVAL|false|0)\s*;"

    def look(name, pins, seen):
        body = bodies.get(name, "")
        pins = pins or re.search(r"\bFOLL_PIN\b", body) is not None and not name.startswith("is_valid")
        if re.search(r"if\s*\((?:\s*WARN_ON(?:_ONCE)?\()?\s*\w+\s*&\s*FOLL_LONGTERM\s*" + fails, body):
            return "always"
        if not pins and re.search(r"!\(\w+\s*&\s*FOLL_PIN\)\s*&&\s*\(\w+\s*&\s*FOLL_LONGTERM" + fails, body):
            return "always"
        how = ""
        if re.search(r"&\s*FOLL_LONGTERM\)\s*\{\s*if\s*\((?:WARN_ON(?:_ONCE)?\()?locked" + fails, body):
            how = "locked"
        for callee in sorted(set(re.findall(r"\b(is_valid_gup_\w+|__get_user_pages_remote)\(", body)) - seen):
            found = look(callee, pins, seen | {callee})
            how = "always" if found == "always" else how or found
        return how

    remote = [name for name in bodies if re.fullmatch(r"(?:get|pin)_user_pages?(?:_vma)?_remote", name)]
    found = {name: look(name, name.startswith("pin"), {name}) for name in remote}
    return {name: how for name, how in found.items() if how}


def _srcarch(root, arch):
    srcarch = SRCARCH.get(arch, arch)
    if arch and not (root / "arch" / srcarch).is_dir():
        raise UserError(f"ARCH={arch}: {root} has no arch/{srcarch}")
    return srcarch


def open_tree(kdir, module="", arch=""):
    """
    Look at @kdir and the part @module of it (a path below it, or an external
    module's absolute path), with one architecture or all of them. Raises
    UserError when that is nothing to audit.
    """
    if not kdir:
        raise UserError("no kernel tree: give KDIR=/path/to/linux")
    root = Path(kdir).expanduser()
    if not root.exists():
        raise UserError(f"no kernel there: {root} does not exist; give KDIR=/path/to/linux")
    if not root.is_dir():
        raise UserError(f"{root} is a file, not a kernel tree; give KDIR=/path/to/linux")
    root = root.resolve()
    version = _version(root)
    base, subdir = root, ""
    if module:
        target = Path(module)
        target = (target if target.is_absolute() else root / target).resolve()
        if not target.is_dir():
            raise UserError(f"M={module}: no such directory"
                            + ("" if Path(module).is_absolute() else f" below {root}"))
        if target == root or root in target.parents:
            subdir = "" if target == root else str(target.relative_to(root))
        else:
            base = target
    tree = Tree(root, base, subdir, version, _commit(root), _srcarch(root, arch))
    try:
        text = read_text(root / "mm" / "gup.c")
    except OSError as err:
        raise UserError(f"{root} is not a whole kernel tree: mm/gup.c: {err.strerror}") from err
    tree.forces_foll_get, tree.adds_foll_get = gup_facts(text)
    tree.asserts_foll_get = asserted(text)
    tree.refuses_longterm = longterm_refusals(text)
    header = root / "include" / "linux" / "mm.h"
    if header.is_file():
        tree.adds_foll_get.update(wrappers(read_text(header), tree.adds_foll_get))
    return tree
