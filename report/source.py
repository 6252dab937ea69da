# SPDX-License-Identifier: GPL-2.0-only
"""The distribution's kernel source, unpacked once into the user's cache directory."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from report.errors import UserError

PACKED = Path("/usr/src")
SUFFIXES = (".tar.xz", ".tar.zst", ".tar.gz")


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gupcheck"


def packed(name):
    """The archive of Debian's package @name. Raises UserError when it is not installed."""
    for suffix in SUFFIXES:
        path = PACKED / (name + suffix)
        if path.is_file():
            return path
    raise UserError(f"no {PACKED / name}.tar.*: install the package {name}, or give KDIR=")


def unpacked(name):
    """Where @name lies unpacked, or None when it does not yet."""
    path = cache_dir() / name
    return path if (path / "Makefile").is_file() else None


def unpack(name, advance=lambda what="": None):
    """
    Unpack Debian's kernel source @name into the cache and return its path; at once
    when it is there. Half an archive is never left under the final name.
    """
    final = cache_dir() / name
    if unpacked(name):
        return final
    archive = packed(name)
    try:
        cache_dir().mkdir(parents=True, exist_ok=True)
        tmp = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache_dir()))
    except OSError as err:
        raise UserError(f"cannot write to {cache_dir()}: {err.strerror}") from err
    try:
        run = subprocess.run(["tar", "-xf", str(archive), "-C", str(tmp)], check=False,
                             capture_output=True, text=True, errors="replace")
        if run.returncode:
            lines = run.stderr.strip().split("\n")
            raise UserError(f"cannot unpack {archive}: {lines[0]}")
        advance(name)
        os.replace(tmp / name, final)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return final
