# SPDX-License-Identifier: GPL-2.0-only
"""Run one semantic patch over a list of files with spatch and read what it says."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from report.api import ROOT
from report.errors import UserError

MIN_VERSION = (1, 1, 0)
FILE_TIMEOUT = 200                 # seconds a file, as in the kernel's .cocciconfig
REPORT_LINE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<col>\d+)-(?P<end>\d+): "
                         r"(?P<level>[A-Z]+): (?P<text>.*)$")
SEEN_LINE = re.compile(r"^SEEN (?P<callee>\w+) (?P<line>\d+) (?P<col>\d+) (?P<file>.+)$")


def program():
    """The spatch that the user's PATH names: the one that is asked and the one that runs."""
    spatch = shutil.which("spatch")
    if not spatch:
        raise UserError("spatch is not installed: run 'make deps' (Debian package coccinelle)")
    return spatch


def version():
    """spatch's version as text. Raises UserError when it is missing or too old."""
    spatch = program()
    run_it = subprocess.run([spatch, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"version (\d+)\.(\d+)(?:\.(\d+))?", run_it.stdout)
    if not match:
        raise UserError(f"{spatch} --version does not say which version it is")
    numbers = tuple(int(n or 0) for n in match.groups())
    if numbers < MIN_VERSION:
        raise UserError(f"{spatch} is version {'.'.join(map(str, numbers))}, too old: "
                        f"{'.'.join(map(str, MIN_VERSION))} or newer is needed")
    if "Python scripting support: yes" not in run_it.stdout:
        raise UserError(f"{spatch} was built without Python scripting, which the rules need")
    return ".".join(map(str, numbers))


def environment(home):
    """
    spatch takes its Python library path from the first python3 in PATH and its
    options from ~/.cocciconfig: neither may change a result.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    env["PATH"] = "/usr/bin:/bin:" + env.get("PATH", "")
    env["HOME"] = str(home)
    env["LC_ALL"] = "C.UTF-8"
    return env


def options_of(cocci):
    """The words of the "// Options:" line, as scripts/coccicheck reads it."""
    text = Path(cocci).read_text(encoding="utf-8")
    match = re.search(r"^//\s*Options:(.*)$", text, re.M)
    return match.group(1).split() if match else []


def virtuals_of(cocci):
    """
    The virtual rules of an audit: report, and where @cocci has it, justified: the calls that a
    comment justifies are listed too, and the audit says by what.
    """
    text = Path(cocci).read_text(encoding="utf-8")
    extra = ["-D", "justified"] if re.search(r"^virtual justified$", text, re.M) else []
    return ["-D", "report", *extra]


def check_cocci(cocci):
    """Raise UserError when @cocci cannot be read or does not parse."""
    cocci = Path(cocci)
    if not cocci.is_file():
        raise UserError(f"no semantic patch {cocci}")
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        run = subprocess.run([program(), "-D", "report", "--parse-cocci", str(cocci.resolve())],
                             capture_output=True, text=True, errors="replace", check=False,
                             cwd=tmp, env=environment(tmp))
    output = run.stdout + run.stderr
    if run.returncode or "Parse_error" in output or "parse error" in output:
        lines = [line for line in output.split("\n") if "error" in line.lower()]
        raise UserError(f"{cocci} does not parse: {lines[-1].strip() if lines else 'see spatch'}")


def _notes(output, root, files):
    """
    What spatch gave up on, as {file, reason}. Where it does not say which file it
    was at, every file of the list may be meant.
    """
    notes, current = [], ""
    for line in output.split("\n"):
        match = re.match(r"HANDLING: (.+)$", line)
        if match:
            current = _relative(match.group(1).strip(), root)
        elif re.search(r"\bEXN\b|Fatal error|^timeout", line):
            named = [current] if current in files else files
            notes += [{"file": file, "reason": line.strip().replace(str(root) + "/", "")[:300]}
                      for file in named]
    return notes


def _relative(path, root):
    prefix = str(root).rstrip("/") + "/"
    return path[len(prefix):] if path.startswith(prefix) else path


def _run_once(cocci, files, root):
    """One process of spatch over @files. Returns (status, stdout, stderr) with bytes kept."""
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        groups = Path(tmp) / "files"
        # a group a file: spatch would parse the files of one group together
        groups.write_text("\n\n".join(str(Path(root) / f) for f in files) + "\n",
                          encoding="utf-8", errors="surrogateescape")
        argv = [program(), *virtuals_of(cocci), "--no-show-diff", "--cocci-file",
                str(Path(cocci).resolve()), *options_of(cocci), "--timeout", str(FILE_TIMEOUT),
                "--file-groups", str(groups)]
        done = subprocess.run(argv, capture_output=True, check=False, cwd=tmp,
                              env=environment(tmp))
    return done.returncode, *(text.decode("utf-8", "surrogateescape")
                              for text in (done.stdout, done.stderr))


def run(cocci, files, root):
    """
    Run @cocci in report mode over @files (relative to @root) and return {"findings", "seen", "notes"}.
    When spatch dies, the files are tried one by one: only those at which it dies
    again are lost, and named in notes.
    """
    result = {"findings": [], "seen": [], "notes": []}
    if not files:
        return result
    status, stdout, stderr = _run_once(cocci, files, root)
    if status and len(files) > 1:
        for file in files:
            for key, rows in run(cocci, [file], root).items():
                result[key] += rows
        return result
    for line in stdout.split("\n"):
        match = REPORT_LINE.match(line)
        if match:
            result["findings"].append({
                "file": _relative(match["file"], root), "line": int(match["line"]),
                "col": int(match["col"]) + 1, "level": match["level"].lower(),
                "text": match["text"]})
            continue
        match = SEEN_LINE.match(line)
        if match:
            result["seen"].append([_relative(match["file"], root), int(match["line"]),
                                   int(match["col"]) + 1, match["callee"]])
    result["notes"] = _notes(stdout + "\n" + stderr, root, files)
    if status:
        reason = stderr.strip().split("\n")[-1][:300] if stderr.strip() else "no message"
        result["notes"].append({"file": files[0], "reason": f"spatch ended with status {status}: "
                                + reason})
    return result


def patch(cocci, file, base):
    """The unified diff, as bytes, that @cocci in patch mode makes of @file below @base."""
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as home:
        return subprocess.run([program(), "-D", "patch", "--very-quiet", "--cocci-file",
                               str(Path(cocci).resolve()), *options_of(cocci), "--timeout",
                               str(FILE_TIMEOUT), "--patch", str(base), str(Path(base) / file)],
                              cwd=home, env=environment(home), capture_output=True, check=False).stdout


def sites_cocci(names, path):
    """
    Write a semantic patch that prints every call of @names that spatch's parser
    saw: what it drops, it drops without a word, and this is how to know.
    """
    listed = ", ".join(sorted(names))
    path.write_text(f"""// SPDX-License-Identifier: GPL-2.0-only
// Options: --no-includes --include-headers
virtual report

@call@
identifier f = {{{listed}}};
position p;
@@
f@p(...)

@script:python@
p << call.p;
f << call.f;
@@
print("SEEN %s %s %s %s" % (f, p[0].line, p[0].column, p[0].file))
""", encoding="utf-8")


def rule_path(name):
    """The file of the semantic patch called @name ("foll_get_missing")."""
    return ROOT / "cocci" / f"{name}.cocci"
