# SPDX-License-Identifier: GPL-2.0-only
"""
A patch series in the kernel's manner. The edits are committed to a scratch git
repository that holds only the files they touch, and git format-patch writes them:
the blobs are the tree's own, so that git am finds its place.
"""

import os
import re
import subprocess
import textwrap
import time

from report.errors import UserError
from report.sarif import printable

WIDTH = 72                         # of a line in a commit's message
NOBODY = ("Your Name", "you@example.com")
SCRIPT = "scripts/get_maintainer.pl"
# no source of people but MAINTAINERS: no git, no guess by signatures
ASK = ("--no-git", "--no-git-fallback", "--no-rolestats", "--no-roles")


def wrap(text):
    """Paragraphs of @text, folded; lines that begin with a space stay as they are."""
    out = []
    for part in text.strip().split("\n\n"):
        out.append(part if part.startswith(" ") else
                   textwrap.fill(" ".join(part.split()), WIDTH, break_long_words=False,
                                 break_on_hyphens=False))
    return "\n\n".join(out)


def header(text):
    """@text as the value of one mail header: no line break or control character ends it."""
    return " ".join(printable(text).split())


def author():
    """(name, address) as git has them, or a placeholder that says so."""
    out = []
    for key in ("user.name", "user.email"):
        run = subprocess.run(["git", "config", "--get", key], capture_output=True, text=True,
                             check=False)
        out.append(run.stdout.strip())
    return tuple(out) if all(out) else NOBODY


def send_to(root, files):
    """
    ([To], [Cc]) for a patch of @files: people and lists, as the tree's own get_maintainer.pl
    names them. Empty where the tree has no such script.
    """
    if not files or not (root / SCRIPT).is_file():
        return [], []
    lists = []
    for what in (("--no-l",), ("--no-m", "--no-r")):
        run = subprocess.run(["perl", SCRIPT, *ASK, *what, "-f", *files], cwd=root, text=True,
                             errors="replace", capture_output=True, check=False)
        lists.append([header(line) for line in run.stdout.split("\n") if "@" in line])
    return lists[0], lists[1]


class Series:
    """The scratch repository at @work (a new directory); patches are added in order."""

    def __init__(self, work, root, name_and_address):
        self.work, self.root = work, root
        self.patches = []          # (subject, files, note that goes below the ---)
        self.unasked = set()       # edited files that the checker does not compile
        name, address = name_and_address
        when = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
        self.signed = f"Signed-off-by: {name} <{address}>"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.env.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
                        GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=address,
                        GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=address,
                        GIT_AUTHOR_DATE=f"{when} +0000", GIT_COMMITTER_DATE=f"{when} +0000")
        work.mkdir()
        self.git("init", "-q", "-b", "base")
        self.git("commit", "-q", "--allow-empty", "-m", "base")

    def git(self, *argv, data=None):
        run = subprocess.run(["git", *argv], cwd=self.work, env=self.env, input=data,
                             capture_output=True, check=False)
        if run.returncode:
            text = run.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise UserError(f"git {argv[0]} failed in the scratch repository: {printable(text)}")
        return run.stdout.decode("utf-8", "surrogateescape")

    def take(self, files):
        """Copy @files of the tree into the repository, before any edit."""
        for name in files:
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_bytes((self.root / name).read_bytes())
        self.git("add", "-f", "--", *files)
        self.git("commit", "-q", "--amend", "--allow-empty", "-m", "base")

    def changed(self, *files):
        """Has one of @files an edit that is not committed?"""
        return bool(self.git("status", "--porcelain", "--", *files).strip())

    def add(self, subject, body, files, note=""):
        """
        Commit what has changed in @files. @note is for the sender's eyes, no part of the
        commit. Returns False where nothing has changed.
        """
        if not self.changed(*files):
            return False
        message = f"{header(subject)}\n\n{wrap(body)}\n\n{self.signed}\n"
        self.git("commit", "-q", "-F", "-", "--", *files, data=message.encode())
        self.patches.append((subject, files, note))
        return True

    def write(self, out, subject, letter, signature):
        """
        Write the series into the directory @out, cover letter first. Returns the files. Each
        patch goes to those who maintain what it touches, the letter to all lists.
        """
        self.git("format-patch", "-q", "--cover-letter", "--numbered", "-o", str(out),
                 f"--signature={signature}", f"HEAD~{len(self.patches)}")
        paths = sorted(out.glob("[0-9]*.patch"))
        every, people = [], {}
        for _subject, files, _note in self.patches:
            key = tuple(files)
            people[key] = send_to(self.root, files)
            every += [a for a in people[key][1] if a not in every]
        for path, patch in zip(paths, [None, *self.patches]):
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
            to, cc = people[tuple(patch[1])] if patch else ([], every)
            if not patch:
                text = text.replace("*** SUBJECT HERE ***", header(subject), 1)
                text = text.replace("*** BLURB HERE ***", wrap(letter), 1)
            elif patch[2]:
                text = text.replace("\n---\n", f"\n---\n{wrap(patch[2])}\n\n", 1)
            head, rest = text.split("\n\n", 1)
            lines = [f"To: {a}" for a in to] + [f"Cc: {a}" for a in cc if a not in to]
            path.write_text("\n".join([head, *lines]) + "\n\n" + rest, encoding="utf-8",
                            errors="surrogateescape")
        return paths


def prefix(files):
    """What a subject begins with: the file's or the directory's name as people say it."""
    top = os.path.commonpath(files) or files[0]
    parts = re.sub(r"\.[ch]$", "", top).split("/")
    if parts[0] in ("drivers", "arch") and len(parts) > 1:
        parts = parts[1:]
    if parts[:2] == ["gpu", "drm"]:
        parts = parts[1:]
    if len(parts) > 3:
        parts = [parts[0], *parts[-2:]]
    return header("/".join(parts))
