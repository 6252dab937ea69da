# SPDX-License-Identifier: GPL-2.0-only
"""
A second count of call sites that shares nothing with the inventory: clang's raw
lexer finds the names, Universal Ctags says which of them are declarations.
"""

import json
import random
import re
import subprocess

from report import api
from report.maintainers import Maintainers

TOKEN = re.compile(r"^(\w+) '((?:.|\n)*?)'\t.*?Loc=<(?:.*?):(\d+):(\d+)", re.M)


def files_naming(root, names):
    """.c and .h files below @root with one of @names as a word, by grep."""
    run = subprocess.run(["grep", "-rlwE", "--include=*.[ch]", "|".join(sorted(names)), "."],
                         cwd=root, capture_output=True, check=False)
    return sorted(f[2:] for f in run.stdout.decode("utf-8", "surrogateescape").split("\n") if f)


def declarations(root, files):
    run = subprocess.run(["ctags", "--options=NONE", "--languages=C", "--langmap=C:.c.h",
                          "--kinds-C=pf", "--output-format=json", "--fields=+nK", "-L", "-", "-f",
                          "-"], cwd=root, input="\n".join(files), capture_output=True, text=True,
                         errors="surrogateescape", check=False)
    tags = [json.loads(line) for line in run.stdout.split("\n") if line]
    return {(t["path"], t["line"], t["name"]) for t in tags}


def raw_tokens(root, path):
    run = subprocess.run(["clang", "-cc1", "-dump-raw-tokens", path], cwd=root,
                         capture_output=True, check=False)
    text = run.stderr.decode("utf-8", "replace")
    return [t for t in TOKEN.findall(text) if t[0] not in ("comment", "unknown")]


def count(root, names):
    """{(file, line, column, name)} of the calls of @names below @root."""
    files = files_naming(root, names)
    declared = declarations(root, files)
    found = set()
    for path in files:
        toks = raw_tokens(root, path)
        for i, (kind, text, line, col) in enumerate(toks[:-1]):
            if kind != "raw_identifier" or text not in names or toks[i + 1][0] != "l_paren":
                continue
            if (path, int(line), text) in declared or toks[i - 1][0] in ("arrow", "period"):
                continue
            if toks[i - 1][1] == "define":
                continue
            found.add((path, int(line), int(col), text))
    return found


def gup_names():
    """The functions of the API table that only GUP has; macros of any page release apart."""
    return {f.name for f in api.load_api().values() if not f.generic}


def sample_of_files(linux, users, others):
    """So many files of @linux that use the API, and so many others: the same ones every time."""
    rng = random.Random(2019)
    every = sorted(str(p.relative_to(linux)) for p in linux.rglob("*.[ch]"))
    grep = subprocess.run(["grep", "-rlE", "(pin|get)_user_pages|unpin_user_page", "--include=*.c",
                           "."], cwd=linux, capture_output=True, text=True, check=True)
    named = sorted(name[2:] for name in grep.stdout.split())
    return sorted({*rng.sample(named, users), *rng.sample(every, others)})


def maintainers_differ(linux, files):
    """[(file, what only get_maintainer.pl names, what only we name)]; it quotes some names."""
    known, differ = Maintainers(linux), []
    for path in files:
        run = subprocess.run(["perl", "scripts/get_maintainer.pl", "--no-git", "--no-git-fallback",
                              "--no-rolestats", "-f", path], cwd=linux, capture_output=True,
                             text=True, errors="surrogateescape", check=True)
        theirs = {line.replace('"', "") for line in run.stdout.split("\n") if line}
        ours = {p.replace('"', "") for group in known.send_to(path).values() for p in group}
        if ours != theirs:
            differ.append((path, theirs - ours, ours - theirs))
    return differ
