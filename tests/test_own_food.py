# SPDX-License-Identifier: GPL-2.0-only
"""What we ask of kernel code, asked of ours: sanitizers, linters, licence lines."""

import json
import random
import re
import shutil
import subprocess

import pytest
from common import ROOT, write_tree

SHELL = ("scripts/deps", "scripts/new-rule", ".ci/run", "bin/gupcheck", "bin/gupcheck-cc")


def tracked():
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("not a git checkout")
    return [name for name in run.stdout.split("\n") if name]


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory):
    program = tmp_path_factory.mktemp("asan") / "gup-inventory"
    sources = sorted(map(str, (ROOT / "inventory").glob("*.c")))
    subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror",
                    "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", str(program),
                    *sources, "-lpthread"], check=True)
    return program


def mutated(rng, text):
    """@text with bytes flipped, cut out, doubled; deterministic by @rng."""
    data = bytearray(text)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(data) or 1)
        what = rng.randrange(4)
        if what == 0:
            data[at:at + 1] = bytes([rng.randrange(256)])
        elif what == 1:
            del data[at:at + rng.randint(1, 40)]
        elif what == 2:
            data[at:at] = data[at:at + rng.randint(1, 40)]
        else:
            data[at:at] = rng.choice([b"#if 1\n", b"\\\n", b"/*", b'"', b"(((", b"}\n", b"#define X "])
    return bytes(data)


def test_inventory_under_sanitizers(sanitized, tmp_path):
    """Our own sources and test cases, whole and mutilated: never a crash, never cut short."""
    rng = random.Random(2019)
    seeds = [p.read_bytes() for p in [*ROOT.glob("testcases/*/*.c"), *ROOT.glob("inventory/*.c")]]
    files = {f"{i}.c": mutated(rng, rng.choice(seeds)) for i in range(600)}
    files.update({f"whole{i}.c": text for i, text in enumerate(seeds)})
    tree = write_tree(tmp_path / "tree", files)
    names = tmp_path / "names"
    names.write_text("put_page\nget_user_pages\npin_user_pages_fast\nunpin_user_page\nemit\nmemcmp\n")
    run = subprocess.run([sanitized, "--names", names, tree], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()[-3000:]
    assert run.stdout.endswith(b"}}\n") and run.stdout.count(b'"callee"') > 500


@pytest.mark.parametrize("name", SHELL)
def test_shellcheck(name):
    subprocess.run(["shellcheck", str(ROOT / name)], check=True)


def test_deps_without_apt_or_rights(tmp_path):
    """One line to type where packages cannot be installed, and the list where there is no apt."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "id", "echo"):
        (tools / tool).symlink_to(shutil.which(tool))
    run = subprocess.run([str(ROOT / "scripts/deps"), "audit"], env={"PATH": str(tools)},
                         capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "coccinelle" in run.stderr
    (tools / "dpkg-query").write_text("#!/bin/sh\nexit 1\n")
    (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tools / "id").unlink()
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    for tool in ("dpkg-query", "apt-get", "id"):
        (tools / tool).chmod(0o755)
    run = subprocess.run([str(ROOT / "scripts/deps"), "audit"], env={"PATH": str(tools)},
                         capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert run.returncode == 1 and len(run.stderr.strip().split("\n")) == 1
    assert re.search(r"apt-get install -y .*coccinelle", run.stderr)


def test_every_file_says_its_licence():
    without = [name for name in tracked() if not name.endswith((".json", "COPYING", "VERSION"))
               and not name.endswith(".gitignore") and "fuzz/corpus/" not in name
               # of these the format has no place for it; debian/copyright says it
               and name not in ("debian/changelog", "debian/source/format")
               and "SPDX-License-Identifier: GPL-2.0-only" not in
               (ROOT / name).read_text(encoding="utf-8", errors="replace")[:400]]
    assert not without


def test_shared_text_of_the_semantic_patches():
    """Each semantic patch stands alone, so what two share is there twice: word for word."""
    marked = {}
    for path in sorted((ROOT / "cocci").glob("*.cocci")):
        for name, text in re.findall(r"^# ---- (.*?)(?::[^\n]*)?\n(.*?)^# ---- end of \1",
                                     path.read_text(encoding="utf-8"), re.S | re.M):
            marked.setdefault(name, {})[path.name] = text
    assert marked
    for name, texts in marked.items():
        assert len(texts) > 1 and len(set(texts.values())) == 1, f"{name}: {sorted(texts)} differ"


def test_nothing_of_a_skeleton_is_left():
    """What `make new-rule` marks has been written."""
    places = ("clang-plugin/rules/", "docs/rules/", "testcases/", "api/")
    left = [name for name in tracked() if name.startswith(places)
            and "TODO" in (ROOT / name).read_text(encoding="utf-8", errors="replace")]
    assert not left


def new_rule(tree, *words):
    return subprocess.run([str(tree / "scripts/new-rule"), *words], capture_output=True, text=True,
                          check=False)


def test_new_rule(tmp_path):
    """The skeleton is complete and compiles; a wrong or used id changes nothing."""
    for part in ("api", "scripts", "clang-plugin", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("build"))
    (tmp_path / "testcases").mkdir()
    before = (tmp_path / "api/rules.json").read_text(encoding="utf-8")
    for words in (["pin-leak"], ["Bad"], ["a--b"], [""], ["x/y"], ["some-rule", "fatal"]):
        run = new_rule(tmp_path, *words)
        assert run.returncode and run.stderr.startswith("gupcheck: ") and run.stderr.count("\n") == 1
    assert (tmp_path / "api/rules.json").read_text(encoding="utf-8") == before
    run = new_rule(tmp_path, "some-rule", "error")
    assert run.returncode == 0, run.stderr
    rows = json.loads((tmp_path / "api/rules.json").read_text(encoding="utf-8"))["rules"]
    assert [row["name"] for row in rows][-2:] == ["SomeRule", "CallSite"]
    for name in ("clang-plugin/rules/some_rule.c", "docs/rules/some-rule.md", "testcases/some-rule/first.c"):
        assert "TODO" in (tmp_path / name).read_text(encoding="utf-8")
    subprocess.run(["make", "-s", "-C", str(tmp_path / "clang-plugin"), "B=out", "out/rules_table.o",
                    "out/rules/some_rule.o"], check=True)
    assert "&rule_some_rule," in (tmp_path / "clang-plugin/out/rules_table.c").read_text()
