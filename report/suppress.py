# SPDX-License-Identifier: GPL-2.0-only
"""
Findings that somebody accepts, with a reason: entries of gup-audit.yaml and
comments at the call. Both become SARIF suppressions with a justification. What
suppresses nothing, has run out, or gives no reason is reported with its place.
"""

import datetime
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import yaml

from report import comments
from report.api import ROOT
from report.errors import UserError
from report.sarif import FINGERPRINT, printable

DEFAULT_FILE = "gup-audit.yaml"
SCHEMA_FILE = ROOT / "api" / "gup-audit.schema.json"
REFUSED = "longterm-remote"        # at level error the tree refuses the call: no reason helps
MAX_TAG = 60                       # characters of a rule's name in a message


@dataclass
class Entry:
    """One entry of the file; @line and @column are where it begins, from 1."""

    line: int
    column: int
    reason: str
    who: str
    fingerprint: str = ""
    rule: str = ""
    file: str = ""
    function: str = None           # "" is code outside of functions, None any
    until: str = ""
    used: bool = False

    def matches(self, result, where):
        """Everything that the entry states has to be so. @where: (file, function) of @result."""
        return (self.fingerprint in ("", result["partialFingerprints"].get(FINGERPRINT))
                and self.rule in ("", result["ruleId"]) and self.file in ("", where[0])
                and self.function in (None, where[1]))

    def expired(self, today):
        return bool(self.until) and datetime.date.fromisoformat(self.until) < today


def today():
    """The day that entries are judged by: SOURCE_DATE_EPOCH's, where that is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).date()
    return datetime.date.today()


class _Reader:
    """YAML nodes to plain data; every value's place is kept by its path."""

    def __init__(self, name):
        self.name = name
        self.marks = {}
        self.seen = set()

    def fail(self, mark, text):
        raise UserError(f"{self.name}:{mark.line + 1}:{mark.column + 1}: {printable(text)}")

    def read(self, node, path=()):
        if id(node) in self.seen:
            self.fail(node.start_mark, "aliases (*name) are not taken here")
        self.seen.add(id(node))
        self.marks[path] = node.start_mark
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, i)) for i, child in enumerate(node.value)]
        data = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fail(key.start_mark, "a key has to be a word")
            if key.value in data:
                self.fail(key.start_mark, f"'{key.value}' stands there twice")
            data[key.value] = self.read(child, (*path, key.value))
            if child.value == "":          # its mark is on the next line
                self.marks[(*path, key.value)] = key.start_mark
        return data


def _parse(name, text):
    reader = _Reader(name)
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        if node is None:
            raise UserError(f"{name}: empty; it begins with 'version: 1' and has 'suppressions:'")
        return reader.read(node), reader
    except yaml.MarkedYAMLError as err:
        return reader.fail(err.problem_mark or err.context_mark, f"not YAML: {err.problem}")
    except yaml.YAMLError as err:
        raise UserError(f"{name}: not YAML: {printable(str(err)).splitlines()[0]}") from err
    except RecursionError as err:
        raise UserError(f"{name}: nested too deep") from err


def _what_is_wrong(error):
    field = str(error.absolute_path[-1]) if error.absolute_path else ""
    if error.validator == "anyOf":
        return "an entry needs a fingerprint, or rule, file and function"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{', '.join(missing)} missing"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        return f"no such key: {', '.join(sorted(set(error.instance) - set(known)))}"
    if field in ("reason", "who"):
        return f"{field} says nothing"
    if field == "until":
        return f"until: {error.instance!r} is not a day (YYYY-MM-DD)"
    if field == "version":
        return f"version {error.instance!r} is not 1, the one this gupcheck reads"
    return f"{field + ': ' if field else ''}{error.message}"


def _check(data, reader, rules):
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(data),
                    key=lambda e: (list(map(str, e.absolute_path)), e.validator))
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        reader.fail(reader.marks[tuple(errors[0].absolute_path)],
                    _what_is_wrong(errors[0])[:300] + more)
    for i, row in enumerate(data["suppressions"]):
        if "rule" in row and row["rule"] not in rules:
            reader.fail(reader.marks["suppressions", i, "rule"], f"no rule is called {row['rule']!r}")
        try:
            datetime.date.fromisoformat(row.get("until", "2000-01-01"))
        except ValueError:
            reader.fail(reader.marks["suppressions", i, "until"], f"no such day: {row['until']}")


