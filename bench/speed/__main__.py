# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench-speed`: the text scan beside ripgrep, coccicheck, the plugin beside plain compilations,
the link at several sizes, the page. Times are the processor's, and what counts are ratios of one run.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from bench import jobs
from bench.seeded.plan import write
from bench.speed import parts, picture
from report.errors import UserError
from report.run import guarded
from report.tree import open_tree


def main():
    parser = jobs.parser_of("bench.speed", __doc__, 40, "jobs", "audit", out="gup-speed")
    parser.add_argument("--runs", type=int, default=3, help="of each; the least counts")
    parser.add_argument("--facts", default=os.environ.get("GUP_FACTS", ""), help="for the link, instead of a scan")
    parser.add_argument("--parts", nargs="+", choices=parts.ALL, default=list(parts.ALL), metavar="PART",
                        help="only these; what OUT has of the others stays")
    args = jobs.parse(parser)
    if not shutil.which("rg"):
        raise UserError("rg is not installed: run scripts/deps bench")
    args.kdir, args.build = (str(Path(path).resolve()) for path in (args.kdir, args.build))
    version, out = open_tree(args.kdir).version, Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    result = {"tree": version, "parts": {}}
    if (out / "speed.json").exists() and set(args.parts) != set(parts.ALL):
        result = json.loads((out / "speed.json").read_text(encoding="utf-8"))
        if result["tree"] != version:
            raise UserError(f"{out}/speed.json is of linux {result['tree']}: give another OUT=")
    for name in args.parts:
        result["parts"][name] = parts.run(name, args)
        rows = [row for part in parts.ALL for row in result["parts"].get(part, [])]
        write(out / "speed.json", result)          # what there is so far: a run takes long
        (out / "speed.svg").write_text(picture.draw(rows, f"linux {version}: time, as a ratio"),
                                       encoding="utf-8")
    print(picture.table(rows), end="")
    print(f"{out}/speed.json and {out}/speed.svg have it")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
