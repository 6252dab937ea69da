# SPDX-License-Identifier: GPL-2.0-only
"""What make install leaves works by itself; manual pages and completion say what the parser takes."""

import argparse
import json
import os
import re
import shutil
import subprocess

import pytest
from common import LEAK, ROOT, kernel_files, write_tree

from report import command, completion

COMMANDS = completion.commands_of(command.make_parser())


def make(*words):
    subprocess.run(["make", "-s", "-C", str(ROOT), *words], check=True, capture_output=True)


@pytest.fixture(scope="module", name="installed")
def fixture_installed(tmp_path_factory):
    """DESTDIR of an installation below /usr; a space in its name is no trouble."""
    destination = tmp_path_factory.mktemp("install") / "a root"
    make("install", f"DESTDIR={destination}", "PREFIX=/usr")
    return destination


def run(installed, name, *words, cwd, **more):
    env = {**os.environ, "XDG_CACHE_HOME": str(cwd / "cache"), **more}
    env.pop("PYTHONPATH", None)
    return subprocess.run([str(installed / "usr/bin" / name), *map(str, words)], cwd=cwd, env=env,
                          capture_output=True, text=True, check=False)


def test_an_installed_audit(installed, tmp_path):
    """Report package, table, semantic patches, inventory and the page's parts: all found."""
    linux = write_tree(tmp_path / "linux", kernel_files())
    done = run(installed, "gupcheck", "audit", "--kdir", linux, "--out", "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sites"]
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"audit.html", "audit.sarif"}
    home = installed / "usr/lib/gupcheck"
    assert not list(home.rglob("__pycache__")) and not list(home.rglob("*.pyc"))


def test_an_installed_checker(installed, tmp_path):
    """The plugin for the clang at hand, alone and where kbuild starts it; facts; another clang is named."""
    source = write_tree(tmp_path, {"leak.c": LEAK}) / "leak.c"
    words = ["gcc", f"-I{ROOT}/testcases/include", "-c", str(source)]
    (tmp_path / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(tmp_path), "file": str(source), "arguments": words}]))
    done = run(installed, "gupcheck", "scan", "-p", tmp_path, "--facts", "facts", cwd=tmp_path)
    assert done.returncode == 0 and "[partial-pin-leak]" in done.stdout, done.stderr
    done = run(installed, "gupcheck", "link", "facts", cwd=tmp_path)
    assert done.returncode == 0 and "1 of 1 calls" in done.stdout, done.stderr
    done = run(installed, "gupcheck-cc", *words[1:], cwd=tmp_path)
    assert done.returncode == 0 and "[-Wgup-partial-pin-leak]" in done.stderr
    other = write_tree(tmp_path / "bin", {"clang-99": "#!/bin/sh\necho clang version 99.0\n"}) / "clang-99"
    other.chmod(0o755)
    done = run(installed, "gupcheck", "scan", "-p", tmp_path, cwd=tmp_path, CLANG=str(other))
    assert done.returncode == 1 and re.fullmatch(
        r"gupcheck: no plugin for .*clang-99: this gupcheck has plugins for clang-.*\n", done.stderr)


def test_uninstalled(tmp_path):
    """Nothing stays but directories, and nothing of others goes."""
    write_tree(tmp_path, {"usr/bin/gup": "", "usr/share/man/man1/gupcheck.1x": ""})
    for target in ("install", "uninstall"):
        make(target, f"DESTDIR={tmp_path}", "PREFIX=/usr")
    left = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if not p.is_dir())
    assert left == ["usr/bin/gup", "usr/share/man/man1/gupcheck.1x"]


def test_the_package_has_our_version():
    changelog = (ROOT / "debian/changelog").read_text(encoding="utf-8")
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    assert changelog.startswith(f"gupcheck ({version}) ")


@pytest.mark.parametrize("page", sorted((ROOT / "man").glob("*.1")), ids=lambda p: p.name)
def test_manual_pages_are_well_formed(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_manual_page_has_every_option():
    """Each command's synopsis has the options that its parser takes, and no other."""
    page = (ROOT / "man/gupcheck.1").read_text(encoding="utf-8")
    said = {}
    for item in re.split(r"^\.It (?:Xo )?Cm ", page.split(".Sh ENVIRONMENT")[0], flags=re.M)[1:]:
        name = re.match(r"[\w-]+", item).group()
        said[name] = set(re.findall(r"^\.(?:Op )?Fl (\S+)", item.split(".Xc")[0], re.M))
    assert said.keys() == COMMANDS.keys()
    for name, (parser, _) in COMMANDS.items():
        taken = {option[1:] for action in parser._actions for option in action.option_strings
                 if not isinstance(action, argparse._HelpAction)}
        assert said[name] == taken, name


@pytest.fixture(scope="module", name="shells")
def fixture_shells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell, name in (("bash", "gupcheck.bash"), ("zsh", "_gupcheck")):
        (folder / name).write_text(completion.render(command.make_parser(), shell), encoding="utf-8")
    return folder


def bash(folder, *words):
    """What bash offers for the last of @words."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gupcheck; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script, "-", str(folder / "gupcheck.bash"), *words],
                          capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_bash_completes(shells):
    assert set(bash(shells, "gupcheck", "")) == set(COMMANDS)
    assert bash(shells, "gupcheck", "fixes-") == ["fixes-verify"]
    assert bash(shells, "gupcheck", "scan", "--fa") == ["--facts"]
    assert bash(shells, "gupcheck", "link", "--policy", "") == ["assert", "entry"]
    assert "partial-pin-leak" in bash(shells, "gupcheck", "explain", "pa")
    assert not bash(shells, "gupcheck", "scan", "-p", "")       # bash goes on with files
    subprocess.run(["shellcheck", "-s", "bash", "-e", "SC2034", str(shells / "gupcheck.bash")], check=True)


ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1= PROMPT_EOL_MARK= ; fpath=($1 \$fpath); autoload -U compinit; compinit -D -u; cd $2"
zpty -w z 'setopt no_always_last_prompt list_packed; zstyle ":completion:*" list-prompt ""; LISTMAX=9999; print R''EADY'
zpty -r z got '*READY*'
zpty -w -n z "$3"$'\t\t'
zpty -r z got "*$4*"
"""


@pytest.mark.parametrize("line,offered", [("gupcheck ", "fixes-verify"), ("gupcheck scan --", "--facts"),
                                          ("gupcheck link --policy ", "entry")])
def test_zsh_completes(shells, tmp_path, line, offered):
    """In zsh's own completion system, on a pseudo terminal: it ends when the offer is read."""
    subprocess.run(["zsh", "-f", "-c", ZSH, "-", str(shells), str(tmp_path), line, offered],
                   check=True, timeout=120)


@pytest.mark.parametrize("name", ["bin/gupcheck", "bin/gupcheck-cc", "scripts/deps", "scripts/new-rule",
                                  ".ci/run"])
def test_no_bash_where_a_kernel_build_runs_it(name):
    if not shutil.which("checkbashisms"):
        pytest.fail("checkbashisms is not installed: scripts/deps check")
    subprocess.run(["checkbashisms", "-f", str(ROOT / name)], check=True)