def load(path, rules):
    """
    The entries of the file @path; with "" those of gup-audit.yaml in the working
    directory, if it is there. @rules: the ids that an entry may name. Raises
    UserError with line and column.
    """
    name = path or DEFAULT_FILE
    if not path and not Path(name).exists():
        return []
    try:
        text = Path(name).read_text(encoding="utf-8")
    except OSError as err:
        raise UserError(f"cannot read SUPPRESS={name}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise UserError(f"{name}: not UTF-8 at byte {err.start}") from err
    data, reader = _parse(name, text)
    _check(data, reader, rules)
    entries = []
    for i, row in enumerate(data["suppressions"]):
        mark = reader.marks["suppressions", i]
        entries.append(Entry(line=mark.line + 1, column=mark.column + 1, **row))
    return entries


def where(result):
    """(file, function) of a SARIF result."""
    location = result["locations"][0]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    logical = location.get("logicalLocations") or [{}]
    return unquote(uri, errors="surrogateescape"), logical[0].get("name", "")


def active(result):
    """Is this a finding that nobody has accepted?"""
    return (result.get("kind", "fail") == "fail" and result.get("baselineState") != "absent"
            and not result.get("suppressions"))


def _external(entry, name):
    properties = {"who": entry.who, "file": name, "line": entry.line}
    if entry.until:
        properties["until"] = entry.until
    return {"kind": "external", "status": "accepted", "justification": printable(entry.reason),
            "properties": {k: printable(v) if isinstance(v, str) else v
                           for k, v in properties.items()}}


def _in_source(comment, uri):
    region = {"startLine": comment.line, "startColumn": comment.column}
    return {"kind": "inSource", "status": "accepted", "justification": printable(comment.reason),
            "location": {"physicalLocation": {
                "artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"}, "region": region}}}


def _entry_notes(entries, name, day):
    for entry in entries:
        if entry.expired(day):
            state = f"ran out on {entry.until}: {entry.reason}"
        elif not entry.used:
            state = "suppresses nothing: no finding is like that"
        else:
            continue
        yield {"file": name, "line": entry.line, "column": entry.column, "text": state,
               "base": False}


def _comment_notes(found, rules):
    for file, comment in found:
        if not comment.rule:
            state = "write gup-audit: RULE: REASON"
        elif comment.rule not in rules:
            state = f"no rule is called {comment.rule[:MAX_TAG]!r}"
        elif not comment.reason:
            state = f"gives no reason for {comment.rule}"
        elif not comment.used:
            state = f"suppresses nothing: {comment.rule} has no finding at this statement"
        else:
            continue
        yield {"file": file, "line": comment.line, "column": comment.column, "text": state,
               "base": True}


def _notification(note):
    location = {"physicalLocation": {
        "artifactLocation": {"uri": note["uri"], **({"uriBaseId": "SRCROOT"} if note["base"] else {})},
        "region": {"startLine": note["line"], "startColumn": note["column"]}}}
    return {"level": "warning", "message": {"text": printable(note["text"]) + "."},
            "locations": [location]}


def apply(log, entries, base, path="", day=None):
    """
    Add suppressions to the results of @log (a SARIF log as dicts, changed in place).

    @base: the directory that the results' files are relative to, for their comments.
    @path: where @entries came from. Returns lines for the user: "place: what is wrong".
    """
    day = day or today()
    name = Path(path or DEFAULT_FILE).name
    run = log["runs"][0]
    rules = {row["id"] for row in run["tool"]["driver"]["rules"]}
    files = {where(r)[0]: r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
             for r in run["results"]}
    sources = {file: comments.Source(Path(base) / file) for file in sorted(files)}
    refused = []
    for result in run["results"]:
        if result.get("kind", "fail") != "fail":
            continue
        file, function = where(result)
        region = result["locations"][0]["physicalLocation"]["region"]
        given = [_external(e, name) for e in entries
                 if e.matches(result, (file, function)) and not e.expired(day)
                 and use(e)]
        given += [_in_source(c, files[file])
                  for c in sources[file].at(region["startLine"], region["startColumn"],
                                            result["ruleId"]) if use(c)]
        if given and result["ruleId"] == REFUSED and result.get("level") == "error":
            refused.append({"file": file, "line": region["startLine"], "base": True,
                            "column": region["startColumn"],
                            "text": "justified, but this tree refuses the call: still an error"})
        elif given:
            result["suppressions"] = given
    found = [(file, c) for file, source in sources.items() for c in source.tags]
    notes = [*_entry_notes(entries, name, day), *_comment_notes(found, rules), *refused]
    for note in notes:
        note["uri"] = files.get(note["file"], note["file"])
    if notes:
        run["invocations"][0]["toolConfigurationNotifications"] = list(map(_notification, notes))
    return [f"{printable(n['file'])}:{n['line']}:{n['column']}: {printable(n['text'])}" for n in notes]


def use(thing):
    thing.used = True
    return True
