# SPDX-License-Identifier: GPL-2.0-only
"""CASE 1 to 5 of pin_user_pages.rst: in the SARIF of the checker, and by other files in the link's."""

import json
import re

from cases import CASES
from test_link import make_facts, place, results, sources
from test_plugin import clang, pytestmark  # noqa: F401 (skips without clang)

MARK = re.compile(r"/\* case: (\w+) \*/")


def marks(path):
    return {number: MARK.search(line).group(1)
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
            if MARK.search(line)}


def test_each_case_by_the_checker(tmp_path):
    source = CASES / "case/cases.c"
    assert clang(source, f"sarif={tmp_path}/a.sarif").returncode == 0
    run = json.loads((tmp_path / "a.sarif").read_text(encoding="utf-8"))["runs"][0]
    said = {place(r)[1]: r["properties"] for r in run["results"]}
    assert {line: p["case"] for line, p in said.items()} == marks(source)
    assert sorted(set(marks(source).values())) == ["1", "2", "3", "4", "5", "unknown"]
    for line, words in ((17, "dma_map_pages() in line 21"), (30, "bio_add_page()"),
                        (96, "look_into()")):
        assert words in said[line]["caseEvidence"], said[line]


def test_what_other_files_show(tmp_path):
    """The pages go to a device elsewhere, the caller chooses FOLL_LONGTERM, a field is emptied elsewhere."""
    run = results(make_facts([*sources("case"), *sources("assert")], tmp_path), tmp_path / "out.sarif")
    take = next(path for path in sources("case") if path.name == "take.c")
    said = {place(r)[1]: r["properties"] for r in run["results"]
            if place(r)[0] == str(take) and "assert" in r["properties"]}
    assert {line: p.get("case", "unknown") for line, p in said.items()} == marks(take)
    assert "use.c" in said[min(said)]["caseEvidence"]
    alone = results(make_facts([take], tmp_path), tmp_path / "alone.sarif")["results"]
    assert not [r for r in alone if "case" in r["properties"]]
