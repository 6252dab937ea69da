# SPDX-License-Identifier: GPL-2.0-only
"""
What crosses files, of one edit: the facts of the edited file linked with those of all others, as
`make audit` does it. Only where the file by itself shows nothing, for a link takes some 10 s.
"""

import json
import subprocess
from pathlib import Path

RULES = {"pin-leak", "pin-put-mismatch"}       # of those that an operator expects, what a link may find
TIMEOUT = 600                                  # seconds


def others(folder, source):
    """The facts in @folder, where an audit keeps them, of all files but @source; by its notes (.unit)."""
    found = []
    for note in sorted(Path(folder).glob("*.unit")):
        facts = note.with_suffix(".facts")
        if facts.exists() and json.loads(note.read_text(encoding="utf-8"))["file"] != source:
            found.append(str(facts))
    return found


def findings(command, facts, work):
    """[[rule, line, message]] of the file of @command, when its @facts are linked with the others'."""
    log = Path(work) / "linked.sarif"
    words = [str(Path(command["plugin"]).with_name("gupcheck-facts")), "link", "--quiet",
             f"--root={command['kdir']}/", f"--sarif={log}", str(facts),
             *others(command["facts"], command["source"])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        raise OSError(f"the link with {command['source']} ended with {done.returncode}: {done.stderr[-300:]}")
    found = []
    for run in json.loads(log.read_text(encoding="utf-8"))["runs"]:
        for result in run.get("results", []):
            place = result["locations"][0]["physicalLocation"]
            if result.get("kind") == "fail" and \
                    command["source"].endswith("/" + place["artifactLocation"]["uri"].lstrip("/")):
                found.append([result["ruleId"], place["region"]["startLine"], result["message"]["text"]])
    return found
