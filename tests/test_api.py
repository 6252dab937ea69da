# SPDX-License-Identifier: GPL-2.0-only
"""The API table holds together, and nothing else in the project contradicts it."""

import json
import re

import pytest
from common import ROOT

from report import api
from report.errors import UserError

API = api.load_api()
COCCI = sorted((ROOT / "cocci").glob("*.cocci"))
# a word in a semantic patch that can only be a GUP function
GUP_NAME = re.compile(r"\b(?:__)?(?:get_user_pages?|pin_user_pages?|unpin_user_pages?|unpin_folios?|"
                      r"unpin_user_folio|pin_longterm_pages|put_user_pages?|iov_iter_get_pages|"
                      r"iov_iter_extract|memfd_pin|folio_add_pin|get_dump_page|release_pages|"
                      r"put_page|folio_put|folios_put|__free_page|page_cache_release)\w*(?=\s*@|\s*\()")


def code_of(path):
    """A semantic patch without its comments and the text of its messages."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def test_rows_are_complete():
    for function in API.values():
        for nr, params in function.forms.items():
            assert nr == len(params) == len(set(params)), function.name
        if function.role == "acquire" and function.reaches_assert:
            assert all("gup_flags" in p for p in function.forms.values()), function.name


def test_every_cocci_name_is_in_the_table():
    assert COCCI
    for path in COCCI:
        unknown = set(GUP_NAME.findall(code_of(path))) - set(API)
        assert not unknown, f"{path.name} names functions that the API table does not have"


def test_foll_get_missing_covers_the_table():
    """Every public function that hands its caller's flags to the assert is looked at."""
    text = code_of(ROOT / "cocci/foll_get_missing.cocci")
    for function in API.values():
        if function.reaches_assert and function.kind == "get":
            assert re.search(rf"\b{function.name}\b", text), function.name


def test_longterm_remote_covers_the_table():
    text = code_of(ROOT / "cocci/longterm_remote.cocci")
    for function in API.values():
        if function.remote and not function.scope:
            assert re.search(rf"\b{function.name}\b", text), function.name


def test_pin_put_mismatch_covers_the_table():
    text = code_of(ROOT / "cocci/pin_put_mismatch.cocci")
    for function in API.values():
        if function.kind == "pin" and not function.scope and function.role == "release":
            assert re.search(rf"\b{function.name}\b", text), function.name
        if function.role == "acquire" and function.kind == "pin" and not function.scope \
                and "pages" in next(iter(function.forms.values())):
            assert re.search(rf"\b{function.name}\b", text), function.name


@pytest.mark.parametrize("path", COCCI, ids=lambda p: p.name)
def test_argument_counts(path):
    """A call with all its arguments written has a form with that many in the table."""
    for match in re.finditer(r"\b(\w+)(?:@\w+)*\s*\(([^()]*)\)", code_of(path)):
        function = API.get(match.group(1))
        args = [a.strip() for a in match.group(2).split(",")]
        if function and function.role == "acquire" and "..." not in args and len(args) > 2:
            assert len(args) in function.forms, f"{path.name}: {match.group(0)}"


def test_rules_have_a_page_each():
    for rule in api.load_rules():
        page = ROOT / rule["page"]
        assert page.is_file() and len(page.read_text(encoding="utf-8")) > 400, page
        if "cocci" in rule:
            assert (ROOT / "cocci" / f"{rule['cocci']}.cocci").is_file()


@pytest.mark.parametrize("text,why", [
    ("{", "not JSON"),
    ('{"format": "other"}', '"format"'),
    ('{"format": "gupcheck-api", "version": 99}', "version"),
    ('{"format": "gupcheck-api", "version": 1, "functions": []}', "no functions"),
    ('{"format": "gupcheck-api", "version": 1, "functions": [{"name": "a b", "role": "field"}]}',
     r"functions\[0\].name: .*a b"),
    ('{"format": "gupcheck-api", "version": 1, "functions": [{"name": "f", "role": "acquire"}]}', "'kind' is a required"),
    (json.dumps({"format": "gupcheck-api", "version": 1, "functions": [
        {"name": "f", "role": "acquire", "kind": "get",
         "forms": [{"params": ["x"], "kernels": "6.1-"}]}] * 2}), "twice"),
])
def test_bad_table(tmp_path, text, why):
    path = tmp_path / "api.json"
    path.write_text(text)
    with pytest.raises(UserError, match=why):
        api.load_api(path)
