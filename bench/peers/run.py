# SPDX-License-Identifier: GPL-2.0-only
"""
One job: a tool on one text, or one of the kernel's semantic patches on all texts; what was said,
as JSON.
"""

import json
import re
import sys
from pathlib import Path

from bench import compiles
from bench.peers import tools
from bench.seeded.plan import write

# seconds that spatch may spend on one file with one semantic patch
SPATCH_LIMIT = 60


def one(out, tool, name):
    """{"reports", "seconds", "peak", "problem"} of one tool on the text @name of texts.json."""
    text = json.loads((out / "texts.json").read_text(encoding="utf-8"))[name]
    units = json.loads((out / "seeded" / "units.json").read_text(encoding="utf-8"))
    setup = json.loads((out / "setup.json").read_text(encoding="utf-8"))
    row = units[text["key"]]
    made = tools.by_name(row["clang"], row["plugin"], setup["smatch"])[tool]
    return vars(made.run(tools.Job(row, out / text["path"], out)))


def semantic_patch(out, name):
    """
    {"files": {path of the text: reports}, ...} of one script of the kernel, over the directory of
    texts, with the options that the kernel's coccicheck gives it.
    """
    script = Path(json.loads((out / "scripts.json").read_text(encoding="utf-8"))[name])
    options = re.findall(r"^// Options:(.*)$", script.read_text(encoding="utf-8"), re.M)
    words = ["spatch", "-D", "report", "--no-show-diff", "--very-quiet", "--cocci-file", str(script),
             *" ".join(options).split(), "--timeout", str(SPATCH_LIMIT), "--dir", str(out / "texts")]
    done = compiles.measured(words, str(out), 3600)
    said = {"files": {}, "seconds": round(done.seconds, 2), "peak": done.peak, "problem": None}
    if done.status:
        last = done.stderr.strip().splitlines() or ["?"]
        said["problem"] = f"spatch ended with {done.status}: {last[-1][:200]}"
    for line in (done.stdout + done.stderr).splitlines():
        match = tools.REPORT.match(line)
        if match:
            path = str(Path(match["path"]).relative_to(out)) if match["path"].startswith(str(out)) \
                else match["path"]
            said["files"].setdefault(path, []).append([int(match["line"]), name, match["text"]])
    said["timeouts"] = done.stderr.count("timeout")
    return said


def main(argv):
    """argv: OUT TOOL NAME. Writes OUT/said/TOOL/NAME.json."""
    out, tool, name = Path(argv[0]).resolve(), argv[1], argv[2]
    said = semantic_patch(out, name) if tool == "coccicheck" else one(out, tool, name)
    write(out / "said" / tool / f"{name}.json", said)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        print(f"gupcheck: {error}", file=sys.stderr)
        sys.exit(1)
