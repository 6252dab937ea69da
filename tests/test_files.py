# SPDX-License-Identifier: GPL-2.0-only
"""report.files: the old content or the new one, and nothing beside it."""

import os

import pytest

from report import files


def test_text_and_bytes(tmp_path):
    path = tmp_path / "x.json"
    files.put_file(path, "\udcffé")
    assert path.read_bytes() == b"\xff\xc3\xa9"
    files.put_file(path, "\ud800x")
    assert path.read_bytes() == b"?x"
    files.put_file(path, b"\0")
    assert path.read_bytes() == b"\0" and os.listdir(tmp_path) == ["x.json"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    path.write_text("old")

    def refuse(*_):
        raise OSError("no")
    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(OSError):
        files.put_file(path, "new")
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["x.json"]
