# SPDX-License-Identifier: GPL-2.0-only
"""What others read: diff, summary and mail in a terminal, SARIF in Microsoft's multitool."""

import email
import json
import os
import subprocess
import sys
from email import policy

import pytest
from common import ROOT, kernel_files, run_audit, write_tree

from report import diff, mail

MULTITOOL = ROOT / "build/web/tests/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
HOSTILE_C = b"""\
/* \x1b[31m \xe2\x80\xae </script> \xff
From: nobody */
int taken(struct page **p)
{
	get_user_pages(a, 1, FOLL_WRITE, p); /* \x1b]0;x\x07 \xe2\x80\xae \xfe Bcc: all@example.org */
	return get_user_pages("=cmd()", 1, 0, p);
}
"""


def gupcheck(*args, cwd=None):
    return subprocess.run([sys.executable, "-m", "report.command", *map(str, args)], cwd=cwd or ROOT,
                          capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """(old, new): the second has a hostile file more, whose name holds a line break."""
    tmp = tmp_path_factory.mktemp("tools")
    old = write_tree(tmp / "old", kernel_files())
    new = write_tree(tmp / "new", kernel_files(**{"drivers/e\x1b[1m=vil.c": HOSTILE_C,
                                                  "drivers/x\nBcc: me@example.org\n\n.c": HOSTILE_C,
                                                  "drivers/plain.c": HOSTILE_C}))
    for name, root in (("a", old), ("b", new)):
        run = run_audit(root, tmp / name)
        assert run.returncode == 0, run.stderr
    return tmp / "a/audit.sarif", tmp / "b/audit.sarif"


def clean(data):
    """No control character but line breaks and tabs, no direction mark; all of it UTF-8."""
    text = data.decode("utf-8")
    return not [c for c in text if ord(c) < 32 and c not in "\n\t" or c in "\u202e\x7f\ufffe"]


def test_diff_in_lines(audits):
    run = gupcheck("diff", *audits)
    lines = run.stdout.decode().rstrip("\n").split("\n")
    assert run.returncode == 0 and clean(run.stdout)
    assert lines[-1].endswith("new, 0 updated, 1 unchanged, 0 gone")
    assert len(lines) > 2 and all(line.startswith("     new: drivers/") for line in lines[:-1])
    back = gupcheck("diff", *reversed(audits)).stdout.decode()
    assert back.startswith("    gone: drivers/") and "0 new" in back


def test_diff_for_a_program(audits):
    run = gupcheck("diff", *audits, "--json", "--sites", "--fail-on", "new-error,new-warning")
    data = json.loads(run.stdout)
    assert run.returncode == 3 and clean(run.stdout)
    assert data["counts"]["new"] == len(data["results"]) >= data["failOn"]["results"] > 0
    assert all(len(r["fingerprint"]) == 32 and r["state"] == "new" for r in data["results"])
    assert gupcheck("diff", audits[0], audits[0], "--fail-on", "new").returncode == 0


def test_diff_in_a_terminal(audits, monkeypatch):
    """Colour only where somebody looks, and none that comes from the source."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    text = gupcheck("diff", *audits).stdout.decode()
    assert "\x1b[1;31m     new: \x1b[0m" in text
    assert "\x1b]0" not in text and "\x1b[31m \u202e" not in text


def test_summary(audits):
    run = gupcheck("summary", audits[1], "--json", "--fail-on", "warning")
    assert run.returncode == 3 and json.loads(run.stdout)["findings"]["warning"] >= 3
    run = gupcheck("summary", audits[1], "--fail-on", "new")
    assert run.returncode == 1 and b"made without a BASELINE=" in run.stderr
    run = gupcheck("summary", audits[0])
    assert run.returncode == 0 and b"warning foll-get-missing     1" in run.stdout


def test_mail(audits, tmp_path):
    run = gupcheck("mail", audits[1], "--baseline", audits[0], "--to", "a@example.org\nBcc: evil@example.org",
                   "-o", tmp_path / "mail")
    assert run.returncode == 0, run.stderr
    data = (tmp_path / "mail").read_bytes()
    assert clean(data)
    message = email.message_from_bytes(data, policy=policy.default)
    assert sorted(message.keys()) == sorted(["From", "Subject", "To", "MIME-Version", "Content-Type",
                                             "Content-Transfer-Encoding"])
    assert message["Subject"].startswith("[gupcheck] Linux 6.12.1: drivers/")
    body = message.get_content()
    assert "| Reported-by: " in body and "\n>> drivers/" in body
    assert "\n   drivers/foo/foo.c:15:8: warning: " in body
    assert "\nvim +5 drivers/plain.c\n" in body and "\n >     5\t\tget_user_pages(" in body
    assert max(map(len, data.split(b"\n"))) < 998


def test_no_mail_about_nothing(audits):
    run = gupcheck("mail", audits[0], "--baseline", audits[0])
    assert run.returncode == 0 and run.stdout == b"" and b"nothing new, no mail" in run.stderr


def test_a_long_mail_says_what_it_leaves_out(audits):
    log = json.loads(audits[0].read_text())
    results = log["runs"][0]["results"]
    results[:] = [r for r in results if r.get("kind", "fail") == "fail"] * (mail.MOST + 2)
    lines = list(mail.body(log, list(mail.outputs.rows(log)), ("A", "a@example.org")))
    assert lines[-1] == "(2 more without an excerpt)"


@pytest.mark.parametrize("args,why", [
    (["diff", "none", "none"], "cannot read OLD=none"), (["mail", "none"], "cannot read AUDIT=none"),
    (["summary", "none"], "cannot read AUDIT=none"), (["github", "none"], "cannot read AUDIT=none")])
def test_bad_input(args, why):
    run = gupcheck(*args)
    assert run.returncode == 1 and why in run.stderr.decode() and b"Traceback" not in run.stderr


def test_places_that_cannot_be_written(audits):
    for command in (["github", audits[0]], ["mail", audits[0]]):
        run = gupcheck(*command, "-o", "/nowhere/file")
        assert run.returncode == 1 and b"cannot write /nowhere/file" in run.stderr


def test_for_code_scanning(audits):
    log = json.loads(audits[1].read_text())
    log["runs"][0]["results"][0]["suppressions"] = [{"kind": "external"}]
    results = diff.for_github(log)["runs"][0]["results"]
    assert results and all(r.get("kind", "fail") == "fail" and "suppressions" not in r for r in results)
    hashes = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]
    assert len(set(hashes)) == len(hashes)
    severities = {r["properties"]["problem.severity"] for r in log["runs"][0]["tool"]["driver"]["rules"]}
    assert severities <= {"error", "warning", "recommendation"}


def validated(path, out):
    """[(rule, level, message)] of Microsoft's validator, for SARIF itself and for GitHub."""
    MULTITOOL.chmod(0o755)
    run = subprocess.run([str(MULTITOOL), "validate", "--rule-kind", "Sarif;Ghas", "--output", str(out),
                          str(path)], capture_output=True, text=True, check=False,
                         env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
    assert out.exists(), run.stdout + run.stderr
    return [(r["ruleId"], r.get("level", "warning"), r["message"])
            for r in json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]["results"]]


def test_multitool(audits, tmp_path):
    """Nothing to be said about ours; a log with a fault is not waved through."""
    assert gupcheck("github", audits[1], "-o", tmp_path / "github.sarif").returncode == 0
    assert validated(audits[1], tmp_path / "all.out") == []
    assert validated(tmp_path / "github.sarif", tmp_path / "github.out") == []
    log = json.loads(audits[1].read_text())
    log["runs"][0]["results"][0]["ruleIndex"] = 99
    (tmp_path / "bad.sarif").write_text(json.dumps(log))
    assert validated(tmp_path / "bad.sarif", tmp_path / "bad.out")


def test_multitool_on_linux(audit_of_linux, tmp_path):
    assert validated(audit_of_linux / "audit.sarif", tmp_path / "out") == []
