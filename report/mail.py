# SPDX-License-Identifier: GPL-2.0-only
"""
gupcheck mail: new findings as a text mail in the manner of the kernel test robot, for
git send-email. Everything that comes from the source is text there too: no header
ends early, no byte moves a terminal's cursor.
"""

import re
import sys
from pathlib import Path

from report import baseline, outputs, summary
from report.errors import UserError
from report.series import author, header, send_to

EXCERPT = 3                        # lines around the call
MOST = 20                          # findings with an excerpt


def arguments(parser):
    parser.add_argument("audit", metavar="AUDIT.sarif")
    parser.add_argument("--baseline", default="", metavar="OLD.sarif",
                        help="an earlier audit: what it has is not new")
    parser.add_argument("--kdir", default="", metavar="LINUX",
                        help="the tree, whose get_maintainer.pl names who gets the mail")
    parser.add_argument("--to", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("-o", dest="out", default="", metavar="FILE", help="not to the terminal")


def _line(row):
    return f"{row['file']}:{row['line']}:{row['column']}: {row['level']}: {row['reason']} [{row['rule']}]"


def _excerpt(row):
    """The lines around the call, numbered, the call's own marked."""
    context = row["context"]
    first = context.get("startLine", row["line"])
    for i, text in enumerate(context.get("snippet", {}).get("text", "").split("\n"), first):
        if abs(i - row["line"]) <= EXCERPT:
            yield f" {'>' if i == row['line'] else ' '}{i:>6}\t{text}".rstrip()


def _name(row):
    """A file's name as the mail has it; one with odd characters is quoted for a shell."""
    return row["file"] if re.fullmatch(r"[\w./+-]+", row["file"]) else repr(row["file"])


def body(log, rows, reporter):
    props = log["runs"][0]["properties"]
    new = [r for r in rows if r["baseline"] in ("", "new")]
    old = [r for r in rows if r not in new]
    yield f"kernel: Linux {props['kernelVersion']}"
    if props.get("commit"):
        yield f"head:   {props['commit']}"
    if props.get("arch"):
        yield f"arch:   {props['arch']}"
    tools = log["runs"][0]["tool"]
    yield "tools:  " + ", ".join(f"{t['name']} {t.get('version', '')}".strip()
                                 for t in (tools["driver"], *tools.get("extensions", ())))
    yield ""
    yield "If you fix the issue, kindly add the following tag"
    yield f"| Reported-by: {header(reporter[0])} <{header(reporter[1])}>"
    yield ""
    yield f"All findings (the {len(new)} new ones prefixed by >>):" if old else "All findings:"
    yield ""
    for row in new:
        yield f"{'>> ' if old else ''}{_line(row)}"
    for row in old:
        yield f"   {_line(row)}"
    for row in new[:MOST]:
        yield ""
        yield f"vim +{row['line']} {_name(row)}"
        yield ""
        yield from _excerpt(row)
    if len(new) > MOST:
        yield ""
        yield f"({len(new) - MOST} more without an excerpt)"


def subject(log, rows):
    new = [r for r in rows if r["baseline"] in ("", "new")]
    first = f"{new[0]['file']}:{new[0]['line']}: {new[0]['callee']}() [{new[0]['rule']}]"
    more = f" and {len(new) - 1} more" if len(new) > 1 else ""
    return header(f"[gupcheck] Linux {log['runs'][0]['properties']['kernelVersion']}: {first}{more}")


def compose(log, rows, to, cc, reporter):
    """The mail as text: headers, an empty line, the body."""
    head = [f"From: {header(reporter[0])} <{header(reporter[1])}>", f"Subject: {subject(log, rows)}"]
    head += [f"To: {header(a)}" for a in to] + [f"Cc: {header(a)}" for a in cc]
    head += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
             "Content-Transfer-Encoding: 8bit"]
    return "\n".join([*head, "", *(line.replace("\n", " ") for line in body(log, rows, reporter))]) + "\n"


@baseline.reader
def mail(args):
    """Print the mail, or write it to -o. Nothing new is no mail."""
    log = baseline.load(args.audit, "AUDIT")
    if args.baseline:
        baseline.apply(log, baseline.load(args.baseline))
    run = log["runs"][0]
    run["results"] = [r for r in run["results"] if summary.active(r)]
    rows = list(outputs.rows(log))
    new = [r for r in rows if r["baseline"] in ("", "new")]
    if not new:
        print("gupcheck: nothing new, no mail", file=sys.stderr)
        return 0
    to, cc = list(args.to), []
    if args.kdir:
        root = Path(args.kdir)
        files = sorted({r["file"] for r in new if (root / r["file"]).is_file()})
        people, cc = send_to(root, files)
        to += [a for a in people if a not in to]
    text = compose(log, rows, to, cc, author())
    if not args.out:
        sys.stdout.write(text)
        return 0
    try:
        Path(args.out).write_text(text, encoding="utf-8")
    except OSError as err:
        raise UserError(f"cannot write {args.out}: {err.strerror}") from err
    return 0
