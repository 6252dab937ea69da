# SPDX-License-Identifier: GPL-2.0-only
"""
The analysers, each at the setting that gives it the best chance without work that a user does not
do. A tool gets a file and how the kernel compiles it, and answers with its reports.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from bench import compiles

LIMIT = 120                        # seconds of the processor, for one tool on one file
REPORT = re.compile(r"^(?P<path>[^:\s][^:]*):(?P<line>\d+)(?::[\d-]+)*(?: \w+\(\)|:) (?P<text>\S.*)$")
TAG = re.compile(r"^(?P<text>.*?) \[(?:-Werror,)?(?P<tag>[\w.,=+-]+)\]$")
# what the kernel's Makefiles (top and arch/x86) hand to CHECK
CHECKFLAGS = ["-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__", "-Wbitwise",
              "-Wno-return-void", "-Wno-unknown-attribute", "-D__x86_64__", "--arch=x86",
              "-mlittle-endian", "-m64"]

# compiler warnings that see a count which lost its sign; the kernel's own builds leave them out
EXTRA = ["-Wextra", "-Wtype-limits", "-Wsign-compare"]


@dataclass(frozen=True)
class Job:
    """@row: of units.json; @text: the file to look at, which stands for the row's source."""

    row: dict
    text: Path
    out: Path

    def words(self):
        """The options of the kernel; a quoted #include is looked for beside the source, too."""
        return ["-I", str(Path(self.row["source"]).parent), *self.row["args"]]

    def overlay(self):
        """For clang and clang-tidy: the text under the name of the source."""
        path = self.text.with_suffix(".overlay.json")
        path.write_text(json.dumps({"version": 0, "use-external-names": False, "roots": [
            {"type": "file", "name": self.row["source"], "external-contents": str(self.text)}]}),
            encoding="utf-8")
        return path


@dataclass
class Said:
    """@reports: [line, tag, text]; @problem: why there is no answer, or None."""

    reports: list = field(default_factory=list)
    seconds: float = 0.0
    peak: int = 0
    problem: str = None


def reports(said, paths):
    """The reports in the output @said of a tool about one of @paths; notes belong to others."""
    found = []
    for line in said.splitlines():
        match = REPORT.match(line)
        if not match or match["path"] not in paths or match["text"].startswith("note: "):
            continue
        tagged = TAG.match(match["text"])
        found.append([int(match["line"]), tagged["tag"] if tagged else "",
                      tagged["text"] if tagged else match["text"]])
    return found


def start(job, words, env=None):
    """Run one analyser; returns (Said, its whole output)."""
    done = compiles.measured(words, job.row["directory"], LIMIT, env)
    output = done.stdout + done.stderr
    said = Said(reports(output, {str(job.text), job.row["source"]}), round(done.seconds, 2), done.peak)
    if done.seconds >= LIMIT:
        said.problem = f"no answer in {LIMIT} s"
    elif done.status < 0 or done.status > 1:
        said.problem = f"ended with {done.status}"
    return said, output


def compiled(said, output):
    """An analyser that compiles: with an error in the code there is no answer."""
    error = re.search(r"^(?!.*-Wgup-).*?\b(?:fatal )?error: (.*)$", output, re.M)
    if error and not said.problem:
        said.problem = f"does not compile: {error[1]}"
    return said


class Tool:
    """One analyser."""

    name = setting = program = ""

    def present(self):
        return shutil.which(self.program) is not None

    def run(self, job):
        raise NotImplementedError


class Clang(Tool):
    """What is clang with other options."""

    options = ()

    def __init__(self, clang, plugin):
        self.program, self.plugin = clang, plugin

    def run(self, job):
        words = [self.program, *self.extra(), "-ivfsoverlay", str(job.overlay()), *job.row["args"],
                 "-Wno-error", "-fno-color-diagnostics", job.row["source"]]
        return compiled(*start(job, words))

    def extra(self):
        return self.options


class Plain(Clang):
    """The yardstick of time."""

    name = "plain"
    setting = "the kernel's own compile command, to an object"
    options = ("-c", "-o", os.devnull)


class Gupcheck(Clang):
    name = "gupcheck"
    setting = "the plugin, one file at a time, nothing else set"

    def extra(self):
        return ["-fsyntax-only", "-Qunused-arguments", f"-fplugin={self.plugin}"]


