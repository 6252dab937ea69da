# SPDX-License-Identifier: GPL-2.0-only
"""The semantic patches on the test cases, in all four modes."""

import re
import shutil
import subprocess
from collections import defaultdict

import pytest
from cases import CASES, all_cases, read_case
from common import ROOT

from report import api, spatch

RULES = {row["id"]: row["cocci"] for row in api.load_rules() if "cocci" in row}
ALL = all_cases("cocci")
MARKS = re.compile(r"\s*/\* (expect|gap|false-alarm) .*?\*/$")


def raw(rule, mode, files, cwd):
    """What spatch prints for a rule in @mode over @files."""
    cocci = spatch.rule_path(RULES[rule])
    groups = cwd / f"{rule}.{mode}.files"
    groups.write_text("\n\n".join(map(str, files)) + "\n")
    argv = ["spatch", "-D", mode, "--very-quiet", *(["--no-show-diff"] if mode in ("report", "org")
            else []), "--cocci-file", str(cocci), *spatch.options_of(cocci), "--timeout", "60",
            "--file-groups", str(groups)]
    run = subprocess.run(argv, cwd=cwd, env=spatch.environment(cwd), capture_output=True,
                         text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """{(rule, mode): text} over all cases, made once on demand."""
    cwd, memo = tmp_path_factory.mktemp("modes"), {}

    def get(rule, mode):
        if (rule, mode) not in memo:
            memo[(rule, mode)] = raw(rule, mode, [c.path for c in ALL], cwd)
        return memo[(rule, mode)]
    return get


def report_lines(text):
    found = defaultdict(list)
    for line in text.split("\n"):
        match = spatch.REPORT_LINE.match(line)
        if match:
            found[match["file"]].append(int(match["line"]))
    return found


def diffs(text):
    """{file: [(old line number of a removed line or None, text with -/+ sign)]} of a diff."""
    out, current, line = defaultdict(list), None, 0
    for row in text.split("\n"):
        if row.startswith("--- "):
            current = row[4:].split("\t")[0].strip()
        elif row.startswith("@@"):
            line = int(re.match(r"@@ -(\d+)", row).group(1)) - 1
        elif current and row.startswith("+++ "):
            continue
        elif current and row[:1] in ("-", "+", " "):
            if row[0] != "+":
                line += 1
            if row[0] != " ":
                out[current].append((line if row[0] == "-" else None, row))
    return out


def wanted(case, rule):
    return sorted(m.line for m in case.marks if m.rule == rule and m.what != "gap")


@pytest.mark.parametrize("rule", RULES)
def test_report(output, rule):
    """What is reported is what the marks say: no more, no less, each place once."""
    found, wrong = report_lines(output(rule, "report")), []
    for case in ALL:
        got = sorted(found[str(case.path)])
        gaps = [m.line for m in case.marks if m.rule == rule and m.what == "gap"]
        if set(got) & set(gaps):
            wrong.append(f"{case.name}: a known gap closed, remove its mark: {gaps}")
        if [line for line in got if line not in gaps] != wanted(case, rule):
            wrong.append(f"{case.name}: reported {got}, marked {wanted(case, rule)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("rule", RULES)
def test_org(output, rule):
    found = defaultdict(list)
    for match in re.finditer(r"\[\[view:([^:]+)::face=[^:]*::linb=(\d+)", output(rule, "org")):
        found[match.group(1)].append(int(match.group(2)))
    report = report_lines(output(rule, "report"))
    assert {f: sorted(set(v)) for f, v in found.items()} == \
        {f: sorted(set(v)) for f, v in report.items()}


@pytest.mark.parametrize("rule", RULES)
def test_context(output, rule):
    """Context mode marks every reported line, and nothing in a file without a report."""
    marked = diffs(output(rule, "context"))
    report = report_lines(output(rule, "report"))
    assert set(marked) == set(report)
    for file, lines in report.items():
        assert set(lines) <= {number for number, _ in marked[file]}, file


@pytest.mark.parametrize("rule", RULES)
def test_patch(output, rule, tmp_path):
    """The patch is the one in the case; after it the rule is silent and the file compiles."""
    text = output(rule, "patch")
    made, wrong = diffs(text), []
    for case in ALL:
        if case.path.parent.name != rule:
            continue
        got = [MARKS.sub("", row) for _, row in made[str(case.path)]]
        if (case.patch or []) != got:
            wrong.append(f"{case.name}: patch mode made\n" + "\n".join(got))
    assert not wrong, "\n".join(wrong)

    copy = tmp_path / "testcases"
    shutil.copytree(CASES, copy)
    (tmp_path / "all.patch").write_text(text.replace(str(CASES), "/testcases"))
    if text.strip():
        subprocess.run(["patch", "-p2", "-s", "-d", str(copy), "-i", str(tmp_path / "all.patch")],
                       check=True)
    again = report_lines(raw(rule, "report", [copy / c.name for c in ALL], tmp_path))
    for case in ALL:
        left = len([m for m in case.marks if m.rule == rule and m.what != "gap" and not m.patched])
        assert len(again[str(copy / case.name)]) == left, f"{case.name} after its patch"
        if case.patch:
            compile_case(copy / case.name)


def compile_case(path):
    subprocess.run(["clang", "-fsyntax-only", "-Wall", "-Wno-unused", "-Werror", "-std=gnu11",
                    f"-I{CASES / 'include'}", str(path)], check=True)


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.name)
def test_compiles(case):
    compile_case(case.path)


@pytest.mark.parametrize("rule", RULES)
def test_warnings_have_a_silent_twin(rule):
    """Somebody who only ever sees the rule fire learns nothing about its precision."""
    cases = [c for c in ALL if c.path.parent.name == rule]
    assert cases, f"no cases for {rule}"
    assert any(not c.marks for c in cases), f"no silent case for {rule}"
    assert any(c.marks for c in cases), f"no case in which {rule} fires"


@pytest.mark.parametrize("mode", ["report", "org", "context", "patch"])
@pytest.mark.parametrize("rule", RULES)
def test_files_without_the_api_are_not_parsed(rule, mode, tmp_path):
    """
    spatch skips a file that lacks the words of every rule. One rule that needs no
    word makes it read the whole kernel, for many minutes, with the same result.
    """
    (tmp_path / "put.c").write_text("void f(void)\n{\n\tset_page_dirty(p);\n\tput_page(p);\n}\n")
    (tmp_path / "pin.c").write_text("void f(void)\n{\n\tpin_user_pages_remote(m, a, 1, 0, q, 0);\n"
                                    "\tget_user_pages(a, 1, 0, q);\n}\n")
    cocci = spatch.rule_path(RULES[rule])
    run = subprocess.run(["spatch", "-D", mode, "--cocci-file", str(cocci),
                          *spatch.options_of(cocci), "--dir", str(tmp_path)], cwd=tmp_path,
                         env=spatch.environment(tmp_path), capture_output=True, text=True,
                         check=True)
    handled = re.findall(r"HANDLING: (\S+)", run.stdout + run.stderr)
    assert handled == [str(tmp_path / "pin.c")]


def test_reader_refuses_a_mistyped_mark(tmp_path, monkeypatch):
    monkeypatch.setattr("cases.CASES", tmp_path)
    path = tmp_path / "a.c"
    for text in ("x(); /* expect cocci pin-leak */", "x(); /* expect cocci: no-such-rule */",
                 "x(); /* gap cocci: pin-put-mismatch */"):
        path.write_text(text + "\n")
        with pytest.raises(ValueError):
            read_case(path, "cocci")


def test_header_lines():
    """The head of each semantic patch is what the kernel's own have."""
    for name in RULES.values():
        text = (ROOT / "cocci" / f"{name}.cocci").read_text(encoding="utf-8")
        for needed in (r"^// SPDX-License-Identifier: GPL-2.0-only", r"^/// ", r"^//# ",
                       r"^// Confidence: (High|Moderate|Low)", r"^// Copyright: ",
                       r"^// Options: ", r"^// Requires: ", r"^virtual patch", r"^virtual context",
                       r"^virtual org", r"^virtual report"):
            assert re.search(needed, text, re.M), f"{name}: {needed}"
