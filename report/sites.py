# SPDX-License-Identifier: GPL-2.0-only
"""The inventory: every call of the API in a tree, each with its flags as far as text tells."""

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass, field

from report import flags as gup_flags
from report.api import ROOT
from report.errors import UserError

WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\S")
PROGRAM = ROOT / "build" / "gup-inventory"


@dataclass
class Site:
    """One call. Lines and columns count from 1, columns in bytes."""

    file: str
    line: int
    col: int
    end_line: int
    callee: str
    function: str
    args: list
    params: list
    assigns: dict
    in_macro: bool
    static: bool
    api: object                    # the row of the table
    flags: object = None           # flags.Flags, or None when the call takes none
    ordinal: int = 0               # nth call with the same identity in its function
    findings: list = field(default_factory=list)
    verdict: str = "open"
    reason: str = ""
    seen_by_spatch: object = None  # True, False, or None when spatch was not asked
    arms: bool = False             # an #if stands inside the call: arguments are not certain
    listed: bool = True            # the inventory has it
    checker: str = ""              # how far the checker came with it: see join.py
    checker_said: tuple = ()       # (verdict, text), when it judged the call
    said: dict = field(default_factory=dict)           # {engine: (verdict, text)}
    taken_back: str = ""           # what a semantic patch found and better knowledge refuted
    asserts: dict = field(default_factory=dict)        # {verdict, and where linked why, chain}
    config: str = ""               # in which the checker compiled its file
    case: tuple = ()               # (CASE of pin_user_pages.rst, what shows it), as the checker saw it

    @property
    def identity(self):
        """What makes this the same call in a changed file: no line, no column, no local name."""
        return (self.file, self.function, self.callee, ", ".join(map(shape, self.args)),
                self.ordinal)

    def fingerprint(self, rule=""):
        """Of a finding of @rule at this call; without a rule: of the call."""
        text = "\0".join([rule, *map(str, self.identity)])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def argument(self, param):
        return self.api.argument(self.args, param)


def shape(text):
    """
    The text of an argument without what renaming a variable or a new line break
    changes: constants, fields and callees stay, other names are "_".
    """
    words = WORD.findall(re.sub(r"/\*.*?\*/", " ", text, flags=re.S))
    out = []
    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else ""
        local = re.match(r"[A-Za-z_]", word) and not re.fullmatch(r"[A-Z_][A-Z0-9_]+", word)
        if local and after != "(" and (not i or words[i - 1] not in ("->", ".")):
            word = "_"
        out.append(word)
    return " ".join(out)


def write_inventory(tree, names, out, names_file, kept=None):
    """
    Run the inventory program over @tree for @names (the API table) and write its JSON Lines to
    the file @out. @kept: kept.Kept of the tree, where what was read before may be used. Raises
    UserError when it cannot.
    """
    if not PROGRAM.is_file():
        raise UserError("build/gup-inventory is not built: run 'make all'")
    lines = [name + (" +" if any("gup_flags" in form for form in function.forms.values()) else "")
             for name, function in sorted(names.items())]
    names_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    top = tree.base / tree.subdir if tree.subdir else tree.base

    def make(path):
        with open(path, "wb") as stream:
            run = subprocess.run([str(PROGRAM), "--names", str(names_file), str(top)],
                                 stdout=stream, stderr=subprocess.PIPE, check=False)
        if run.returncode:
            message = run.stderr.decode("utf-8", "replace").strip()
            raise UserError(message or f"gup-inventory ended with status {run.returncode}")
    if kept:
        kept.get(f"inventory {PROGRAM.stat().st_mtime_ns}\n" + "\n".join(lines), out, make)
    else:
        make(out)


def _evaluate(site):
    text = site.argument("gup_flags")
    if text is None:
        text = "0" if site.api.implies_flags else None
    if text is None:
        return None
    return gup_flags.evaluate(text, site.assigns, site.params, site.api.implies_flags)


def read_inventory(path, api, tree):
    """
    Read what write_inventory() wrote of @tree. Returns (sites, skipped, summary),
    files relative to tree.base. Raises UserError when the file is not whole.
    """
    sites, skipped, summary, counts = [], [], None, {}
    prefix = tree.subdir + "/" if tree.subdir else ""
    try:
        with open(path, encoding="utf-8") as stream:
            rows = [json.loads(line) for line in stream]
    except (OSError, ValueError) as err:
        raise UserError(f"{path}: not an inventory: {err}") from err
    for row in rows:
        if "summary" in row:
            summary = row["summary"]
        elif not tree.wants(prefix + row.get("file", row.get("skipped"))):
            continue
        elif "skipped" in row:
            skipped.append({"file": prefix + row["skipped"], "reason": row["reason"]})
        else:
            site = Site(file=prefix + row["file"], line=row["line"], col=row["col"],
                        end_line=row["end_line"], callee=row["callee"],
                        function=row.get("function", ""), args=row["args"],
                        params=row.get("params", []), assigns=row["assigns"],
                        in_macro=row.get("macro", False), static=row.get("static", False),
                        api=api[row["callee"]], arms=row["arms"])
            key = site.identity
            site.ordinal = counts[key] = counts.get(key, -1) + 1
            site.flags = _evaluate(site)
            sites.append(site)
    if summary is None:
        raise UserError(f"{path}: the inventory is cut short; run the audit again")
    return sites, skipped, summary


def in_scope(sites):
    """
    The files that the semantic patches read, sorted: those that call more of the
    API than releases of any page reference. A name that spatch cannot be handed,
    or that reads like a place in its output, is left out; its sites stay open.
    """
    return sorted({s.file for s in sites
                   if not s.api.generic and not re.search(r"[\r\n]|:\d+:", s.file)})
