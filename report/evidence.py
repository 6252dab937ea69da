# SPDX-License-Identifier: GPL-2.0-only
"""
What a reader needs beside a finding, added to the SARIF log so that whatever reads the log
has it: the source around each step of a path, and who looks after the file. From here on
nobody opens the tree.
"""

from urllib.parse import unquote

from report.maintainers import Maintainers
from report.sarif import Sources, printable

AROUND = 4                         # lines shown before the first step and after the last
BRIDGE = 12                        # steps this close are shown in one piece


def path_of(location):
    """The file of a SARIF @location, relative to the tree, as the file system spells it."""
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    return unquote(uri, errors="surrogateescape")


def _contexts(numbers):
    """{line: (first, last)} of the excerpt for each of these lines: together they cover all of them."""
    numbers = sorted(set(numbers))
    result = {}
    first = max(1, numbers[0] - AROUND)
    for here, after in zip(numbers, [*numbers[1:], None]):
        if after is None or after - here > BRIDGE:
            result[here] = (first, here + AROUND)
            first = after and after - AROUND
        else:
            # an excerpt is more than its line: SARIF wants a real superset
            result[here] = (first, max(after - 1, here + 1))
            first = after
    return result


def _add_sources(result, sources):
    """Give every step of @result's code flows, and its place, a contextRegion."""
    steps = [step["location"] for flow in result.get("codeFlows", [])
             for thread in flow["threadFlows"] for step in thread["locations"]
             if "physicalLocation" in step.get("location", {})]
    by_file = {}
    for location in [*result["locations"], *steps]:
        by_file.setdefault(path_of(location), []).append(location["physicalLocation"])
    for path, places in by_file.items():
        if path.startswith("/") or ".." in path.split("/"):
            continue               # outside of what was audited: no step of ours
        contexts = _contexts([p["region"]["startLine"] for p in places])
        for place in places:
            first, last = contexts[place["region"]["startLine"]]
            first, text = sources.excerpt(path, first, last)
            if text:
                place["contextRegion"] = {"startLine": first, "endLine": first + text.count("\n"),
                                          "snippet": {"text": text}}


def _people(section):
    return {"status": printable(section.status),
            "maintainers": [printable(p) for p in section.maintainers],
            "reviewers": [printable(p) for p in section.reviewers],
            "lists": [printable(p).split(" ")[0] for p in section.lists]}


def add(log, tree):
    """
    Complete the parsed SARIF @log of @tree in place: contextRegions along paths, for each result
    properties.subsystem (of MAINTAINERS, where a section names the file), for each finding
    properties.sendTo, for the run properties.subsystems.
    """
    sources, known = Sources(tree.base), Maintainers(tree.root)
    run = log["runs"][0]
    homes, send_to, used = {}, {}, {}
    for result in run["results"]:
        path = path_of(result["locations"][0])
        if path not in homes:
            homes[path] = None if tree.is_module else known.subsystem(path)
        section = homes[path]
        if section:
            name = printable(section.name)
            result["properties"]["subsystem"] = name
            used[name] = _people(section)
        if result.get("kind", "fail") != "fail":
            continue
        _add_sources(result, sources)
        if not tree.is_module:
            if path not in send_to:
                send_to[path] = {role: [printable(p) for p in people]
                                 for role, people in known.send_to(path).items()}
            result["properties"]["sendTo"] = send_to[path]
    run["properties"]["subsystems"] = dict(sorted(used.items()))
