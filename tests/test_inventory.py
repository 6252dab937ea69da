# SPDX-License-Identifier: GPL-2.0-only
"""The list of call sites is complete and says what stands in the source."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from common import ROOT, write_tree

from report import api, sites
from report.errors import UserError
from report.tree import Tree

API = api.load_api()
TREE = Tree(Path("/"), Path("/"), "", "6.1")
PROGRAM = ROOT / "build" / "gup-inventory"


def calls(tmp_path, source, name="a.c"):
    """The sites of one file with @source, as dicts."""
    tree = write_tree(tmp_path / "tree", {name: source})
    names = tmp_path / "names"
    names.write_text(" +\n".join(API) + " +\n")
    run = subprocess.run([PROGRAM, "--names", names, tree], capture_output=True, check=True)
    rows = [json.loads(line) for line in run.stdout.decode("utf-8").splitlines()]
    assert "summary" in rows[-1]
    return [row for row in rows if "callee" in row]


def test_place_function_and_arguments(tmp_path):
    row, = calls(tmp_path, "static int f(int n)\n{\n\tint flags = FOLL_WRITE;\n\n"
                 "\tif (n)\n\t\tflags |= FOLL_FORCE;\n"
                 "\treturn get_user_pages(a->b, /* , */ min(n, 2),\n\t\t\t      flags, NULL);\n}\n")
    assert (row["file"], row["line"], row["col"], row["end_line"]) == ("a.c", 7, 9, 8)
    assert (row["function"], row["static"], row["params"]) == ("f", True, ["n"])
    assert row["args"] == ["a->b", "min(n, 2)", "flags", "NULL"]
    assert row["assigns"]["flags"] == [[3, "=", "FOLL_WRITE"], [6, "|=", "FOLL_FORCE"]]


@pytest.mark.parametrize("source", [
    "/* put_page(p) */\n", "// put_page(p) \\\nput_page(p)\n", 'char *s = "put_page(p)";\n',
    "void put_page(struct page *page);\n", "extern void put_page(struct page *);\n",
    "static inline void put_page(struct page *page)\n{\n}\n",
    "void f(void)\n{\n\textern void put_page(struct page *);\n}\n",
    "void f(void)\n{\n\tops->put_page(p);\n\tops.put_page(p);\n}\n",
    "void f(void)\n{\n\tdo_put_page(p);\n\tput_pages(p);\n}\n",
    "EXPORT_SYMBOL(put_page);\n", "struct ops o = { .put = put_page };\n",
    "#define put_page(page) other(page)\n", "#error don't put_page(p)\n",
    "struct page *get_dump_page(unsigned long addr);\n",
    "#define OPEN (\nvoid unpin_user_page(struct page *page);\n",
    "void f(void)\n{\n\tconst struct page **get_dump_page(unsigned long addr);\n}\n",
    "void f(void)\n{\n\tlong pin_user_pages(int);\n}\n",
])
def test_no_call(tmp_path, source):
    assert calls(tmp_path, source) == []


@pytest.mark.parametrize("source,function", [
    ("int f(void)\n{\n\treturn put_page(p);\n}\n", "f"),
    ("int f(void)\n{\n\tif (x)\n\t\ty();\n\telse put_page(p);\n}\n", "f"),
    ("void f(void)\n{\nout: __maybe_unused\n\tput_page(p);\n}\n", "f"),
    ("static __printf(1, 2) int f(char *s) __must_hold(&l)\n{\n\tput_page(p);\n}\n", "f"),
    ("int f(a, b)\n\tint a;\n\tchar *b;\n{\n\tput_page(p);\n}\n", "f"),
    ("SYSCALL_DEFINE1(thing, int, x)\n{\n\tput_page(p);\n}\n", "SYSCALL_DEFINE1(thing)"),
    ("#define DROP(p) \\\n\tput_page(p)\n", "DROP"),
    ("#ifdef A\nint f(int a)\n{\n#else\nint f(long a)\n{\n#endif\n\tput_page(p);\n}\n", "f"),
    ("void g(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\n\n"
     "void f(void)\n{\n\tput_page(p);\n}\n", "f"),
    ("void g(void)\n{\n#if 0\n\tdon't {\n#endif\n}\n\nvoid f(void)\n{\n\tput_page(p);\n}\n", "f"),
    ("void f(void) { ({ put_page(p); }); }\n", "f"),
    ("void f(void)\n{\n\tLOCK_IT\n\tput_page(p);\n}\n", "f"),
    ("void f(void)\n{\n\tint x[] =\n{\n\t1,\n};\n\tput_page(p);\n}\n", "f"),
    ("extern \"C\" {\nstatic inline void f(void)\n{\n\tput_page(p);\n}\n}\n", "f"),
    ("DEFINE_FREE(page, struct page *, if (_T) put_page(_T))\n", ""),
])
def test_one_call(tmp_path, source, function):
    row, = calls(tmp_path, source)
    assert row.get("function", "") == function


@pytest.mark.parametrize("source", [
    "void f(void)\n{\n\tget_user_pages(s, 1,\n#ifdef A\n\t\t1,\n#else\n\t\t2,\n#endif\n\t\tp);\n}\n",
    "void f(void)\n{\n#ifdef A\n\tget_user_pages(s,\n#else\n\tg(\n#endif\n\t\t1, 0, p);\n\th();\n}\n",
])
def test_arms_inside_a_call(tmp_path, source):
    row, = calls(tmp_path, source)
    assert row["arms"] is True and not any(";" in a for a in row["args"])


def test_address_taken_is_a_store(tmp_path):
    row, = calls(tmp_path, "void f(void)\n{\n\tint fl = FOLL_GET, *q = &fl;\n\n\t*q = 0;\n"
                 "\tget_user_pages(s, 1, fl, p);\n}\n")
    assert [store[1] for store in row["assigns"]["fl"]] == ["=", "&"]


def test_many_stores_are_cut_and_say_so(tmp_path):
    row, = calls(tmp_path, "void f(void)\n{\n" + "\tfl = 1;\n" * 500
                 + "\tget_user_pages(s, 1, fl, p);\n}\n")
    assert len(row["assigns"]["fl"]) < 100 and row["assigns"]["fl"][-1][1] == "..."


def test_a_large_function_full_of_calls(tmp_path):
    """What is written grows with the calls, not with their square."""
    rows = calls(tmp_path, "void f(void)\n{\n" + "\tpage = pages[i];\n\tput_page(page);\n" * 20_000
                 + "}\n")
    assert len(rows) == 20_000 and max(len(str(r)) for r in rows) < 5000


def test_every_ifdef_arm(tmp_path):
    rows = calls(tmp_path, "void f(void)\n{\n#ifdef A\n\tput_page(p);\n#elif B\n\tput_page(q);\n"
                 "#else\n\tput_page(r);\n#endif\n}\n")
    assert [row["args"] for row in rows] == [["p"], ["q"], ["r"]]
    assert {row["function"] for row in rows} == {"f"}


def test_bytes_of_any_kind(tmp_path):
    rows = calls(tmp_path, b"/* caf\xe9 */\nvoid f(void)\n{\n\tput_page(\"\xff\");\n\0\tput_page(q);\n}\n")
    assert [row["line"] for row in rows] == [4, 5]
    assert rows[0]["args"][0].encode("utf-8", "surrogateescape") == b'"\xff"'


def test_large_file(tmp_path):
    body = "/* filler */ int x;\n" * 120_000
    row, = calls(tmp_path, body + "void f(void)\n{\n\tput_page(p);\n}\n")
    assert row["line"] == 120_003


def test_file_names(tmp_path):
    row, = calls(tmp_path, "void f(void)\n{\n\tput_page(p);\n}\n", name="a \"b\" 'c'.h")
    assert row["file"] == "a \"b\" 'c'.h"


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1, 5 << 20])
def test_long_files(tmp_path, size):
    """The room for a file grows; a short file behind a long one has nothing of it."""
    call = "void f(void)\n{\n\tput_page(p);\n}\n"
    write_tree(tmp_path / "tree", {"b.c": "int x;\n"})
    row, = calls(tmp_path, "\n" * (size - len(call)) + call)
    assert (row["file"], row["line"]) == ("a.c", size - len(call) + 3)


def test_links_are_not_followed(tmp_path):
    tree = write_tree(tmp_path / "tree", {"a.c": "void f(void)\n{\n\tput_page(p);\n}\n"})
    (tree / "loop").symlink_to(tree)
    assert len(calls(tmp_path, "int x;\n", name="b.c")) == 1


def test_cut_short(tmp_path):
    path = tmp_path / "inventory"
    path.write_text('{"skipped": "a.c", "reason": "why"}\n')
    with pytest.raises(UserError, match="cut short"):
        sites.read_inventory(path, API, TREE)
    path.write_text('{"skipped": "a.')
    with pytest.raises(UserError, match="not an inventory"):
        sites.read_inventory(path, API, TREE)


@pytest.mark.parametrize("args,why", [
    ([], "usage"), (["--names", "/nonexistent", "."], "cannot read the names"),
    (["--names", "/dev/null", "."], "no names"),
    (["--names", __file__, "/nonexistent"], "cannot read the directory"),
])
def test_bad_call(args, why):
    run = subprocess.run([PROGRAM, *args], capture_output=True, text=True, check=False)
    assert run.returncode != 0 and why in run.stderr and run.stdout == ""


def test_full_disk(tmp_path):
    tree = write_tree(tmp_path / "tree", {"a.c": "void f(void)\n{\n\tput_page(p);\n}\n"})
    names = tmp_path / "names"
    names.write_text("put_page\n")
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run([PROGRAM, "--names", names, tree], stdout=full,
                             stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1 and "cannot write the result" in run.stderr


@pytest.mark.parametrize("seed", range(5))
def test_the_fast_question_is_right(tmp_path, seed):
    """Which files hold a name, against Python's own substring search."""
    rng = random.Random(seed)
    shortest = rng.choice([1, 2, 3, 8])
    names = {"".join(rng.choices("ab_", k=rng.randint(shortest, shortest + 4)))
             .replace("__", "_a") for _ in range(6)}
    texts = {f"{i}.c": "".join(rng.choices("ab_ c", k=rng.randint(0, 60))) for i in range(400)}
    tree = write_tree(tmp_path / "tree", texts)
    listed = tmp_path / "names"
    listed.write_text("\n".join(names) + "\n")
    run = subprocess.run([PROGRAM, "--names", listed, tree], capture_output=True, check=True)
    summary = json.loads(run.stdout.splitlines()[-1])["summary"]
    assert summary["matched"] == sum(any(n in t for n in names) for t in texts.values())
