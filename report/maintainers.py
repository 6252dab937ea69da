# SPDX-License-Identifier: GPL-2.0-only
"""
Who looks after a file: the tree's own MAINTAINERS, read as scripts/get_maintainer.pl
reads it (with --no-git --no-git-fallback, and with its .mailmap), which needs perl
and a third of a second a file. Sources: the head of MAINTAINERS, and
read_maintainer_file(), get_maintainers() and add_categories() of the script. A test
holds the two against each other.
"""

import re
from dataclasses import dataclass, field
from email.utils import getaddresses

CHIEF = re.compile(r'^push\(@penguin_chief, "[^:"]+:([^"]+)"\);', re.M)


@dataclass
class Section:
    """One entry of MAINTAINERS. People are "Name <address>", lists are addresses."""

    name: str
    status: str = ""
    maintainers: list = field(default_factory=list)
    reviewers: list = field(default_factory=list)
    lists: list = field(default_factory=list)
    trees: list = field(default_factory=list)
    excludes: list = field(default_factory=list)       # what _pattern() returns
    names: list = field(default_factory=list)
    keywords: list = field(default_factory=list)

    @property
    def is_rest(self):
        """THE REST takes every file: it says nothing about one."""
        return self.name == "THE REST"


def _read(path):
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _pattern(value, root):
    """An F: or X: value as (regex, slashes that a file must have or None, depth, plain text)."""
    text = value.replace(".", r"\.").replace("*", ".*").replace("?", ".")
    if not text.endswith("/") and "\\" not in text and (root / text).is_dir():
        text += "/"
    slashes = text.count("/")
    if text.startswith(".*"):
        depth = -1
    else:
        depth = slashes if text.endswith("/") else slashes + 1
    plain = text.replace("\\", "")
    if not text.endswith("/") and not (root / plain).is_file():
        plain = ""                 # the script then takes it for the beginning of a name
    try:
        return re.compile(text), None if text.endswith("/") else slashes, depth, "" if set("*?") & set(value) else plain
    except re.error:
        return None


def _regex(value):
    """An N: or K: value: a perl regex under /x. One that python cannot read matches nothing."""
    try:
        return re.compile(value, re.X)
    except re.error:
        return None


def _matches(pattern, path):
    regex, slashes, _depth, _plain = pattern
    return regex.match(path) and slashes in (None, path.count("/"))


def _people(value):
    """'Name <address>' for each address in an M: or R: line."""
    found = re.match(r"\s*([^<]*?)\s*<(.+@[^>]*)>", value)
    if found and value.count("@") == 1:
        return [(found[1].strip('"'), found[2].strip())]
    return [(name, address) for name, address in getaddresses([value]) if "@" in address]


