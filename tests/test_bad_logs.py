# SPDX-License-Identifier: GPL-2.0-only
"""Logs and tables in which anything may be anything: a result, or one line that says what is wrong."""

import copy
import json

import page_log
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from report import api, command, compdb
from report.errors import UserError

GOOD = page_log.log([page_log.result(i) for i in range(12)])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-2 ** 70, 2 ** 70), st.floats(), st.text(max_size=6),
                   st.sampled_from(["fail", "absent", "call-site", "\ud800", "\x1b[31m", "%zz"]))
ANYTHING = st.recursive(LEAVES, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)), max_leaves=6)


def nodes(value):
    """Every (container, key) in @value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from nodes(inner)


@st.composite
def spoilt(draw, value):
    """@value with one to three of its nodes replaced or gone."""
    spoiling = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = list(nodes(spoiling))
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()):
            container[key] = draw(ANYTHING)
        else:
            del container[key]
    return spoiling


def run(capsys, *words):
    """The command ends by itself: with a status of ours, and when it is 1 with one line."""
    status = command.main(list(map(str, words)))
    err = capsys.readouterr().err
    assert status in (0, 1, 3)
    if status == 1:
        assert err.startswith("gupcheck: ") and err.count("\n") == 1, err
    return status


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=spoilt(GOOD))
def test_commands_on_spoilt_logs(log, tmp_path, capsys):
    good, bad = tmp_path / "good.sarif", tmp_path / "bad.sarif"
    good.write_text(json.dumps(GOOD), encoding="utf-8")
    bad.write_text(json.dumps(log), encoding="utf-8")
    run(capsys, "diff", good, bad)
    run(capsys, "diff", bad, good, "--sites", "--json")
    run(capsys, "summary", bad, "--fail-on", "error")
    run(capsys, "mail", bad, "-o", tmp_path / "mail")
    run(capsys, "github", bad, "-o", tmp_path / "github")
    run(capsys, "page", bad, tmp_path / "page.html")


def test_commands_on_a_good_log(tmp_path, capsys):
    """What the spoilt ones are made from has all of them succeed."""
    good = tmp_path / "good.sarif"
    good.write_text(json.dumps(GOOD), encoding="utf-8")
    for words in (["diff", good, good], ["summary", good], ["github", good, "-o", tmp_path / "g"],
                  ["mail", good, "-o", tmp_path / "m"], ["page", good, tmp_path / "p"]):
        assert run(capsys, *words) == 0, words


TABLE = json.loads(api.API_FILE.read_text(encoding="utf-8"))
TABLE["functions"] = TABLE["functions"][:4] + TABLE["functions"][-2:]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=spoilt(TABLE))
def test_spoilt_tables(table, tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    for read in (api.load_api, api.load_more):
        try:
            read(path)
        except UserError as err:
            assert str(path) in str(err) and "\n" not in str(err)


DATABASE = [{"directory": "/b", "file": "a.c", "arguments": ["gcc", "-Iinclude", "-c", "a.c"]},
            {"directory": "/b", "file": "b.c", "command": "ccache clang -O2 'x y' -c b.c"}]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=spoilt(DATABASE))
def test_spoilt_databases(rows, tmp_path):
    path = tmp_path / "compile_commands.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    try:
        compdb.read(path, "clang-19")
    except UserError as err:
        assert "\n" not in str(err)


@pytest.mark.parametrize("version", [2, 99, "1", None])
def test_another_version_is_named(version, tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps({**TABLE, "version": version}), encoding="utf-8")
    for read in (api.load_api, api.load_more):
        with pytest.raises(UserError, match="version .* is not 1, the one this gupcheck reads"):
            read(path)
