# SPDX-License-Identifier: GPL-2.0-only
"""
Which architecture a file of the kernel is for: its directory says so, or what kbuild's files say
of the option that its object depends on.
"""

import re
from collections import defaultdict
from pathlib import Path

from report.tree import read_text

DEPTH = 4                          # of dependencies between options
MANY = 4                           # an option that so many architectures define tells none of them


def of_path(file):
    """The X of arch/X/, else ""."""
    parts = file.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else ""


def targets(root, arch):
    """
    What else than allmodconfig the Makefile of @arch offers: make's targets, as ppc32_allmodconfig, that
    configure as much as goes together for another kind of its machines. In the order of the file.
    """
    lines = _statements(root / "arch" / arch / "Makefile")
    return [match.group(1) for line in lines if (match := re.match(r"(\w+_allmodconfig)\s*:(?!=)", line))]


def _statements(path):
    """The lines of a file of kbuild, without comments, continued ones as one."""
    try:
        text = read_text(path)
    except OSError:
        return []
    return re.sub(r"(?m)#.*$", "", text.replace("\\\n", " ")).split("\n")


def conditions(root, file):
    """
    {frozenset}: the options (without CONFIG_) with which, all of a set together, kbuild's files make the
    object of @file. Empty: they do not say.
    """
    home = Path(file).parent
    statements = [match for name in ("Kbuild", "Makefile") for line in _statements(root / home / name)
                  if (match := re.match(r"\s*([\w$().-]+?)\s*[:+?]?=(.*)", line))]
    return frozenset(_ways(Path(file).stem + ".o", statements, frozenset()))


def _ways(name, statements, seen):
    """The sets of options with which one of @statements takes up @name, and another what that makes, to an obj-."""
    for match in statements:
        target = match.group(1)
        if target in seen or name not in match.group(2).split():
            continue
        own = frozenset(re.findall(r"\$\(CONFIG_(\w+)\)", target))
        if re.match(r"(?:obj|lib)-", target):
            yield own
            continue
        # parts of another object, or a list that such parts are taken from
        whole = re.sub(r"-(?:objs|y|m)$", "", re.sub(r"-\$\(CONFIG_\w+\)$", "", target))
        above = [way for up in (f"{whole}.o", f"$({target})") for way in _ways(up, statements, seen | {target})]
        for way in above or [frozenset()]:
            yield own | way


def guards(root, file):
    """The options (without CONFIG_) on which kbuild's files make the object of @file depend, sorted."""
    return sorted(frozenset().union(*conditions(root, file)))


def around(root, file, line):
    """The options (without CONFIG_) that the #if around @line of @file name, sorted."""
    nested, before = [], "\n".join(read_text(root / file).split("\n")[:line - 1])
    for text in before.replace("\\\n", " ").split("\n"):
        match = re.match(r"\s*#\s*(if|ifdef|ifndef|elif|endif)\b(.*)", text)
        named = set(re.findall(r"\bCONFIG_(\w+)", match.group(2))) if match else set()
        if match and match.group(1).startswith("if"):
            nested.append(named)
        elif match and nested:
            nested[-1:] = [named] if match.group(1) == "elif" else []
    return sorted(set().union(*nested))


class Options:
    """What the Kconfig files of the tree @root say of options."""

    def __init__(self, root):
        self.homes, self.needs = defaultdict(set), defaultdict(set)
        left = {"Kconfig", *(str(p.relative_to(root)) for p in root.glob("arch/*/Kconfig"))}
        done = set()
        while left:
            name = min(left)
            left.remove(name)
            done.add(name)
            left |= self._read(root / name, of_path(name)) - done

    def _read(self, path, arch):
        """Returns the names of the files that @path includes."""
        option, sources = None, set()
        for line in _statements(path):
            match = re.match(r"\s*(?:menu)?config\s+(\w+)|\s*source\s+\"?([^\s\"$]+)", line)
            if match and match.group(1):
                option = match.group(1)
                self.homes[option].add(arch)
            elif match:
                sources.add(match.group(2))
            elif option and re.match(r"\s*depends\s+on\s", line):
                self.needs[option].update(re.findall(r"(?<![!\w])[A-Z]\w*", line))
        return sources

    def architectures(self, options):
        """Those whose own Kconfig files have what one of @options depends on, the nearest only; sorted."""
        near, seen = set(options), set()
        for _ in range(DEPTH):
            homes = [self.homes[option] for option in sorted(near) if self.homes.get(option)]
            found = {arch for home in homes if "" not in home and len(home) <= MANY for arch in home}
            if found:
                return sorted(found)
            seen |= near
            near = {need for option in near for need in self.needs.get(option, ())} - seen
        return []
