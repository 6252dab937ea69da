# SPDX-License-Identifier: GPL-2.0-only
"""make audit from end to end, on a small tree: results, determinism, bad input."""

import base64
import csv
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from common import GUP_C, ROOT, hear_signals, kernel_files, run_audit, write_tree

from report import api, merge, outputs, sarif, spatch, tree, verdict
from report.errors import UserError

FILES = ("audit.sarif", "audit.csv", "audit.txt", "audit.html")


def snapshot(root):
    """Everything below @root: names, bytes, times of change."""
    return {str(p.relative_to(root)): (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else b"")
            for p in sorted(root.rglob("*"))}


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """One audit of the small tree: (tree, out, process, what the tree was before)."""
    tmp = tmp_path_factory.mktemp("audit")
    root = write_tree(tmp / "linux", kernel_files())
    before = snapshot(root)
    run = run_audit(root, tmp / "out")
    return root, tmp / "out", run, before


def load(out):
    return json.loads((out / "audit.sarif").read_text(encoding="utf-8"))


def test_all_results_are_there(audited):
    _root, out, run, _before = audited
    assert run.returncode == 0, run.stderr
    assert sorted(os.listdir(out)) == sorted(FILES)
    assert str(out / "audit.html") in run.stdout


def test_the_tree_is_not_written_to(audited):
    root, _out, _run, before = audited
    assert snapshot(root) == before


def test_progress_in_plain_lines(audited):
    run = audited[2]
    assert re.search(r"\[2/9\] List the call sites of Linux 6\.12\.1: \d", run.stderr)
    assert re.search(r"24 of 24", run.stderr)
    assert "\x1b" not in run.stderr


def test_one_result_for_each_site_and_finding(audited):
    results = load(audited[1])["runs"][0]["results"]
    got = [(r["ruleId"], r.get("kind", "fail"), r["properties"]["callee"]) for r in results]
    assert got == [("call-site", "pass", "pin_user_pages_fast"),
                   ("call-site", "pass", "unpin_user_page"),
                   ("foll-get-missing", "fail", "get_user_pages"),
                   ("call-site", "pass", "put_page")]