class Maintainers:
    """MAINTAINERS of the tree at @root; empty, and then known to nobody, where there is none."""

    def __init__(self, root):
        self.root = root
        self.sections = []
        self.plain = {}            # {a file, or a directory with its slash: [(section, depth)]}
        self.wild = []             # [(section, pattern)]: what no lookup finds
        self.chiefs = {address.replace("\\", "") for address in
                       CHIEF.findall(_read(root / "scripts/get_maintainer.pl"))}
        self.mailmap = self._read_mailmap(_read(root / ".mailmap"))
        self._read_sections(_read(root / "MAINTAINERS"))

    def _read_sections(self, text):
        into = {"M": "maintainers", "R": "reviewers", "L": "lists", "T": "trees"}
        section = None
        for line in text.split("\n"):
            tag = re.match(r"([A-Z]):\s*(.*)", line)
            if not tag:
                if line.strip() and not line.lstrip().startswith("#"):
                    section = Section(line.rstrip())
                    self.sections.append(section)
                continue
            if section is None:
                continue
            letter, value = tag[1], tag[2].rstrip()
            if letter in into:
                getattr(section, into[letter]).append(value)
            elif letter == "S":
                section.status = value
            elif letter in "FX":
                pattern = _pattern(value, self.root)
                if pattern and letter == "X":
                    section.excludes.append(pattern)
                elif pattern:
                    self._index(len(self.sections) - 1, pattern)
            elif letter in "NK":
                regex = _regex(value)
                if regex:
                    (section.names if letter == "N" else section.keywords).append(regex)

    def _index(self, i, pattern):
        """Most F: lines are a file's or a directory's name: those are looked up, not tried."""
        if pattern[3]:
            self.plain.setdefault(pattern[3], []).append((i, pattern[2]))
        else:
            self.wild.append((i, pattern))

    def _depths(self, path):
        """{section: how closely its F: and N: lines name @path}"""
        depth = {}
        parts = path.split("/")
        homes = [path, *("/".join(parts[:n]) + "/" for n in range(1, len(parts)))]
        found = [pair for home in homes for pair in self.plain.get(home, [])]
        found += [(i, p[2]) for i, p in self.wild if _matches(p, path)]
        found += [(i, 0) for i, section in enumerate(self.sections)
                  if any(regex.search(path) for regex in section.names)]
        for i, value in found:
            if not any(_matches(p, path) for p in self.sections[i].excludes):
                depth[i] = max(depth.get(i, -1), value)
        return depth

    @staticmethod
    def _read_mailmap(text):
        """{wrong address, or "name <address>": (name or None, address or None)}"""
        mailmap = {}
        for line in text.split("\n"):
            line = line.split("#")[0].strip()
            found = re.fullmatch(r"([^<]*)<([^>]+)>\s*(?:([^<]*)<([^>]+)>)?", line)
            if not found:
                continue
            name, address, wrong_name, wrong = (g and g.strip() for g in found.groups())
            if wrong is None:
                mailmap[address] = (name, mailmap.get(address, (None, None))[1])
            else:
                key = f"{wrong_name} <{wrong}>" if wrong_name else wrong
                mailmap[key] = (name or mailmap.get(key, (None,))[0], address)
        return mailmap

    def _mapped(self, name, address):
        key = f"{name} <{address}>"
        new = self.mailmap.get(key) or self.mailmap.get(address) or (None, None)
        return new[0] or name, new[1] or address

    def for_file(self, path, text=None):
        """
        The sections that take @path (relative to the root), the one that names it most
        closely first. @text is the file's content, read from the tree when not given: K:
        lines look for words in it, and their sections come last.
        """
        depth = self._depths(path)
        found = sorted(depth, key=lambda i: (-depth[i], i))
        if text is None:
            text = _read(self.root / path)
        found += [i for i, section in enumerate(self.sections) if i not in depth and text
                  and any(regex.search(text) for regex in section.keywords)]
        return [self.sections[i] for i in found]

    def subsystem(self, path):
        """
        The section that people know @path by: the closest one that has somebody to send a
        patch to, or None. Only F: and N: lines count, as a word in a file is no home.
        """
        for section in self.for_file(path, text=""):
            if not section.is_rest and (section.maintainers or section.lists):
                return section
        return None

    def send_to(self, path, text=None):
        """
        Whom get_maintainer.pl names for @path: {"maintainers", "reviewers", "lists"}, each
        person once, in its order. Lists for subscribers only are left out.
        """
        people, lists = [], []
        used_names, used_addresses = set(), set()
        for section in self.for_file(path, text):
            for value in section.lists:
                address, _, rest = value.partition(" ")
                if "subscribers-only" not in rest and address.lower() not in map(str.lower, lists):
                    lists.append(address)
            for role in ("maintainers", "reviewers"):
                for value in getattr(section, role):
                    for name, address in _people(value):
                        if (name and name.lower() in used_names) or \
                                address.lower() in used_addresses:
                            continue
                        used_names.add(name.lower())
                        used_addresses.add(address.lower())
                        people.append((role, *self._mapped(name, address)))
        return {"maintainers": self._once(people, "maintainers"),
                "reviewers": self._once(people, "reviewers"), "lists": lists}

    def _once(self, people, wanted):
        """@people of the role @wanted; two who are one after .mailmap count as the first."""
        result, seen = [], set()
        for role, name, address in people:
            key = (name or address).lower()
            if address.lower() in self.chiefs or key in seen:
                continue
            seen.add(key)
            if role == wanted:
                result.append(f"{name} <{address}>" if name else address)
        return result
