# SPDX-License-Identifier: GPL-2.0-only
"""
What was read off the text of a whole tree, kept for as long as no source file changes: size and time of
all of them are looked at, which takes a tenth of reading them.
"""

import hashlib
import os
import subprocess
from pathlib import Path

from report import source
from report.files import put_file


MOST = 40                          # answers that are kept


class Kept:
    """Of the .c and .h files below the directory @top."""

    def __init__(self, top):
        self.top, self.directory = top, source.cache_dir() / "text"
        self.state = self._look()

    def _look(self):
        """A digest that changes when a source file does; None when that cannot be told."""
        done = subprocess.run(["find", ".", "-name", ".?*", "-prune", "-o", "(", "-name", "*.[ch]", "-o", "-type", "l",
                               ")", "-printf", "%p\\0%y %s %T@ %C@\\0"], cwd=self.top, capture_output=True, check=False)
        if done.returncode:
            return None                # a directory that cannot be read
        digest, rows = hashlib.sha256(os.fsencode(os.path.realpath(self.top))), done.stdout.split(b"\0")
        for name, row in sorted(zip(rows[::2], rows[1::2])):
            digest.update(name + b"\0" + row + b"\0")
            if row.startswith(b"l"):
                try:
                    stat = os.stat(os.path.join(os.fsencode(self.top), name))
                    digest.update(f"{stat.st_size} {stat.st_mtime_ns}".encode())
                except OSError:
                    pass
        return digest.digest()

    def get(self, asked, out, make):
        """Have @make(path) write what was @asked for, text, unless it is known, to the file @out."""
        if self.state is None:
            return make(out)
        key = hashlib.sha256(self.state + asked.encode("utf-8", "surrogateescape")).hexdigest()
        path = self.directory / key
        try:
            Path(out).write_bytes(path.read_bytes())
            return None
        except OSError:
            pass
        make(out)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            put_file(path, Path(out).read_bytes())
            for old in sorted(self.directory.iterdir(), key=lambda p: p.stat().st_mtime)[:-MOST]:
                old.unlink(missing_ok=True)
        except OSError:
            pass                       # a cache that cannot be written to costs time, no result
        return None