def test_sarif_says_what_it_must(audited):
    log = load(audited[1])
    run = log["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0" and rules == [r["id"] for r in api.load_rules()]
    prints = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"].endswith(".")
        if result.get("kind", "fail") != "fail":
            assert result["level"] == "none"
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "drivers/foo/foo.c", "uriBaseId": "SRCROOT"}
        assert physical["region"]["startLine"] > 5 and "snippet" in physical["contextRegion"]
        prints.add(result["partialFingerprints"][sarif.FINGERPRINT])
    assert len(prints) == len(run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["properties"]["follGetForcedAt"] == ["mm/gup.c:5"]


def test_fingerprints_survive_moved_code(audited, tmp_path):
    root = write_tree(tmp_path / "linux", kernel_files(
        **{"drivers/foo/foo.c": "/* moved */\n" * 200
           + (audited[0] / "drivers/foo/foo.c").read_text()}))
    assert run_audit(root, tmp_path / "out").returncode == 0
    old, new = ([r["partialFingerprints"] for r in load(o)["runs"][0]["results"]]
                for o in (audited[1], tmp_path / "out"))
    assert old == new


def test_same_bytes_for_any_number_of_jobs(audited, tmp_path):
    for jobs in ("1", "5"):
        run_audit(audited[0], tmp_path / jobs, "--jobs", jobs)
        for name in FILES:
            assert (tmp_path / jobs / name).read_bytes() == (audited[1] / name).read_bytes()


def test_a_second_audit_asks_spatch_about_what_changed(kernel, tmp_path):
    first = run_audit(kernel, tmp_path / "one", cache=tmp_path / "cache")
    assert "over 1 of 1 files" in first.stderr
    again = run_audit(kernel, tmp_path / "two", cache=tmp_path / "cache")
    assert "over 0 of 1 files" in again.stderr
    assert (tmp_path / "one/audit.sarif").read_bytes() == (tmp_path / "two/audit.sarif").read_bytes()
    changed = kernel / "drivers/foo/foo.c"
    changed.write_text("/* new */\n" + changed.read_text())
    assert "over 1 of 1 files" in run_audit(kernel, tmp_path / "two", cache=tmp_path / "cache").stderr


def test_without_the_checker(audited, tmp_path):
    """A tree that kbuild cannot configure: one line, and each call says why."""
    said = [line for line in audited[2].stderr.split("\n") if "without the checker" in line]
    assert len(said) == 1 and "cannot be configured" in said[0] and "allmodconfig" in said[0]
    log = load(audited[1])
    assert {r["properties"]["engines"]["checker"] for r in log["runs"][0]["results"]} == {"not run"}
    says = [r["properties"]["says"] for r in log["runs"][0]["results"]
            if r["properties"]["role"] == "acquire"]
    assert all(s["checker"]["text"].startswith("not run: ") for s in says)
    assert not list(Path(f"{audited[1]}.cache").glob("gupcheck/build/*"))


@pytest.mark.parametrize("args,why", [
    (("--arch", "ia64"), "clang has no target for ARCH=ia64"), (("--build", "/none"), "no .config there")])
def test_where_the_checker_cannot_run(kernel, tmp_path, args, why):
    (kernel / "arch/ia64").mkdir(parents=True)
    run = run_audit(kernel, tmp_path / "out", *args)
    assert run.returncode == 0 and f"without the checker: {why}" in run.stderr.replace("BUILD=/none: ", "")


def test_a_tree_that_was_built_in_place(kernel, tmp_path):
    (kernel / ".config").write_text("")
    run = run_audit(kernel, tmp_path / "out")
    assert run.returncode == 0 and "the tree was built in place" in run.stderr


REFUSES = """
static bool is_valid_gup_flags(unsigned int gup_flags)
{
	if (WARN_ON_ONCE(gup_flags & FOLL_LONGTERM))
		return false;
	return true;
}

static long __get_user_pages_remote(struct mm_struct *mm, unsigned int gup_flags, int *locked)
{
	if (gup_flags & FOLL_LONGTERM) {
		if (WARN_ON_ONCE(locked))
			return -EINVAL;
	}
	return 0;
}

long get_user_pages_remote(struct mm_struct *mm, unsigned int gup_flags, int *locked)
{
	if (!is_valid_gup_flags(gup_flags))
		return -EINVAL;
	return __get_user_pages_remote(mm, gup_flags, locked);
}

long pin_user_pages_remote(struct mm_struct *mm, unsigned int gup_flags, int *locked)
{
	gup_flags |= FOLL_PIN;
	return __get_user_pages_remote(mm, gup_flags, locked);
}
"""
REMOTE_C = """long f(struct mm_struct *mm, struct page **pages)
{
	int locked = 1;

	/* gup-audit: longterm-remote: the user said so */
	return pin_user_pages_remote(mm, 0, 1, FOLL_LONGTERM, pages, %s);
}
"""


@pytest.mark.parametrize("locked,level", [("&locked", "error"), ("NULL", "warning")])
def test_what_the_tree_refuses_is_an_error_whatever_the_reason(tmp_path, locked, level):
    root = write_tree(tmp_path / "linux", kernel_files(**{
        "mm/gup.c": GUP_C + REFUSES, "drivers/foo/foo.c": REMOTE_C % locked}))
    assert tree.open_tree(root).refuses_longterm == {"get_user_pages_remote": "always",
                                                     "pin_user_pages_remote": "locked"}
    assert run_audit(root, tmp_path / "out").returncode == 0
    result, = [r for r in load(tmp_path / "out")["runs"][0]["results"] if r["ruleId"] == "longterm-remote"]
    assert (result.get("level", "warning"), "suppressions" in result) == (level, level == "warning")


def test_csv_and_text(audited):
    rows = list(csv.DictReader(io.StringIO((audited[1] / "audit.csv").read_text())))
    assert [r["verdict"] for r in rows] == ["pass", "pass", "fail", "pass"]
    assert rows[2]["flags"] == "FOLL_WRITE" and rows[2]["function"] == "fill"
    lines = (audited[1] / "audit.txt").read_text().splitlines()
    assert re.fullmatch(r"drivers/foo/foo\.c:15:8: warning: get_user_pages\(\) .*"
                        r"\[foll-get-missing\]", lines[2])


class Page(HTMLParser):
    """The text of a page outside of scripts, what its scripts hold, its elements."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.stack, self.scripts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs).get("type", "code"), ""))
        if tag not in ("meta", "br", "link", "input"):
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "script":
            kind, text = self.scripts.pop()
            self.scripts.append((kind, text + data))
        else:
            self.text.append(data)


def parse(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert page.stack == []
    return page


def data_of(page):
    return json.loads(next(text for kind, text in page.scripts if kind == "application/json"))


def test_page(audited):
    page = parse(audited[1] / "audit.html")
    text = "".join(page.text)
    for needed in ("GUP audit", "Linux 6.12.1", "foll-get-missing", "Coverage", "mm/gup.c:5",
                   "Permission is hereby granted"):
        assert needed in text
    assert not [a for t, a in page.tags if t in ("link", "img", "iframe") or "src" in a]
    finding = [r for r in data_of(page)["rows"] if r["kind"] == "fail"][0]
    assert (finding["file"], finding["line"], finding["rule"], finding["assert"]) == (
        "drivers/foo/foo.c", 15, "foll-get-missing", "trips")
    lines = finding["src"][0]["windows"][0]["lines"]
    assert ["a", "get_user_pages"] in [line[2:4] for line in lines]


def test_the_page_lets_only_its_own_scripts_run(audited):
    """The policy names what the page holds, byte for byte."""
    page = parse(audited[1] / "audit.html")
    policy = [a["content"] for t, a in page.tags if a.get("http-equiv")][0]
    code = [text for kind, text in page.scripts if kind == "code"]
    hashes = ["'sha256-" + base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() + "'"
              for t in code]
    assert re.search(r"script-src ([^;]*);", policy)[1].split() == hashes
    assert "default-src 'none'" in policy and len(code) == 2


def test_time_only_when_it_is_given(audited, monkeypatch):
    """SOURCE_DATE_EPOCH, as reproducible builds have it; else the same tree gives the same bytes."""
    assert "endTimeUtc" not in load(audited[1])["runs"][0]["invocations"][0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1572825600")
    assert sarif._time() == "2019-11-04T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert sarif._time() is None


def test_downloads_are_the_files(audited):
    page = parse(audited[1] / "audit.html")
    packed = {a["id"]: text for (t, a), (_kind, text) in zip(
        [x for x in page.tags if x[0] == "script"], page.scripts) if "id" in a}
    for name in ("audit.sarif", "audit.csv"):
        text = gzip.decompress(base64.b64decode(packed[f"packed-{name}"])).decode()
        assert text == (audited[1] / name).read_text(encoding="utf-8")


def test_the_page_again_from_the_log(audited, tmp_path):
    """The same log gives the same bytes, without the tree."""
    run = subprocess.run([sys.executable, "-m", "report.command", "page", audited[1] / "audit.sarif",
                          tmp_path / "again.html"], cwd=ROOT, check=False)
    assert run.returncode == 0
    assert (tmp_path / "again.html").read_bytes() == (audited[1] / "audit.html").read_bytes()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"runs": [{"results": [{}]}]}'])
def test_no_page_from_what_is_no_log(tmp_path, text):
    (tmp_path / "x.sarif").write_text(text)
    run = subprocess.run([sys.executable, "-m", "report.command", "page", tmp_path / "x.sarif",
                          tmp_path / "x.html"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "not a log that gupcheck wrote" in run.stderr
    assert run.stderr.count("\n") == 1 and not (tmp_path / "x.html").exists()


HOSTILE = {
    "drivers/<b>&\"x\"'y'/a b.c": (
        "int f(void)\n{\n\tput_page(\"</script><script>alert(1)</script>\");\n"
        "\treturn get_user_pages(a, 1, FOLL_WRITE, &p);\n}\n"),
    "drivers/bytes.c": b"int f(void)\n{\n\t/* caf\xe9 \xff \x1b[31m \xe2\x80\xae */\n"
                       b"\treturn get_user_pages(a\xff, 1, 0, &p);\n}\n",
    "drivers/nul.c": b"int f(void)\n{\n\treturn get_user_pages(a, 1, 0, &p);\n}\n\0\0",
    "drivers/=cmd.c": "int f(void)\n{\n\treturn get_user_pages(a, 1, FOLL_GET, &p);\n}\n",
    "drivers/macro.c": "#define GRAB(x) ({ if (x) pin_user_pages_fast(x, 1, 0, &p) })\n"
                       "int broken(int)) {{\n\treturn pin_user_pages_fast(y, 1, 0, &p);\n}\n",
    "drivers/empty.c": "",
    "drivers/a\nfs/b.c:1:1: pass: forged.c": "int f(void)\n{\n\tput_page(p);\n"
                                            "\treturn pin_user_pages(a, 1, 0, &p);\n}\n",
    "drivers/e\x1b[31mvil.c": "int f(void)\n{\n\tput_page(p);\n}\n",
    "drivers/d:3:4-5: ERROR: e.c": "int f(void)\n{\n\treturn pin_user_pages(a, 1, 0, &p);\n}\n",
    "drivers/deep.c": "int f(void)\n{\n\treturn get_user_pages(s, 1, " + "(" * 3000 + "0"
                      + ")" * 3000 + ", p);\n}\n",
    "drivers/arms.c": "int f(void)\n{\n\treturn get_user_pages(s, 1,\n#ifdef A\n\t\tFOLL_GET,\n#else\n"
                      "\t\t0,\n#endif\n\t\tp);\n}\n",
    "drivers/arms2.c": "int f(void)\n{\n\tlong r;\n\n#ifdef A\n\tr = get_user_pages(s,\n#else\n"
                       "\tr = pin_user_pages(s,\n#endif\n\t\t1, FOLL_GET, p);\n\treturn r;\n}\n",
}


def test_hostile_source(tmp_path):
    root = write_tree(tmp_path / "linux", kernel_files(**HOSTILE))
    big = "int x;\n" * 300_000 + "int f(void)\n{\n\treturn get_user_pages(a, 1, 0, &p);\n}\n"
    write_tree(root, {"drivers/big.c": big})
    run = run_audit(root, tmp_path / "out")
    assert run.returncode == 0, run.stderr
    log = load(tmp_path / "out")
    rows = list(outputs.rows(log))
    by_file = {}
    for row in rows:
        by_file.setdefault(row["file"], []).append(row)
    assert "drivers/<b>&\"x\"'y'/a b.c" in by_file and "drivers/big.c" in by_file
    # what spatch cannot parse is in the list, undecided, and named among the notes
    broken = by_file["drivers/macro.c"]
    assert {r["verdict"] for r in broken} <= {"open", "pass"} and len(broken) == 2
    assert "open" in {r["verdict"] for r in broken}
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert any("drivers/macro.c" in n["message"]["text"] for n in notes)
    # nobody looked at these, so nothing about them is said to be right
    for name in ("drivers/a\\u000afs/b.c:1:1: pass: forged.c", "drivers/d:3:4-5: ERROR: e.c",
                 "drivers/arms.c", "drivers/arms2.c"):
        assert {r["verdict"] for r in by_file[name] if not r["generic"]} <= {"open", "fail"}, name
    assert len((tmp_path / "out" / "audit.txt").read_text().splitlines()) == len(rows)
    page = parse(tmp_path / "out" / "audit.html")
    assert len(page.scripts) == 5 and "alert(1)" not in "".join(
        text for kind, text in page.scripts if kind == "code")
    assert "b" not in [t for t, a in page.tags if "drivers" in str(a)]
    assert {r["file"] for r in data_of(page)["rows"]} == set(by_file)
    everything = "".join((tmp_path / "out" / n).read_text(encoding="utf-8") for n in FILES)
    assert "\x1b" not in everything and "\u202e" not in everything
    for row in csv.reader(io.StringIO((tmp_path / "out" / "audit.csv").read_text())):
        assert not [c for c in row if c[:1] in ("=", "@", "+", "-")]


def test_part_of_a_tree(audited, tmp_path):
    root = write_tree(tmp_path / "linux", kernel_files(
        **{"fs/bar.c": "void f(void)\n{\n\tunpin_user_page(p);\n}\n"}))
    assert run_audit(root, tmp_path / "out", "--module", "fs").returncode == 0
    rows = list(outputs.rows(load(tmp_path / "out")))
    assert [r["file"] for r in rows] == ["fs/bar.c"]


def test_one_architecture(tmp_path):
    call = "void f(void)\n{\n\tunpin_user_page(p);\n}\n"
    root = write_tree(tmp_path / "linux", {"Makefile": kernel_files()["Makefile"],
                                           "mm/gup.c": "", "arch/x86/a.c": call,
                                           "arch/arm64/b.c": call, "fs/c.c": call})
    assert run_audit(root, tmp_path / "out", "--arch", "x86_64").returncode == 0
    assert [r["file"] for r in outputs.rows(load(tmp_path / "out"))] == ["arch/x86/a.c", "fs/c.c"]
    run = run_audit(root, tmp_path / "other", "--arch", "vax")
    assert run.returncode == 1 and "no arch/vax" in run.stderr


def test_external_module(kernel, tmp_path):
    module = write_tree(tmp_path / "my module", {"x.c": (kernel / "drivers/foo/foo.c").read_text()})
    run = run_audit(kernel, tmp_path / "out", "--module", str(module))
    assert run.returncode == 0, run.stderr
    log = load(tmp_path / "out")
    assert {r["file"] for r in outputs.rows(log)} == {"x.c"}
    assert log["runs"][0]["properties"]["externalModule"] is True


def test_a_tree_whose_path_has_spaces_and_quotes(tmp_path):
    root = write_tree(tmp_path / "my \"linux\" 'tree'", kernel_files())
    run = run_audit(root, tmp_path / "the 'out' put")
    assert run.returncode == 0, run.stderr
    results = load(tmp_path / "the 'out' put")["runs"][0]["results"]
    assert "foll-get-missing" in [r["ruleId"] for r in results]


@pytest.mark.parametrize("make,why", [
    (lambda t: t / "nothing", "does not exist"),
    (lambda t: write_tree(t / "empty", {}) if (t / "empty").mkdir() is None else None,
     "no readable Makefile"),
    (lambda t: write_tree(t, {"file": "x"}) / "file", "is a file, not a kernel tree"),
    (lambda t: write_tree(t / "other", {"Makefile": "all:\n"}), "names no VERSION"),
    (lambda t: write_tree(t / "half", {"Makefile": kernel_files()["Makefile"]}), "mm/gup.c"),
])
def test_no_kernel_there(tmp_path, make, why):
    run = run_audit(make(tmp_path), tmp_path / "out")
    assert run.returncode == 1 and why in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "out").exists()
    assert len([line for line in run.stderr.splitlines() if line.startswith("gupcheck:")]) == 1


def test_no_such_part(kernel, tmp_path):
    run = run_audit(kernel, tmp_path / "out", "--module", "drivers/none")
    assert run.returncode == 1 and "M=drivers/none: no such directory" in run.stderr


@pytest.mark.parametrize("where", ["drivers", "new/directory", "."])
def test_never_into_the_tree(kernel, where):
    before = snapshot(kernel)
    run = run_audit(kernel, kernel / where)
    assert run.returncode == 1 and "never written to" in run.stderr
    assert snapshot(kernel) == before


def test_never_into_an_external_module(kernel, tmp_path):
    module = write_tree(tmp_path / "module", {"x.c": "int x;\n"})
    run = run_audit(kernel, module / "out", "--module", str(module))
    assert run.returncode == 1 and "never written to" in run.stderr
    assert os.listdir(module) == ["x.c"]


def fake_spatch(tmp_path, script):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "spatch").write_text("#!/bin/sh\n" + script)
    (tools / "spatch").chmod(0o755)
    return tools


def test_no_spatch(kernel, tmp_path):
    run = run_audit(kernel, tmp_path / "out", env={**os.environ, "PATH": str(tmp_path)})
    assert run.returncode == 1 and "spatch is not installed" in run.stderr


def test_spatch_too_old(kernel, tmp_path):
    tools = fake_spatch(tmp_path, "echo spatch version 1.0.4\n")
    run = run_audit(kernel, tmp_path / "out",
                    env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    assert run.returncode == 1 and "1.0.4, too old" in run.stderr


def test_a_cocci_file_that_does_not_parse(tmp_path):
    bad = tmp_path / "bad.cocci"
    bad.write_text("@r@\nexpression e\n@@\n* f(e)\n")
    with pytest.raises(UserError, match="does not parse"):
        spatch.check_cocci(bad)
    with pytest.raises(UserError, match="no semantic patch"):
        spatch.check_cocci(tmp_path / "none.cocci")


def test_a_spatch_that_dies_takes_one_file_along(tmp_path, monkeypatch):
    """Only the file at which it dies again is lost; the others are asked one by one."""
    tools = fake_spatch(tmp_path, 'for list; do :; done\nif grep -q b.c "$list"; then\n'
                        "echo 'Fatal error: out of luck' >&2; exit 2; fi\n"
                        'echo "$(head -1 "$list"):1:2-3: WARNING: found"\n')
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    result = spatch.run(spatch.rule_path("longterm_remote"), ["a.c", "b.c", "c.c"], tmp_path)
    assert [f["file"] for f in result["findings"]] == ["a.c", "c.c"]
    assert {n["file"] for n in result["notes"]} == {"b.c"}


def test_a_rule_that_gave_up_passes_nothing(audited, tmp_path):
    """One rule times out on a file: its calls are open, although spatch parses them."""
    real = shutil.which("spatch")
    tools = fake_spatch(tmp_path, 'case "$*" in\n*--file-groups*pin_put*|*pin_put*--file-groups*)\n'
                        'for list; do :; done\necho "HANDLING: $(head -1 "$list")"\n'
                        'echo "EXN: Coccinelle_modules.Common.Timeout";;\n'
                        f'*) exec {real} "$@";;\nesac\n')
    run = run_audit(audited[0], tmp_path / "out",
                    env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    assert run.returncode == 0 and "Not looked at" in run.stdout
    rows = list(outputs.rows(load(tmp_path / "out")))
    assert {r["verdict"] for r in rows} == {"open", "fail"}
    assert any("gave up on this file: pin-put-mismatch" in r["reason"] for r in rows)


def test_much_noise_on_stderr_does_not_hang(kernel, tmp_path):
    run = run_audit(kernel, tmp_path / "out", "--launch", "head -c 20000 /dev/zero >&2;",
                    timeout=300)
    assert run.returncode == 0


def test_a_finding_without_a_site_is_not_lost():
    lost = verdict.attach_findings([], [{"file": "a.c", "line": 1, "col": 1, "rule": "r",
                                         "text": "t"}])
    assert merge._lost_notes(lost)[0]["file"] == "a.c"


def test_full_disk(kernel, tmp_path):
    """A result directory with no room: the old result stays, and nothing half-written."""
    out = tmp_path / "small"
    out.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(out)],
                             capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        (out / "audit.html").write_text("old")
        run = run_audit(kernel, out)
        assert run.returncode == 1 and "cannot write the result" in run.stderr
        assert os.listdir(out) == ["audit.html"] and (out / "audit.html").read_text() == "old"
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_output(kernel, tmp_path):
    out = tmp_path / "ro"
    out.mkdir(mode=0o555)
    run = run_audit(kernel, out)
    assert run.returncode == 1 and "cannot write to OUT" in run.stderr


def test_output_is_a_file(kernel, tmp_path):
    (tmp_path / "out").write_text("mine")
    run = run_audit(kernel, tmp_path / "out")
    assert run.returncode == 1 and "cannot write to OUT" in run.stderr
    assert (tmp_path / "out").read_text() == "mine"


def command_line(path):
    try:
        return path.read_bytes()
    except OSError:                # it has just ended
        return b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(kernel, tmp_path, number):
    """Ctrl-C while spatch runs: one line, no result, no process and no file left behind."""
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    real = shutil.which("spatch")
    tools = fake_spatch(tmp_path, f'case "$*" in *--file-groups*) exec sleep 987;; '
                        f'*) exec {real} "$@";; esac\n')
    with subprocess.Popen([sys.executable, "-m", "report.command", "audit", "--kdir", str(kernel), "--out",
                           str(tmp_path / "out")], cwd=ROOT, stderr=subprocess.PIPE, text=True,
                          preexec_fn=hear_signals,
                          env={**os.environ, "TMPDIR": str(tmp), "XDG_CACHE_HOME": str(tmp_path / "cache"),
                               "PATH": f"{tools}:{os.environ['PATH']}"}) as proc:
        for line in proc.stderr:
            if "Semantic patches" in line:
                break
        time.sleep(2)
        proc.send_signal(number)
        rest = proc.stderr.read()
        assert proc.wait(timeout=20) == 130
    assert "interrupted" in rest and "Traceback" not in rest
    assert os.listdir(tmp) == []
    assert not (tmp_path / "out").exists() or os.listdir(tmp_path / "out") == []
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if command_line(p) == b"sleep\0987\0"]


@pytest.mark.parametrize("name", ["it's \"a\" tree", "a$b #c, d", "caf\udce9"])
def test_make_takes_any_path(tmp_path, name):
    """Through make itself, which likes neither quotes nor dollars; TMPDIR has a space as well."""
    root = write_tree(tmp_path / name, kernel_files())
    (tmp_path / "tmp dir").mkdir()
    run = subprocess.run(["make", "-s", "audit", f"KDIR={root}", f"OUT={tmp_path}/out of {name}"],
                         cwd=ROOT, capture_output=True, check=False,
                         env={**os.environ, "TMPDIR": str(tmp_path / "tmp dir"),
                              "XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")
    assert sorted(os.listdir(tmp_path / f"out of {name}")) == sorted(FILES)


@pytest.mark.parametrize("args,why", [(["JOBS=0"], "JOBS=0: give"), (["JOBS=abc"], "JOBS=abc: give"),
                                      (["JOBS=-1"], "JOBS=-1: give")])
def test_make_with_odd_arguments(kernel, tmp_path, args, why):
    run = subprocess.run(["make", "-s", "audit", f"KDIR={kernel}", f"OUT={tmp_path}/out", *args],
                         cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode != 0 and why in run.stderr and not (tmp_path / "out").exists()


def test_the_environment_of_git_does_not_count(kernel, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    assert tree.open_tree(kernel).commit == ""


def test_links_that_lead_outside(kernel, tmp_path):
    """An external module made of links is audited, and a linked directory is named."""
    real = write_tree(tmp_path / "real", {"x.c": (kernel / "drivers/foo/foo.c").read_text()})
    module = tmp_path / "module"
    module.mkdir()
    (module / "x.c").symlink_to(real / "x.c")
    (module / "lib").symlink_to(real)
    assert run_audit(kernel, tmp_path / "out", "--module", str(module)).returncode == 0
    log = load(tmp_path / "out")
    assert {r["file"] for r in outputs.rows(log)} == {"x.c"}
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert sum("lib: a link" in n["message"]["text"] for n in notes) == 1


def test_facts_of_gup_c(kernel):
    facts = tree.open_tree(kernel)
    assert (facts.version, facts.forces_foll_get, facts.adds_foll_get) == \
        ("6.12.1", [5], {"get_user_pages_fast": 12})


def test_fast_variants_of_old_trees(tmp_path):
    """Before 5.6 get_user_pages_fast() reaches the assert without FOLL_GET, whoever calls it."""
    call = "int f(void)\n{\n\treturn get_user_pages_fast(a, 1, FOLL_WRITE, p);\n}\n"
    verdicts = []
    for gup in (GUP_C, GUP_C.replace("gup_flags |= FOLL_GET", "start = 0")):
        root = write_tree(tmp_path / str(len(verdicts)), {**kernel_files(), "mm/gup.c": gup,
                                                          "drivers/foo/foo.c": call})
        assert run_audit(root, tmp_path / f"out{len(verdicts)}").returncode == 0
        row, = outputs.rows(load(tmp_path / f"out{len(verdicts)}"))
        verdicts.append((row["verdict"], "mm/gup.c" in row["reason"]))
    assert verdicts == [("pass", True), ("open", True)]


def test_printable():
    assert sarif.printable("a\x1b[1m\u202eb\udcff") == "a\\u001b[1m\\u202eb\ufffd"
