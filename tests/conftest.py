# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures, and where the tests find the project."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from common import kernel_files, run_audit, write_tree      # noqa: E402
from report import source                                   # noqa: E402


@pytest.fixture
def kernel(tmp_path):
    """A tree with a Makefile, an mm/gup.c and one driver."""
    return write_tree(tmp_path / "linux", kernel_files())


@pytest.fixture(scope="session")
def linux():
    """Debian's kernel source, unpacked once into the user's cache directory."""
    return source.unpack("linux-source-6.1")


@pytest.fixture(scope="session")
def audit_of_linux(linux, tmp_path_factory):
    """The audit of linux-source-6.1 as x86 has it: the directory of its results."""
    out = tmp_path_factory.mktemp("audit-6.1")
    run = run_audit(linux, out, "--other-archs", "no", cache=source.cache_dir().parent)
    assert run.returncode == 0, run.stderr
    return out
