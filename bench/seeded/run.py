# SPDX-License-Identifier: GPL-2.0-only
"""One job: the checker on one edit, or on a clean file; what it says, as JSON."""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.seeded import edit, linked, score
from bench.seeded.plan import write

FOUND = re.compile(r"^(.*?):(\d+):\d+: (?:warning|error): (.*) \[(?:-Werror,)?-Wgup-([a-z0-9-]+)\]$")
SITE = re.compile(r"^(.*?):(\d+): site: (\S+) (\S+) (pass|fail|open)(?:: (.*))?$")
ERROR = re.compile(r".*?\b(?:fatal )?error: (.*)")
TIMEOUT = 600                      # seconds; a run that takes longer is reported as such


def check(command, text, work, facts=None):
    """
    Run the plugin on @text in place of the file of @command (a row of units.json): what it
    finds in that file, and the verdict of each site there. @facts: where its facts go, if anywhere.
    """
    source = Path(work) / "edited.c"
    overlay = Path(work) / "overlay.json"
    source.write_bytes(text.encode("latin-1"))
    # the compiler sees the edited text under the name of the file: nothing in the tree changes
    overlay.write_text(json.dumps({"version": 0, "use-external-names": False, "roots": [
        {"type": "file", "name": command["source"], "external-contents": str(source)}]}),
        encoding="utf-8")
    words = [command["clang"], "-fsyntax-only", "-Qunused-arguments", "-ivfsoverlay", str(overlay),
             f"-fplugin={command['plugin']}", "-fplugin-arg-gupcheck-sites",
             "-fplugin-arg-gupcheck-stats", *([f"-fplugin-arg-gupcheck-facts={facts}"] if facts else []),
             *command["args"], command["source"]]
    start = time.monotonic()
    try:
        done = subprocess.run(words, cwd=command["directory"], capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT, check=False)
        said = done.stderr
        problem = next((m[1] for m in map(ERROR.match, said.splitlines())
                        if m and "-Wgup-" not in m[1]), None)
        ended = "uncompiled" if problem else "ok" if done.returncode in (0, 1) else "failed"
        if ended == "failed":
            problem = f"clang ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        said, ended, problem = "", "failed", f"no answer in {TIMEOUT} s"
    result = {"findings": [], "sites": [], "ended": ended, "problem": problem,
              "seconds": round(time.monotonic() - start, 2)}
    for line in said.splitlines():
        found, site = FOUND.match(line), SITE.match(line)
        if found and found.group(1) == command["source"]:
            result["findings"].append([found.group(4), int(found.group(2)), found.group(3)])
        elif site and site.group(1) == command["source"]:
            result["sites"].append([int(site.group(2)), *site.group(3, 4, 5), site.group(6) or ""])
    return result


def link_clean(out, key, command, text, work):
    """What the link says of the clean file, as {(rule, message)}; kept, as several edits ask."""
    kept = out / "clean" / f"{key}.linked"
    if not kept.exists():
        facts = Path(work) / "clean.facts"
        check(command, text, work, facts)
        write(kept, {"findings": linked.findings(command, facts, work)})
    return {(rule, message) for rule, _, message in json.loads(kept.read_text(encoding="utf-8"))["findings"]}


def look_across(out, row, command, texts, work, result):
    """Add to @result what a link finds in the edited file and not in the clean one; @texts: of both."""
    clean = json.loads((out / "clean" / f"{row['key']}.json").read_text(encoding="utf-8"))["result"]
    places = json.loads((out / "plan" / f"{row['key']}.json").read_text(encoding="utf-8"))["functions"]
    if result["ended"] != "ok" or not linked.RULES & set(row["expects"]) or \
            score.judge({**row, "result": result}, clean, places)["outcome"] == "found":
        return
    facts = Path(work) / "edit.facts"
    check(command, texts[1], work, facts)
    known = link_clean(out, row["key"], command, texts[0], work)
    result["findings"] += [found for found in linked.findings(command, facts, work)
                           if (found[0], found[2]) not in known]


def main(argv):
    """argv: OUT clean KEY | OUT edit ID. Writes OUT/clean/KEY.json or OUT/edits/ID.json."""
    out, what, name = Path(argv[0]).resolve(), argv[1], argv[2]
    if what == "edit":
        row = json.loads((out / "chosen.json").read_text(encoding="utf-8"))["edits"][name]
        key, changes, to = row["key"], row["changes"], out / "edits" / f"{name}.json"
    else:
        row, key, changes, to = {}, name, [], out / "clean" / f"{name}.json"
    command = json.loads((out / "units.json").read_text(encoding="utf-8"))[key]
    text = Path(command["source"]).read_bytes().decode("latin-1")
    with tempfile.TemporaryDirectory(prefix="gup-seeded-") as work:
        edited = edit.apply(text, changes)
        result = check(command, edited, work)
        if what == "edit" and command["facts"]:
            look_across(out, row, command, (text, edited), work, result)
    write(to, {**row, "result": result})


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        print(f"gupcheck: {error}", file=sys.stderr)
        sys.exit(1)
