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


def _stamp(archive):
    """Tells one release of a package from the next."""
    stat = archive.stat()
    return f"{archive} {stat.st_size} {stat.st_mtime_ns}\n"


def unpacked(name):
    """Where the installed @name lies unpacked, or None when it does not yet."""
    path, stamp = cache_dir() / name, cache_dir() / f"{name}.from"
    try:
        fresh = stamp.read_text(encoding="utf-8") == _stamp(packed(name))
    except OSError:
        fresh = False
    return path if fresh and (path / "Makefile").is_file() else None


def unpack(name):
    """
    Unpack Debian's kernel source @name into the cache and return its path; at once
    when it is there and of the installed package. Half an archive is never left
    under the final name.
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
        if final.exists():
            os.replace(final, tmp / "old")
        os.replace(tmp / name, final)
        (cache_dir() / f"{name}.from").write_text(_stamp(archive), encoding="utf-8")
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return final
