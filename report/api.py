# SPDX-License-Identifier: GPL-2.0-only
"""The API table (api/gup-api.json) and the rule list (api/rules.json), read and checked."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from report.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
API_FILE = ROOT / "api" / "gup-api.json"
SCHEMA_FILE = ROOT / "api" / "gup-api.schema.json"
RULES_FILE = ROOT / "api" / "rules.json"
FORMAT_VERSION = 1

ROLES = ("acquire", "release")       # of a call site; other roles are what the checker knows beyond


@dataclass(frozen=True)
class Function:
    """One row of the table. `forms` maps a number of arguments to the parameters' names."""

    name: str
    role: str
    kind: str
    forms: dict
    doc: str
    generic: bool = False          # releases any page reference, GUP's among others
    scope: str = ""                # a kernel file, when the function is internal to it
    reaches_assert: bool = False
    remote: bool = False
    adds_foll_get_since: str = ""
    implies_flags: tuple = ()

    def params(self, nr_args):
        """The parameters' names of the form with @nr_args arguments, or ()."""
        return self.forms.get(nr_args, ())

    def argument(self, args, param):
        """The text of argument @param in a call with @args, or None when this form has none."""
        names = self.params(len(args))
        return args[names.index(param)] if param in names else None


def _load(path, kind):
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as err:
        raise UserError(f"cannot read {path}: {err.strerror}") from err
    except ValueError as err:
        raise UserError(f"{path} is not JSON: {err}") from err
    if not isinstance(data, dict) or data.get("format") != kind:
        raise UserError(f'{path}: "format" is not "{kind}"')
    if data.get("version") != FORMAT_VERSION:
        raise UserError(f"{path}: version {data.get('version')!r} is not {FORMAT_VERSION}, "
                        "the one this gupcheck reads")
    return data


def _load_table(path):
    """The rows of a table of functions, as api/gup-api.schema.json has them."""
    import jsonschema                  # takes as long to load as all else of a job, and few jobs need it

    data = _load(path, "gupcheck-api")
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if error:
        where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.absolute_path)
        raise UserError(f"{path}: {where.lstrip('.')}: {error.message[:200]!r}".replace("\n", " "))
    return data["functions"]


def _function(row):
    return Function(name=row["name"], role=row["role"], kind=row["kind"],
                    forms={len(form["params"]): tuple(form["params"]) for form in row["forms"]},
                    doc=row.get("doc", ""), generic=row.get("generic", False),
                    scope=row.get("scope", ""),
                    reaches_assert=row.get("reaches_assert", False),
                    remote=row.get("remote", False),
                    adds_foll_get_since=row.get("adds_foll_get_since", ""),
                    implies_flags=tuple(row.get("implies_flags", ())))


@functools.cache
def _built_in():
    return _functions(API_FILE)


def load_api(path=API_FILE):
    """
    Return {name: Function} of the functions that acquire or release, to be read only. Raises
    UserError on a table that does not hold together.
    """
    return _built_in() if path == API_FILE else _functions(path)


def _functions(path):
    table = {}
    for row in _load_table(path):
        if row["role"] not in ROLES:
            continue
        function = _function(row)
        if function.name in table:
            raise UserError(f"{path}: {function.name} stands there twice")
        table[function.name] = function
    if not table:
        raise UserError(f"{path}: no functions")
    return table


def load_more(path):
    """
    What a user's table, or one that gupcheck wrappers wrote, adds to what is looked for in
    source: ({names of functions}, {names of fields, which count beside a release of any page}).
    """
    rows = _load_table(path)
    names = {role: {row["name"] for row in rows if row["role"] == role and not row.get("generic")}
             for role in (*ROLES, "wrapper", "field")}
    return names["acquire"] | names["release"] | names["wrapper"], names["field"]


def version():
    """gupcheck's own."""
    return (ROOT / "VERSION").read_text(encoding="utf-8").strip()


def load_rules(path=RULES_FILE):
    """
    Return the rule rows in order, as dicts: id, name, level, short, full, page (of docs/), and which
    engines have it: cocci, the semantic patch's name, and checker.
    """
    return _load(path, "gupcheck-rules")["rules"]
