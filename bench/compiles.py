# SPDX-License-Identifier: GPL-2.0-only
"""
What the benchmarks share that run compilers and their like: which files a build has, how it
compiles them, and one run with what it took.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.seeded import commands
from report import api, compdb, kbuild, run
from report.errors import UserError

SEED = 20191104                    # of the choice of files; any number, always the same
LIMIT = 300                        # seconds of one compilation; far above what any takes
OVER_LIMIT = signal.SIGXCPU
# Runs a command and writes its status, seconds and peak to a descriptor. A process begins with the
# peak of the one that started it: from here, which has read a kernel's commands, that is above a compiler's.
WATCH = """
import os, sys
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
os.write(int(sys.argv[1]), b"%d %f %d" % (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
"""


@dataclass(frozen=True)
class Result:
    status: int                    # as subprocess.Popen.returncode
    stderr: str
    seconds: float                 # of the processor, user and system
    peak: int                      # of memory, kB
    stdout: str = ""


def _ask_kbuild(kdir, build, directories, checker):
    """What kbuild would do for all files below @directories; runs make -n in @build."""
    config = build / ".config"
    if not config.is_file():
        raise UserError(f"{build} has no .config; give BUILD=an output directory in which "
                        f"'make CC={checker.program} prepare' was run")
    first = [line for line in config.read_text(encoding="utf-8").split("\n")[:4] if "Linux/" in line]
    arch = first[0].split("Linux/")[1].split()[0] if first else "x86"
    program = os.path.basename(checker.program)
    setup = kbuild.Build(kdir, build, arch, "", program)
    words = ["make", "-C", str(kdir), *kbuild.variables(setup), "-k", "-n",
             *[name.rstrip("/") + "/" for name in directories]]
    asked = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False,
                           env=run.make_environment(LC_ALL="C"))
    return [row["arguments"] for row in kbuild.parse_commands(asked.stdout, program, build)]


def load(kdir, build, directories, checker):
    """
    ({source: Command} of the files that @build compiles below @directories of
    @kdir, those of them that name the API). With a compile_commands.json that is
    the list, else kbuild is asked. Raises UserError.
    """
    kdir, build = Path(kdir).resolve(), Path(build).resolve()
    database = build / "compile_commands.json"
    if database.exists():
        rows = commands.from_database(database)
    else:
        rows = [commands.command(words, str(build))
                for words in _ask_kbuild(kdir, build, directories, checker)]
    below = tuple(f"{kdir}/{name.rstrip('/')}/" for name in directories)
    found = {row.source: row for row in rows if row and row.source.startswith(below)}
    if not found:
        raise UserError(f"{build} compiles no file of {kdir} below {' '.join(directories)}")
    names = compdb.Reaches(compdb.names_the_api(
        {f.name for f in api.load_api().values() if not f.generic}))
    return found, {source for source in found if names(source)}


def pick(sources, number):
    """@number of @sources, the same ones for the same set."""
    listed = sorted(sources)
    random.Random(SEED).shuffle(listed)
    return listed[:number]


def compile_one(command, checker, what, plugin=(), limit=LIMIT):
    """
    Run @command with @what, ["-fsyntax-only"] or ["-c", "-o", file], and the words of @plugin. That
    findings are errors where the kernel asks for -Werror is turned off for both.
    """
    return measured([checker.program, *plugin, *command.args, "-Wno-error", *what, command.source],
                    command.directory, limit)


def measured(words, directory, limit=LIMIT, env=None):
    """
    Run @words in @directory. The processor's time is bounded, not the wall's, which depends on
    the machine's load.
    """
    with tempfile.TemporaryFile(mode="w+", errors="replace") as stdout, \
            tempfile.TemporaryFile(mode="w+", errors="replace") as stderr, \
            tempfile.TemporaryFile(mode="w+") as taken:
        words = [sys.executable, "-I", "-S", "-c", WATCH, str(taken.fileno()),
                 "prlimit", f"--cpu={limit}:{limit + 5}", *words]
        subprocess.run(words, cwd=directory, stdin=subprocess.DEVNULL, env=env, check=True,
                       stdout=stdout, stderr=stderr, pass_fds=[taken.fileno()])
        for stream in (stdout, stderr, taken):
            stream.seek(0)
        status, seconds, peak = taken.read().split()
        return Result(os.waitstatus_to_exitcode(int(status)), stderr.read(), float(seconds),
                      int(peak), stdout.read())
