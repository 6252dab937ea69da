# SPDX-License-Identifier: GPL-2.0-only
"""A SARIF fix as the lines of a unified diff, from the excerpts that the log holds."""

import difflib

from report.evidence import path_of
from report.outputs import one_line


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


def _replaced(known, replacements):
    """(first line, old lines, new lines) with @replacements done, or None where text is missing."""
    regions = [r["deletedRegion"] for r in replacements]
    first = min(r["startLine"] for r in regions)
    last = max(r.get("endLine", r["startLine"]) for r in regions)
    while first - 1 in known and min(r["startLine"] for r in regions) - first < 3:
        first -= 1
    while last + 1 in known and last - max(r.get("endLine", r["startLine"]) for r in regions) < 3:
        last += 1
    if any(n not in known for n in range(first, last + 1)):
        return None
    text = [known[n] for n in range(first, last + 1)]
    new = "\n".join(text)
    starts = [0]
    for line in text:
        starts.append(starts[-1] + len(line) + 1)
    for one in sorted(replacements, key=lambda r: (-r["deletedRegion"]["startLine"],
                                                   -r["deletedRegion"].get("startColumn", 1))):
        region = one["deletedRegion"]
        end_line = region.get("endLine", region["startLine"])
        begin = starts[region["startLine"] - first] + region.get("startColumn", 1) - 1
        if "endColumn" in region:
            end = starts[end_line - first] + region["endColumn"] - 1
        else:
            end = starts[end_line - first] + len(text[end_line - first])
        new = new[:begin] + one.get("insertedContent", {}).get("text", "") + new[end:]
    return first, text, new.split("\n")


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
            body = list(difflib.unified_diff(old, new, n=3, lineterm=""))[2:]
            lines += [f"--- a/{name}", f"+++ b/{name}", *(
                f"@@ -{first},{len(old)} +{first},{len(new)} @@" if line.startswith("@@") else line
                for line in body)]
        return lines
    return []
