# SPDX-License-Identifier: GPL-2.0-only
"""One spatch job of an audit, started by report/audit.mk: a rule over a chunk of the files."""

import json
import sys
from pathlib import Path

from report import spatch
from report.errors import UserError
from report.files import put_file

SITES, COVERAGE = "sites", "coverage"           # the patch that lists what spatch's parser saw


def cocci(work, rule):
    """The semantic patch of @rule."""
    return work / "sites.cocci" if rule == SITES else spatch.rule_path(rule)


def main(argv):
    """argv: WORK RULE CHUNK. Writes WORK/jobs/RULE.CHUNK.json, whole or not at all."""
    work, rule, chunk = Path(argv[0]), argv[1], argv[2]
    plan = json.loads((work / "plan.json").read_text(encoding="utf-8"))
    result = spatch.run(cocci(work, rule), plan["chunks"][int(chunk)], plan["base"])
    result["rule"] = plan["rules"][rule]
    put_file(work / "jobs" / f"{rule}.{chunk}.json", json.dumps(result))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (UserError, OSError) as err:
        print(f"gupcheck: {err}", file=sys.stderr)
        sys.exit(1)
