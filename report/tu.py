# SPDX-License-Identifier: GPL-2.0-only
"""
One job of a scan, started by report/scan.mk: the checker over a translation unit.
It ends with a result whatever happens; one without findings says why.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from report import api as table
from report import clang, sparse
from report.errors import UserError
from report.files import put_file


def _absolute(dependencies, directory, target):
    """
    The dependency file that clang wrote, for a make that runs elsewhere: absolute
    names, and a rule for each, so that a header that has gone is no error.
    """
    names = re.split(r"(?<!\\)\s+", dependencies.replace("\\\n", " ").split(":", 1)[1].strip())
    here = re.sub(r"([ #])", r"\\\1", str(directory)).replace("$", "$$")
    names = [name if name.startswith("/") else f"{here}/{name}" for name in names if name]
    return f"{target}: {' '.join(names)}\n" + "".join(f"{name}:\n" for name in names)


def check(unit, checker, sarif, dependencies):
    """Run the checker over @unit. Returns {status, reason, results}."""
    extra = clang.plugin_options(checker, sarif=sarif, quiet=True, srcroot=unit["srcroot"],
                                 api=unit["api"], policy=unit["policy"],
                                 facts=unit["facts"])
    extra += ["-MD", "-MF", str(dependencies), "-MT", "x"]
    try:
        done = clang.run(checker, unit["words"], unit["directory"], extra)
    except subprocess.TimeoutExpired:
        return {"status": "failed", "reason": f"no result after {clang.TIMEOUT} seconds", "results": []}
    except OSError as err:
        return {"status": "failed", "reason": f"{err.filename}: {err.strerror}", "results": []}
    if done.returncode:
        return {"status": "failed", "reason": clang.failure(done), "results": []}
    complaints = [line for line in done.stderr.split("\n") if line.startswith("gupcheck: ")]
    if complaints:
        return {"status": "failed", "reason": complaints[0][10:], "results": []}
    if not sarif.is_file():        # the plugin saw that no own text names the API
        return {"status": "checked", "reason": "", "results": []}
    log = json.loads(sarif.read_text(encoding="utf-8"))
    return {"status": "checked", "reason": "", "results": log["runs"][0]["results"]}


def _deliver(made, directory):
    """Put the files in @made into @directory, each whole or not at all. Returns their paths."""
    delivered = []
    for file in sorted(made.iterdir()):
        delivered.append(os.path.join(directory, file.name))
        put_file(Path(delivered[-1]), file.read_bytes())
    return delivered


def main(argv):
    """argv: KEY, in the directory of the scan. Writes KEY.d and KEY.json, each whole or not at all."""
    key = argv[0]
    unit = json.loads(Path(f"{key}.unit").read_text(encoding="utf-8"))
    checker = clang.Checker(unit["program"], Path(unit["plugin"]), "")
    Path(f"{key}.facts").unlink(missing_ok=True)
    # A directory of our own: a clang whose job was killed may write on while the next runs.
    with tempfile.TemporaryDirectory(dir="tmp") as tmp:
        sarif, dependencies = Path(tmp).resolve() / "sarif", Path(tmp).resolve() / "clang.d"
        directory, made = unit["facts"], Path(tmp).resolve() / "facts"
        if directory and directory.endswith("/"):
            made.mkdir()
            unit["facts"] = f"{made}/"
        result = check(unit, checker, sarif, dependencies)
        if made.is_dir():
            result["wrote"] = _deliver(made, directory)
        if unit.get("sparse"):
            own = {f.name for f in table.load_api().values() if not f.generic}
            result["sparse"] = asdict(sparse.run(unit["sparse"], sparse.words_for(unit["words"]),
                                                 unit["file"], unit["directory"], own))
        # a failure is tried again each time: what it lacked may have come
        rule = f"{key}.json: FORCE\n"
        if result["status"] == "checked":
            rule = _absolute(dependencies.read_text(encoding="utf-8", errors="surrogateescape"),
                             unit["directory"], f"{key}.json")
        for name, text in ((f"{key}.d", rule), (f"{key}.json", json.dumps(result))):
            written = Path(tmp) / name
            written.write_text(text, encoding="utf-8", errors="surrogateescape")
            os.replace(written, name)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (UserError, OSError, ValueError) as err:
        print(f"gupcheck: {err}", file=sys.stderr)
        sys.exit(1)
