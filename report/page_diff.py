# SPDX-License-Identifier: GPL-2.0-only
"""A SARIF fix as the lines of a unified diff, from the excerpts that the log holds."""

import difflib

from report.evidence import path_of
from report.outputs import one_line


CONTEXT = 3


def _excerpts(result, path):
    """{line number: text} of what @result shows of @path."""
    known = {}
    steps = [s.get("location", {}) for flow in result.get("codeFlows", [])
             for thread in flow["threadFlows"] for s in thread["locations"]]
    for location in [*result["locations"], *steps, *result.get("relatedLocations", [])]:
        physical = location.get("physicalLocation", {})
        region = physical.get("contextRegion", {})
        if "snippet" not in region or path_of(location) != path:
            continue
        for i, line in enumerate(region["snippet"]["text"].split("\n")):
            known[region["startLine"] + i] = line
    return known


def _last_line(region):
    """
    The last line of which a region takes something. One that ends in column 1 takes nothing of
    that line; one that begins there too is a place between two lines.
    """
    last = region.get("endLine", region["startLine"])
    return last - 1 if region.get("endColumn") == 1 else last


def _replaced(known, replacements):
    """(first line, old lines, new lines) with @replacements done, or None where text is missing."""
    regions = [r["deletedRegion"] for r in replacements]
    begin, end = min(r["startLine"] for r in regions), max(_last_line(r) for r in regions)
    first, last = begin, end
    while first - 1 in known and begin - first < CONTEXT:
        first -= 1
    while last + 1 in known and last - end < CONTEXT:
        last += 1
    if any(n not in known for n in range(begin, end + 1)):
        return None
    text = [known[n] for n in range(first, last + 1)] + [""]
    new = "\n".join(text)
    starts = [0]
    for line in text:
        starts.append(starts[-1] + len(line) + 1)
    for one in sorted(replacements, key=lambda r: (-r["deletedRegion"]["startLine"],
                                                   -r["deletedRegion"].get("startColumn", 1))):
        region = one["deletedRegion"]
        end_line = region.get("endLine", region["startLine"])
        start = starts[region["startLine"] - first] + region.get("startColumn", 1) - 1
        if "endColumn" in region:
            stop = starts[end_line - first] + region["endColumn"] - 1
        else:
            stop = starts[end_line - first] + len(text[end_line - first])
        new = new[:start] + one.get("insertedContent", {}).get("text", "") + new[stop:]
    return first, text[:-1], new.split("\n")[:-1]


def of(result):
    """
    The first fix of @result as unified diff lines, or []. A fix whose old text the log does
    not hold is left out: half a diff helps nobody.
    """
    for fix in result.get("fixes", [])[:1]:
        lines = []
        for change in fix["artifactChanges"]:
            path = path_of({"physicalLocation": {"artifactLocation": change["artifactLocation"]}})
            done = _replaced(_excerpts(result, path), change["replacements"])
            if done is None:
                return []
            first, old, new = done
            name = one_line(path)
            body = list(difflib.unified_diff(old, new, n=len(old), lineterm=""))[2:]
            lines += [f"--- a/{name}", f"+++ b/{name}", *(
                f"@@ -{first},{len(old)} +{first},{len(new)} @@" if line.startswith("@@") else line
                for line in body)]
        return lines
    return []
