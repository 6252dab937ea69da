# SPDX-License-Identifier: GPL-2.0-only
"""What semantic patches said of files that have not changed since: one small file for each."""

import hashlib
import json
import os

from report import source
from report.files import put_file


class Cache:
    """@texts: {rule: the text of its semantic patch}; @version: of spatch."""

    def __init__(self, texts, version, base):
        self.directory = source.cache_dir() / "spatch"
        self.rules = {rule: hashlib.sha256(f"{version}\0{text}".encode("utf-8", "surrogateescape")).digest()
                      for rule, text in texts.items()}
        self.base = base
        self.digests = {}

    def _path(self, rule, file):
        if file not in self.digests:
            try:
                data = (self.base / file).read_bytes()
            except OSError:
                return None
            self.digests[file] = hashlib.sha256(os.fsencode(file) + b"\0" + data).digest()
        key = hashlib.sha256(self.rules[rule] + self.digests[file]).hexdigest()
        return self.directory / key[:2] / (key[2:] + ".json")

    def get(self, rule, file):
        """What was kept of @rule at @file, or None: for put(), a result of report/spatch.py."""
        path = self._path(rule, file)
        try:
            return json.loads(path.read_text(encoding="utf-8")) if path else None
        except (OSError, ValueError):
            return None

    def put(self, rule, result, files):
        """Keep @result, that of a job over @files, a file at a time; none at which spatch gave up."""
        gave_up = {note["file"] for note in result["notes"]}
        for file in files:
            if file not in gave_up:
                self.keep(rule, file, {
                    "findings": [f for f in result["findings"] if f["file"] == file],
                    "seen": [s for s in result["seen"] if s[0] == file], "notes": []})

    def keep(self, rule, file, own):
        """Keep @own, what @rule came to at @file."""
        path = self._path(rule, file)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            put_file(path, json.dumps(own))
        except OSError:
            pass                       # a cache that cannot be written to costs time, no result
