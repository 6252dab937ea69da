# SPDX-License-Identifier: GPL-2.0-only
"""
A kernel tree, configured and prepared for clang in a build directory of ours, and
the commands by which kbuild would compile some of its files. Nothing is compiled
beyond what 'make prepare' needs, and nothing is written into the tree.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from report import run, source
from report.errors import UserError

# clang's name for the target where kbuild does not tell it (before 5.15, scripts/Makefile.clang)
TRIPLES = {"arm": "arm-linux-gnueabi", "arm64": "aarch64-linux-gnu", "hexagon": "hexagon-linux-musl",
           "loongarch": "loongarch64-linux-gnusf", "m68k": "m68k-linux-gnu", "mips": "mipsel-linux-gnu",
           "powerpc": "powerpc64le-linux-gnu", "riscv": "riscv64-linux-gnu", "s390": "s390x-linux-gnu",
           "sparc": "sparc64-linux-gnu", "x86": "x86_64-linux-gnu"}
TOOLS = {"LD": "ld.lld", "AR": "llvm-ar", "NM": "llvm-nm", "OBJCOPY": "llvm-objcopy",
         "OBJDUMP": "llvm-objdump", "READELF": "llvm-readelf", "STRIP": "llvm-strip"}
ALLMODCONFIG = "allmodconfig"
# without these no file of the kernel can be parsed
GENERATED = ("include/generated/autoconf.h", "include/generated/bounds.h",
             "include/generated/asm-offsets.h")


class NotPossible(Exception):
    """Why this tree cannot be configured or prepared here: one line."""


@dataclass(frozen=True)
class Build:
    """
    A configuration of a tree: `arch` is a directory of arch/, `config` a .config or "": then it is
    what make's `target` configures.
    """

    root: Path                     # of the kernel tree
    directory: Path                # O=
    arch: str
    config: str
    clang: str                     # the program
    target: str = ALLMODCONFIG

    @property
    def name(self):
        return f"{self.arch} {'of ' + self.config if self.config else self.target}"


def find(root, arch, config, checker, cache=None, target=ALLMODCONFIG):
    """
    The Build of @root for @arch ("": x86) with the .config in the directory or file
    @config ("": as make's @target configures it), below @cache, the cache directory. Raises NotPossible.
    """
    arch = arch or "x86"
    if arch not in TRIPLES:
        raise NotPossible(f"clang has no target for ARCH={arch}")
    if config:
        path = Path(config).expanduser().resolve()
        path = path / ".config" if path.is_dir() else path
        if not path.is_file():
            raise UserError(f"BUILD={config}: no .config there")
        config = str(path)
    dirty = [name for name in (".config", "include/config", f"arch/{arch}/include/generated")
             if (root / name).exists()]
    if dirty:
        raise NotPossible(f"the tree was built in place (it has {dirty[0]}), and kbuild then allows no "
                          "other build directory: 'make mrproper' there, or audit a clean copy")
    text = f"{root}\0{arch}\0{config}\0{checker.program}" + f"\0{target}" * (target != ALLMODCONFIG)
    key = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return Build(root, (cache or source.cache_dir()) / "build" / f"{arch}-{key}", arch, config, checker.program,
                 target)


def variables(build):
    """make's variables: the tools of this clang, by their names with its version."""
    suffix = re.sub(r"^clang", "", os.path.basename(build.clang))
    words = [f"O={build.directory}", f"ARCH={build.arch}", f"CC={build.clang}", "LLVM_IAS=1",
             "KBUILD_BUILD_TIMESTAMP=0", "KBUILD_BUILD_USER=gupcheck", "KBUILD_BUILD_HOST=gupcheck"]
    words += [f"{name}={tool}{suffix}" for name, tool in TOOLS.items() if shutil.which(tool + suffix)]
    if os.uname().machine not in TRIPLES[build.arch]:
        words.append(f"CROSS_COMPILE={TRIPLES[build.arch]}-")
    return words


def _make(build, log, *words):
    """Run make in the tree; its output goes to @log. Returns its status."""
    argv = ["make", "-C", str(build.root), *variables(build), *words]
    env = run.make_environment(LC_ALL="C")
    with open(log, "wb") as stream, \
            subprocess.Popen(run.bound(argv), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=env,
                             start_new_session=True) as proc:
        try:
            return proc.wait()
        except BaseException:
            run.stop(proc)
            raise


def _complaint(log):
    """The first line of @log that reads like the reason of a failure."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    for pattern in (r"error: ", r"not found|No such file|not clean", r"\*\*\*"):
        for line in lines:
            if re.search(pattern, line):
                return line.strip()[:300]
    return "make gave no reason"


def _configure(build):
    log = build.directory / "gupcheck.log"
    if build.config:
        shutil.copyfile(build.config, build.directory / ".config")
    if _make(build, log, "olddefconfig" if build.config else build.target):
        raise NotPossible(f"the kernel cannot be configured: {_complaint(log)}")


def options(build):
    """The options (without CONFIG_) that are set in @build, which is configured if need be. Raises NotPossible."""
    if not (build.directory / ".config").is_file():
        (build.directory / "unfinished.stamp").touch()
        _configure(build)
    text = (build.directory / ".config").read_text(encoding="utf-8", errors="surrogateescape")
    return set(re.findall(r"^CONFIG_(\w+)=[ym]$", text, re.M))


def _prepare(build, jobs):
    """Raises NotPossible; a failure that leaves all that a parser needs is none."""
    log = build.directory / "gupcheck.log"
    # what 'prepare' makes beyond the headers are tools for the objects of this machine
    target = "prepare" if os.uname().machine in TRIPLES[build.arch] else "prepare0"
    if _make(build, log, f"-j{jobs}", "-k", target) and \
            any(not (build.directory / name).is_file() for name in GENERATED):
        raise NotPossible(f"'make prepare' fails: {_complaint(log)}")


def _stat(paths):
    """A text that changes when one of @paths does."""
    lines = []
    for path in sorted(set(paths)):
        try:
            stat = os.stat(path)
        except OSError:
            continue
        lines.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return "\n".join(lines)


def _core(build):
    """Changes when what every file's command depends on does."""
    names = ("Makefile", "Kbuild", "Kconfig", f"arch/{build.arch}/Makefile", f"arch/{build.arch}/Kconfig")
    return _stat([*(build.root / name for name in names), *build.root.glob("scripts/Makefile*"),
                  *([build.config] if build.config else [])])


def _around(where, files):
    """Changes when kbuild's own files in the directories of @files below @where do."""
    parents = {parent for file in files for parent in Path(file).parents}
    return _stat(where / parent / name for parent in parents for name in ("Makefile", "Kbuild", "Kconfig"))


def _is(path, text):
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape") == text
    except OSError:
        return False


def parse_commands(text, compiler, directory):
    """
    Entries of a compilation database from what 'make -n' printed: recipes in which
    "COMPILER ... -c -o X.o X.c" is one of several commands.
    """
    entries, start = [], re.compile(r"(?:^|[;&(\s])(" + re.escape(compiler) + r"\s)")
    for line in text.replace("\\\n", " ").split("\n"):
        at = line.find(" -c -o ")
        if at < 0:
            continue
        begins = [match.start(1) for match in start.finditer(line, 0, at)]
        end = re.compile(r" -c -o \S+ \S+\.c(?=[\s;]|$)").match(line, at)
        if begins and end:
            words = shlex.split(line[begins[-1]:end.end()])
            entries.append({"directory": str(directory), "file": words[-1], "arguments": words})
    return entries


def _tried(build):
    """Changes when it may be worth while to try @build again: with the tree, or the tools."""
    return "\n".join([_core(build), *variables(build)])


def give_up(build, why):
    """Remember that @build cannot be prepared: a minute for each architecture, at each audit."""
    (build.directory / "failed.stamp").write_text(f"{_tried(build)}\n\n{why}", encoding="utf-8",
                                                  errors="surrogateescape")


def gave_up(build):
    """Raises NotPossible when @build was given up, and nothing has changed since."""
    try:
        text = (build.directory / "failed.stamp").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    before, _, why = text.rpartition("\n\n")
    if before == _tried(build):
        raise NotPossible(why)


def prepare(build, jobs, again=False):
    """
    Configure and prepare @build as far as it is not yet, or @again. Where that was killed, half an
    object may lie that make takes for a whole one: what it left goes. Raises NotPossible.
    """
    prepared, core = build.directory / "prepared.stamp", _core(build)
    unfinished = build.directory / "unfinished.stamp"
    if _is(prepared, core) and not again:
        return
    prepared.unlink(missing_ok=True)
    if unfinished.exists():
        for path in build.directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in (".lock", unfinished.name):
                path.unlink()
    unfinished.touch()
    _configure(build)
    _prepare(build, jobs)
    prepared.write_text(core, encoding="utf-8", errors="surrogateescape")
    unfinished.unlink()


def commands(build, where, files, jobs):
    """
    Write the compilation database of those of @files that kbuild would compile in @build, which is
    prepared if need be. They are relative to @where, which is the tree or the directory of an
    external module. Returns its path. Raises NotPossible.
    """
    listed = hashlib.sha256("\0".join([str(where), *files]).encode("utf-8", "surrogateescape"))
    database = build.directory / f"commands-{listed.hexdigest()[:12]}.json"
    named, around = database.with_suffix(".stamp"), _core(build) + _around(where, files)
    prepare(build, jobs)
    if _is(named, around):
        return database
    if named.exists():                 # a Makefile or Kconfig near these files changed
        prepare(build, jobs, again=True)
    log = build.directory / "gupcheck.log"
    module = [f"M={where}"] if where != build.root else []
    _make(build, log, "-k", "-n", *module, *[file[:-2] + ".o" for file in files])
    entries = parse_commands(log.read_text(encoding="utf-8", errors="surrogateescape"), build.clang,
                             build.directory)
    if files and not entries:
        raise NotPossible(f"kbuild names no command for any of the files: {_complaint(log)}")
    database.write_text(json.dumps(entries), encoding="utf-8")
    named.write_text(around, encoding="utf-8", errors="surrogateescape")
    return database
