# SPDX-License-Identifier: GPL-2.0-only
"""
`make verdicts SARIF=log`: how many findings of a log were read and found to be true, which
nobody has read, which verdicts have no finding any more. What is disputed is not counted as true.
"""

import argparse
import json
import os
import sys

from bench import verdicts
from report.errors import UserError
from report.run import guarded
from report.summary import EXIT_FAIL_ON

LEVELS = ("error", "warning", "note")


def line(name, counts):
    read, hits = counts["read"], counts.get("true", 0)
    low, high = counts["interval"]
    share = f"{100 * hits / read:.0f} % ({100 * low:.0f}-{100 * high:.0f})" if read else "-"
    return f"{name:20}" + "".join(f"{counts.get(what, 0):>10}" for what in (*verdicts.VERDICTS, "unread")) + \
        f"  {share}"


def text(result):
    """The table, and what is unread and stale, as lines."""
    said = [f"Linux {result['tree']}", f"{'':20}" + "".join(
        f"{what:>10}" for what in (*verdicts.VERDICTS, "unread")) + "  true (95 %)"]
    said += [line(level + "s", result["levels"][level]) for level in LEVELS if level in result["levels"]]
    said += [line(rule, counts) for rule, counts in sorted(result["rules"].items())]
    said += [f"unread: {f['file']}:{f['line']}: {f['function']}: {f['message']} [{f['rule']}]"
             for f in result["unread"]]
    said += [f"stale: {v['file']}:{v['line']}: {v['function']}: was {v['verdict']} [{v['rule']}]"
             for v in result["stale"]]
    if result["not_seen"]:
        said.append(f"{len(result['not_seen'])} verdicts are on files that the log does not mention")
    return "\n".join(said)


def main():
    parser = argparse.ArgumentParser(prog="bench.verdicts", description=__doc__)
    parser.add_argument("sarif", nargs="?", default=os.environ.get("GUP_SARIF", ""), metavar="SARIF",
                        help="audit.sarif, or what gupcheck scan wrote")
    parser.add_argument("--tree", default=os.environ.get("GUP_TREE", ""), help="6.1, where the log does not say")
    parser.add_argument("--fail-on", default=os.environ.get("GUP_FAIL_ON", ""), metavar="WHAT",
                        help=f"exit code {EXIT_FAIL_ON} on: unread, stale (a list)")
    parser.add_argument("--json", action="store_true", default=bool(os.environ.get("GUP_JSON")))
    args = parser.parse_args()
    words = [word.strip() for word in args.fail_on.split(",") if word.strip()]
    if not args.sarif:
        raise UserError("give SARIF=audit.sarif, or a log of gupcheck scan")
    if not set(words) <= {"unread", "stale"}:
        raise UserError(f"FAIL_ON={args.fail_on}: give unread, stale or both")
    try:
        with open(args.sarif, encoding="utf-8") as file:
            result = verdicts.compare(json.load(file), args.tree)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as err:
        raise UserError(f"{args.sarif}: no log of gupcheck: {err!r}") from err
    print(json.dumps(result, indent=1) if args.json else text(result))
    return EXIT_FAIL_ON if any(result[word] for word in words) else 0


if __name__ == "__main__":
    sys.exit(guarded(main))
