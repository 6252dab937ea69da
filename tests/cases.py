# SPDX-License-Identifier: GPL-2.0-only
"""Read test cases: the expectations inside testcases/RULE/*.c (see testcases/README.md)."""

import re
from dataclasses import dataclass, field

from common import ROOT

from report import api

CASES = ROOT / "testcases"
MARK = re.compile(r"(expect|gap|false-alarm)\s+([a-z,]+):\s*([a-z0-9-]+)(\s*\(no patch\))?(,\s*\S[^*]*)?")


@dataclass
class Mark:
    what: str
    rule: str
    line: int
    patched: bool


@dataclass
class Case:
    path: object
    text: str
    marks: list = field(default_factory=list)
    patch: list = None             # the -/+ lines that patch mode makes, or None

    @property
    def name(self):
        return str(self.path.relative_to(CASES))


def read_case(path, engine):
    """Raises ValueError on a mark that is not one: a typing error must not pass as silence."""
    case = Case(path, path.read_text(encoding="utf-8"))
    rules = {rule["id"] for rule in api.load_rules()}
    for number, line in enumerate(case.text.split("\n"), 1):
        comment = re.search(r"/\*\s*((?:expect|gap|false-alarm)\b.*?)\*/", line)
        if not comment:
            continue
        marks = comment.group(1).split(";")
        for text in marks:
            match = MARK.fullmatch(text.strip())
            if not match:
                raise ValueError(f"{case.name}:{number}: not a mark: {text.strip()}")
            what, engines, rule, nopatch, reason = match.groups()
            if "cocci" in engines.split(",") and rule not in rules:
                raise ValueError(f"{case.name}:{number}: no rule {rule}")
            if what != "expect" and not reason:
                raise ValueError(f"{case.name}:{number}: {what} without a reason")
            if engine in engines.split(","):
                case.marks.append(Mark(what, rule, number, not nopatch))
    block = re.search(r"^/\* patch\n(.*?)^\*/", case.text, re.S | re.M)
    if block:
        case.patch = block.group(1).splitlines()
    return case


def engines_of(path):
    """The engines that the marks of a case name; none in a silent case."""
    names = re.findall(r"/\*\s*(?:expect|gap|false-alarm)\s+([a-z,]+):",
                       path.read_text(encoding="utf-8"))
    return {engine for listed in names for engine in listed.split(",")}


def is_for(path, engine):
    """
    A case that marks lines for other engines only is theirs, and so is its silent
    twin: this engine may well see more or less in it, and nobody has said what.
    """
    twin = path.with_name(path.name.replace("-ok.c", ".c"))
    engines = engines_of(path) | (engines_of(twin) if twin.exists() else set())
    if not engines and path.name.endswith("-ok.c"):
        return engine == "cocci"       # silent for the rule of its folder, which is all that patches know
    return not engines or engine in engines


def all_cases(engine):
    return [read_case(path, engine) for path in sorted(CASES.glob("*/*.c"))
            if path.parent.name != "include" and is_for(path, engine)]
