# SPDX-License-Identifier: GPL-2.0-only
"""Files that are there whole or not at all."""

import os


def put_file(path, data):
    """
    Make @data, text or bytes, the content of the file @path, a Path: who reads it meanwhile, or after a
    crash, has the old or the new one. Raises OSError; then nothing is left beside it.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
