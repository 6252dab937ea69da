# SPDX-License-Identifier: GPL-2.0-only
"""Files that are there whole or not at all."""

import os


def put_file(path, data):
    """
    Make @data, text or bytes, the content of the file @path, a Path: who reads it meanwhile, or after a
    crash, has the old or the new one. Raises OSError; then nothing is left beside it.
    """
    if isinstance(data, str):
        try:
            data = data.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:      # half of a pair, as a damaged log may have it: no byte of a name
            data = data.encode("utf-8", "replace")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
