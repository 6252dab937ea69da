# SPDX-License-Identifier: GPL-2.0-only
"""
SARIF logs of any size for tests and measurements of the page: made up, but of the form that an
audit writes. Every tenth result is a finding with a path, and the first ones have a fix.
"""

import json

from report import api, html

HOSTILE = ("</script><script>document.title='run'</script>", "<img src=x onerror=\"document.title='run'\">",
           "a\u202egnp.c", "\x1b[31mred", "'\"&amp;=cmd|' /C calc'!A0", "caf\ufffd \ud7ff")
RULES = ("pin-leak", "foll-get-missing", "longterm-missing", "ret-unchecked")
SUBSYSTEMS = ("FOO DRIVER", "BAR FILESYSTEM", "MEMORY MANAGEMENT")


def _place(name, line, text, step=0):
    """The place of step number @step in an excerpt that begins a line before @line."""
    return {"physicalLocation": {
        "artifactLocation": {"uri": name, "uriBaseId": "SRCROOT"},
        "region": {"startLine": line + step, "startColumn": 8},
        "contextRegion": {"startLine": line - 1, "endLine": line + 2, "snippet": {"text": text}}}}


def _source(i, word):
    return (f"\tlong ret{i};\n\tret = pin_user_pages_fast(start, {i}, FOLL_WRITE, pages); /* {word} */\n"
            "\tif (ret < 0)\n\t\treturn ret;")


def _path(name, line, text, word):
    notes = (f"pin_user_pages_fast() takes references (n = 8, returned 3)",
             "Here 'ret < n' is true (ret = 3, n = 8)", f"Leaving fill() {word}")
    steps = [{"location": {**_place(name, line, text, i), "message": {"text": note}}}
             for i, note in enumerate(notes)]
    return [{"threadFlows": [{"locations": steps}]}]


def _fix(name, line):
    return {"description": {"text": "Release what was pinned."}, "artifactChanges": [{
        "artifactLocation": {"uri": name, "uriBaseId": "SRCROOT"},
        "replacements": [{"deletedRegion": {"startLine": line + 1, "startColumn": 2,
                                            "endColumn": 14},
                          "insertedContent": {"text": "if (ret < n)"}}]}]}


def result(i, word="plain"):
    finding = i % 10 == 0
    name, line = f"drivers/foo{i % 7}/file{i % 97}.c", 10 + i
    text = _source(i, word)
    rule = RULES[i // 10 % len(RULES)] if finding else "call-site"
    one = {
        "ruleId": rule, "kind": "fail" if finding else ("open" if i % 3 == 0 else "pass"),
        "level": {"pin-leak": "error", "ret-unchecked": "error"}.get(rule, "warning")
        if finding else "none",
        "message": {"text": f"Pages pinned here are not released: {word} {i}."},
        "locations": [{**_place(name, line, text),
                       "logicalLocations": [{"name": f"fill{i}", "kind": "function"}]}],
        "partialFingerprints": {"gupcheckFinding/v2": f"{i:032x}"},
        "properties": {"callee": "pin_user_pages_fast" if i % 2 else "get_user_pages",
                       "role": "acquire", "holds": "pin" if i % 2 else "get", "generic": i % 5 == 4,
                       "arguments": ["start", str(i), "FOLL_WRITE", word],
                       "flags": {"text": "FOLL_WRITE", "possible": [], "unknown": []},
                       "subsystem": SUBSYSTEMS[i % 3],
                       "engines": {"inventory": "seen", "coccinelle": "seen"}},
    }
    if one["properties"]["holds"] == "get" and not one["properties"]["generic"]:
        verdict = "trips" if rule == "foll-get-missing" else "may trip" if i % 7 == 0 else "satisfied"
        one["properties"].update({"assert": verdict, "assertWhy": f"neither flag is set {word}",
                                  "assertChain": ["get_user_pages", "__get_user_pages_locked"],
                                  "case": str(i % 5 + 1), "caseEvidence": f"kept in a field {word}"})
    if finding:
        one["codeFlows"] = _path(name, line, text, word)
        one["properties"]["engines"]["checker"] = "seen"
        one["properties"]["says"] = {"checker": {"verdict": "fail",
                                                 "text": f"not released on a path {word}"}}
        one["properties"]["found"] = ["checker"]
        one["properties"]["sendTo"] = {"maintainers": ["Ann Ex <ann@example.org>"],
                                       "reviewers": [], "lists": ["foo@lists.example.org"]}
        one["fixes"] = [_fix(name, line)]
    return one


def log(results, notes=(), **properties):
    people = {"status": "Maintained", "maintainers": ["Ann Ex <ann@example.org>"],
              "reviewers": [], "lists": ["foo@lists.example.org"]}
    rules = [{"id": r["id"], "shortDescription": {"text": r["short"]},
              "fullDescription": {"text": r["full"]},
              "defaultConfiguration": {"level": r["level"]}} for r in api.load_rules()]
    return {"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "gupcheck", "version": "0", "rules": rules},
                 "extensions": [{"name": "coccinelle", "version": "1.1.1"}]},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [
            {"message": {"text": note}} for note in notes]}],
        "results": results,
        "properties": {"kernelVersion": "6.1.0", "commit": "0123456789abcdef", "part": "",
                       "arch": "", "kernelRoot": "/src/linux", "externalModule": False,
                       "filesRead": 10, "filesNamingTheApi": 5, "follGetForcedAt": ["mm/gup.c:5"],
                       "link": {"notRun": "", "linkedFiles": 7, "rounds": 1, "complete": True, "files": ["b.c"],
                                "learnt": [f"field t.{HOSTILE[0]}"], "limits": {"rounds": 4, "files": 9}},
                       "assert": {"policy": "assert", "points": ["mm/gup.c:5"]},
                       "checker": {"config": "x86 allmodconfig", "notRun": "", "compiled": 4,
                                   "failed": 1},
                       "subsystems": {name: people for name in SUBSYSTEMS}, **properties}}]}


def page(path, the_log):
    """Write the page of @the_log to @path and return its address."""
    path.write_text(html.render(the_log, {"audit.sarif": json.dumps(the_log),
                                          "audit.csv": "file,line\na.c,1\n"}), encoding="utf-8")
    return path.as_uri()
