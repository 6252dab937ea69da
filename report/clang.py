# SPDX-License-Identifier: GPL-2.0-only
"""
The checker as a program: clang with the plugin, started with the options of a
compile command that may have been written for gcc or for sparse.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from report.api import ROOT
from report.errors import UserError

DEFAULT = "clang-19"
TIMEOUT = 600                      # seconds a translation unit; the engine's own budget is far below
# options whose value is the next word
SEPARATE = {"-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-x",
            "-o", "-MF", "-MT", "-MQ", "-MJ", "-Xclang", "-Xassembler", "-Xlinker", "-Xpreprocessor",
            "--param", "-target", "-arch", "-isysroot", "--sysroot", "-T", "-z", "-L", "-l", "-aux-info"}
# what these make is not wanted, or would stop a checker: outputs, dependency files, other
# compilers' plugins, warnings (all are turned off) and -Werror
NOT_OURS = re.compile(r"-[cESM]$|-M[DMPGV]+$|-M[FTQJ].|-o.|-save-temps|-fplugin|-Wp,-M|-Wl,|-Wa,"
                      r"|-W(?!p,)|-w$|-pedantic|-dumpdir|-fdiagnostics|-fno-diagnostics|-pipe$")
CANARY = """\
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int flags, struct page **pages);
int canary(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, 1, pages);
}
"""


@dataclass(frozen=True)
class Checker:
    """A clang and the plugin that was built for it."""

    program: str
    plugin: Path
    version: str                   # clang's


def _how_to_get(name):
    """What to do for a clang and its plugin: the source tree builds one, an installed gupcheck has some."""
    if (ROOT / "Makefile").is_file():
        return f"run 'make plugin CLANG={name}' in {ROOT}"
    majors = sorted(path.parent.name for path in ROOT.glob("clang-plugin/build/*/gupcheck.so"))
    return f"this gupcheck has plugins for {', '.join('clang-' + m for m in majors) or 'none'}: set CLANG to one"


def find(name="", tried=True):
    """
    The clang called @name (CLANG= or clang-19 when there is none) with its plugin,
    tried on a few lines when @tried. Raises UserError when the pair does not work.
    """
    name = name or os.environ.get("CLANG") or DEFAULT
    program = shutil.which(name)
    if not program:
        raise UserError(f"{name} is not installed: {_how_to_get(name)}")
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"clang version (\d+)(\.[\d.]+)?", run.stdout)
    if not match:
        raise UserError(f"{program} --version does not say that it is clang")
    plugin = ROOT / "clang-plugin" / "build" / match.group(1) / "gupcheck.so"
    if not plugin.is_file():
        raise UserError(f"no plugin for {name}: {_how_to_get(name)}")
    checker = Checker(program, plugin, match.group(1) + (match.group(2) or ""))
    if tried:
        _try(checker)
    return checker


def _try(checker):
    """A plugin in the wrong clang may load and keep silent: it has to see a call."""
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        out = Path(tmp) / "out.sarif"
        run = subprocess.run([checker.program, "-fsyntax-only", "-w", "-x", "c",
                              *plugin_options(checker, sarif=out), "-"], input=CANARY,
                             capture_output=True, text=True, errors="replace", check=False)
        if not out.is_file() or "call-site" not in out.read_text(encoding="utf-8"):
            lines = run.stderr.strip().split("\n")
            raise UserError(f"{checker.plugin} does not work in {checker.program}: {lines[0]}")


def plugin_options(checker, **arguments):
    """The words that load the plugin; @arguments as -fplugin-arg-gupcheck-NAME[=VALUE]."""
    words = [f"-fplugin={checker.plugin}"]
    for name, value in arguments.items():
        if value is not None and value is not False:
            words.append(f"-fplugin-arg-gupcheck-{name}" + ("" if value is True else f"={value}"))
    return words


def target_of(compiler):
    """["--target=T"] when @compiler is a cross compiler, as T-gcc or T-gcc-12, else []."""
    match = re.fullmatch(r"(\w+(?:-\w+){1,3})-(?:gcc|cc|clang)(?:-[\d.]+)?", os.path.basename(compiler))
    return [f"--target={match.group(1)}"] if match else []


def _resource_include(program):
    run = subprocess.run([program, "-print-resource-dir"], capture_output=True, text=True, check=False)
    return run.stdout.strip() + "/include"


def translate(words, program):
    """
    @words, the arguments of a compiler or of CHECK=, without the compiler: those that
    clang needs to parse the same text, in their order, the source file among them.
    What clang does not know is found out when it runs: see run().
    """
    result, i = [], 0
    while i < len(words):
        word = words[i]
        pair = [word]
        if word in SEPARATE and i + 1 < len(words):
            pair.append(words[i + 1])
        i += len(pair)
        if NOT_OURS.match(word) or word in ("-o", "-Xassembler", "-Xlinker", "-MF", "-MT", "-MQ", "-MJ"):
            continue
        # gcc's own headers (stdarg.h, arm_neon.h) are not for clang
        if pair[-1].startswith("/") and "/lib/gcc" in pair[-1] and pair[0] in ("-isystem", "-I"):
            pair[-1] = _resource_include(program)
        result += pair
    return result


def _without_rejected(words, stderr):
    """@words less those that clang, on @stderr, says it does not know; each error quotes what it means."""
    quoted = set()
    for line in stderr.split("\n"):
        if re.match(r"(?:clang[\w.-]*: )?(?:fatal )?error: ", line):
            quoted.update(re.findall(r"'([^']+)'", line))
    def rejected(word):
        return word.startswith("-") and (
            word in quoted or any(word.startswith(q) if q.endswith("=") and len(q) > 2 else
                                  word.endswith("=" + q) for q in quoted))
    return [word for word in words if not rejected(word)]


def run(checker, words, directory, extra, stdin=subprocess.DEVNULL):
    """
    Parse with @words (from translate()) in @directory and with the plugin by
    @extra, dropping options that this clang rejects. Returns the finished
    process; its stderr is text. Raises subprocess.TimeoutExpired.
    """
    while True:
        argv = [checker.program, "-fsyntax-only", "-Wno-everything", "-Qunused-arguments",
                "-fno-color-diagnostics", "-ferror-limit=3", *words, *extra]
        done = subprocess.run(argv, cwd=directory, stdin=stdin, capture_output=True, text=True,
                              errors="replace", check=False, timeout=TIMEOUT)
        if not done.returncode:
            return done
        fewer = _without_rejected(words, done.stderr)
        if len(fewer) == len(words):
            return done
        words = fewer


def failure(done):
    """Why @done, a process of run(), has no result: one line."""
    if done.returncode < 0 or done.returncode >= 128 or "PLEASE submit a bug report" in done.stderr:
        return "clang crashed"
    errors = [line for line in done.stderr.split("\n") if "error: " in line]
    return errors[0].strip() if errors else f"clang ended with status {done.returncode}"