class ClangAnalyzer(Clang):
    name = "clang-analyzer"
    checkers = "core,unix,deadcode,nullability,optin,security.insecureAPI,alpha.core.Conversion"
    setting = f"--analyze, checkers {checkers}; infeasible paths dropped by Z3"

    def extra(self):
        return ["--analyze", "-Xclang", "-analyzer-output=text", "-Xclang",
                f"-analyzer-checker={self.checkers}", "-Xclang", "-analyzer-config", "-Xclang",
                "crosscheck-with-z3=true", "-Qunused-arguments"]


class ClangTidy(Tool):
    name = "clang-tidy"
    checks = "-*,bugprone-*,cert-*,linuxkernel-*,misc-redundant-expression,clang-diagnostic-*," \
             "-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-cert-dcl37-c"
    setting = f"checks {checks}; -Wextra -Wtype-limits -Wsign-compare; bugprone-unused-return-value knows the acquiring " \
              "functions of the API table"

    def __init__(self, clang, checked):
        self.program = clang.replace("clang", "clang-tidy")
        self.checked = ";".join(f"^::{name}$" for name in sorted(checked))

    def run(self, job):
        config = json.dumps({"Checks": self.checks, "CheckOptions": {
            "bugprone-unused-return-value.CheckedFunctions": self.checked}})
        words = [self.program, "--quiet", f"--config={config}", "--vfsoverlay", str(job.overlay()),
                 job.row["source"], "--", *job.row["args"], "-Wno-error", *EXTRA,
                 "-Wno-unknown-warning-option"]
        return compiled(*start(job, words))


class Gcc(Tool):
    name = "gcc-analyzer"
    setting = "gcc with -fanalyzer -Wextra -Wtype-limits -Wsign-compare, options of clang left out"
    program = "gcc"

    def run(self, job):
        words, pair = [], False
        for word in job.words():
            if pair or word == "-mllvm":               # and what follows it
                pair = word == "-mllvm" and not pair
            elif not word.startswith(("-Werror", "--target=")):
                words.append(word)
        while True:
            said, output = start(job, [self.program, *words, "-fanalyzer", *EXTRA,
                                       "-fdiagnostics-path-format=none", "-fno-diagnostics-show-caret",
                                       "-c", "-o", os.devnull, str(job.text)],
                                 {**os.environ, "LC_ALL": "C"})
            fewer = [word for word in words if word not in self.rejected(output)]
            if len(fewer) == len(words):
                return compiled(said, output)
            words = fewer

    @staticmethod
    def rejected(output):
        """The options that gcc, or cc1, says it does not know; one may be quoted in two parts."""
        found = set()
        for line in re.findall(r"^(?:gcc|cc1): error: (.*)$", output, re.M):
            quoted = re.findall(r"'([^']+)'", line)
            found.update(quoted[:1] + ["".join(quoted)])
        return found


class Sparse(Tool):
    name = program = "sparse"
    setting = "the flags that make C=1 gives it"

    def run(self, job):
        return start(job, [self.program, *CHECKFLAGS, *job.words(), str(job.text)])[0]


class Smatch(Tool):
    name = "smatch"
    setting = "-p=kernel, without a data base, which takes builds of the whole kernel"

    def __init__(self, program):
        self.program = program

    def run(self, job):
        return start(job, [self.program, "-p=kernel", *CHECKFLAGS, *job.words(), str(job.text)])[0]


class Cppcheck(Tool):
    name = program = "cppcheck"
    setting = "--enable=warning,portability --inconclusive, with a library file made of the API table " \
              "(resources, results to be used); the file alone: on preprocessed kernel files it fails"

    def run(self, job):
        words = [self.program, "--quiet", "--enable=warning,portability", "--inconclusive",
                 "--template={file}:{line}:{column}: {severity}: {message} [{id}]", "--std=c11",
                 f"--library={job.out}/gup.cfg", "--platform=unix64", "-D__KERNEL__", str(job.text)]
        said, output = start(job, words)
        broken = re.search(r"error: (.*) \[(?:syntaxError|internalAstError|internalError)\]", output)
        if broken and not said.problem:
            said.problem = f"does not parse: {broken[1]}"
        return said


def names(role):
    """The functions of the API table with @role."""
    from bench.seeded.plan import api_rows
    return [name for name, row in api_rows().items() if row["role"] == role]


def by_name(clang, plugin, smatch=""):
    """{name: Tool} of those that run a file at a time; the yardstick is one of them."""
    tools = [Plain(clang, plugin), Gupcheck(clang, plugin), Sparse(), ClangAnalyzer(clang, plugin),
             ClangTidy(clang, names("acquire")), Gcc(), Cppcheck()]
    if smatch:
        tools.append(Smatch(smatch))
    return {tool.name: tool for tool in tools}
