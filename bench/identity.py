# SPDX-License-Identifier: GPL-2.0-only
"""
How well what lives in two kernels keeps its identity: `python3 -m bench.identity OLD.sarif NEW.sarif`
compares the pairs that a reader judged (bench/verdicts/identity-*.json) with those that
report/baseline.py makes of two audits of the same trees, and prints the score as JSON.
"""

import json
import sys
from pathlib import Path

from report import baseline
from report.suppress import where

READ = Path(__file__).resolve().parent / "verdicts" / "identity-6.1-6.12.json"


def place(result):
    """What a reading names a result by."""
    return {"rule": result["ruleId"], "callee": result["properties"]["callee"], "file": where(result)[0],
            "function": where(result)[1],
            "line": result["locations"][0]["physicalLocation"]["region"]["startLine"]}


def _key(one):
    return tuple(one[name] for name in ("callee", "file", "function", "line"))


def score(reading, rows):
    """{how many pairs were read, judged right, and are made so now; what is not made so}"""
    made = {(_key(place(old)), _key(place(new))) for _, old, new in rows if old and new}
    right = [p for p in reading["pairs"] if p["verdict"] == "right"]
    lost = [p for p in right if (_key(p["old"]), _key(p["new"])) not in made]
    wrong = [p for p in reading["pairs"] if p["verdict"] != "right" and (_key(p["old"]), _key(p["new"])) in made]
    return {"read": len(reading["pairs"]), "right": len(right), "lost": lost, "wrong": wrong,
            "share": round((len(right) - len(lost)) / (len(right) + len(wrong)), 3)}


def main(argv):
    logs = [baseline.load(path, what) for path, what in zip(argv, ("OLD", "NEW"))]
    rows = baseline.compare(*(log["runs"][0]["results"] for log in logs))
    result = score(json.loads(READ.read_text(encoding="utf-8")), rows)
    print(json.dumps(result, indent=1))
    return 1 if result["lost"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
