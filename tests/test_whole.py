# SPDX-License-Identifier: GPL-2.0-only
"""make audit with the whole program: rounds, link and architectures, over a tree that a small Makefile builds."""

import json
import re
import shutil

import pytest
from common import ROOT, run_audit, write_tree

from report import archs

LINK = ROOT / "testcases" / "link"
# What the audit asks of kbuild: a configuration, generated headers, the command of an object.
MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 1
EXTRAVERSION =
O ?= .
SOURCE := $(CURDIR)
MAKEFLAGS += -r
allmodconfig:
	mkdir -p $(O); touch $(O)/.config; echo again >> $(O)/configured; test $(ARCH) != riscv
%_allmodconfig: allmodconfig
	touch $(O)/$*
prepare0 prepare: ;
%.o: FORCE
	@echo '  CC $@'; $(CC) -DCONFIG_$(ARCH) $(if $(wildcard $(O)/small),-DCONFIG_small) -I INCLUDE -c -o $@ $(SOURCE)/$*.c
FORCE Makefile: ;
"""
KEEP_H = """\
#define KERNEL 612
#include <gup.h>
struct holder { struct page *held_page; };
"""
TAKE_C = """\
#include "keep.h"
int take_page(struct holder *h, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	h->held_page = page;
	return 0;
}
"""
DROP_C = """\
#include "keep.h"
void drop_page(struct holder *h)
{
	put_page(h->held_page);
}
"""
ARCH_C = """\
#define KERNEL 612
#include <gup.h>
#ifndef CONFIG_{arch}
#error another architecture
#endif
long touch_{arch}(unsigned long start, struct page **pages)
{{
	return get_user_pages(start, 1, FOLL_WRITE, pages);
}}
"""
CALLS_C = """\
#define KERNEL 612
#include <gup.h>
long wrapped(unsigned long start, unsigned int flags, struct page **pages);
long wrapped_well(unsigned long start, unsigned int flags, struct page **pages);
long states_it(unsigned long start, struct page **pages)
{
	return wrapped_well(start, FOLL_GET | FOLL_WRITE, pages);
}
long states_nothing(unsigned long start, struct page **pages)
{
	return wrapped(start, 0, pages);
}
long leaves_it_to_fast(unsigned long start, struct page **pages)
{
	return get_user_pages_fast(start, 1, FOLL_WRITE, pages);
}
"""
# Calls that the first configuration hides: what the #if around them names tells where to look.
HIDING_C = """\
#define KERNEL 612
#include <gup.h>
long seen_in_both(unsigned long start, struct page **pages)
{
	return get_user_pages(start, 1, FOLL_GET, pages);
}
int leaks_in_both(unsigned long start)
{
	struct page *page;

	return pin_user_pages_fast(start, 1, 0, &page) == 1 ? 0 : -EFAULT;
}
#ifdef CONFIG_arm64
long hidden_from_x86(unsigned long start, struct page **pages)
{
	return get_user_pages(start, 1, FOLL_WRITE, pages);
}
#elif defined(CONFIG_ia64)
long hidden_from_all(unsigned long start, struct page **pages)
{
	return get_user_pages(start, 1, FOLL_FORCE, pages);
}
#endif
"""
ARM64_MAKEFILE = "PHONY += small_allmodconfig\nsmall_allmodconfig:\n\tfalse\nsmall := no_allmodconfig\nno_allmodconfig := 1\n"
KBUILD = "obj-$(CONFIG_FAR) += far.o\n"
KCONFIG = 'source "drivers/far/Kconfig"\n'
FAR_KCONFIG = "config FAR\n\tbool\n\tdepends on ONLY_S390\n"


def program(root, **more):
    files = {"Makefile": MAKEFILE.replace("INCLUDE", str(ROOT / "testcases/include")), "Kconfig": KCONFIG,
             "calls.c": CALLS_C, "drivers/keep/keep.h": KEEP_H, "drivers/keep/take.c": TAKE_C, "drivers/keep/drop.c": DROP_C,
             "drivers/keep/other.c": "void put_page(struct page *page);\nvoid f(void *p)\n{\n\tput_page(p);\n}\n",
             "drivers/far/far.c": ARCH_C.format(arch="s390"), "drivers/far/Makefile": KBUILD,
             "drivers/far/Kconfig": FAR_KCONFIG, "arch/s390/Kconfig": "config ONLY_S390\n\tbool\n",
             "drivers/far/hiding.c": HIDING_C, "arch/arm64/Kconfig": "config arm64\n", "arch/ia64/Kconfig": "config ia64\n",
             "arch/arm64/Makefile": ARM64_MAKEFILE, "arch/arm64/kernel/small.c": ARCH_C.format(arch="small"),
             **{f"arch/{arch}/kernel/a.c": ARCH_C.format(arch=arch) for arch in ("x86", "arm64", "riscv", "ia64")},
             **more}
    write_tree(root, files)
    for name in ("mm/gup.c", "wrap.c"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(LINK / "assert" / name, root / name)
    return root


def load(out):
    return json.loads((out / "audit.sarif").read_text(encoding="utf-8"))["runs"][0]


def of(run, file, callee, function=None):
    """The properties of the results about calls of @callee in @file."""
    return [r["properties"] for r in run["results"] if r["properties"]["callee"] == callee
            and (r.get("relatedLocations") or r["locations"])[0]["physicalLocation"]["artifactLocation"]["uri"] == file
            and function in (None, r["locations"][0]["logicalLocations"][0]["name"])]


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("whole")
    root = program(tmp / "linux")
    run = run_audit(root, tmp / "out", "--jobs", "2", cache=tmp / "cache")
    assert run.returncode == 0 and "without the checker" not in run.stderr, run.stderr
    return tmp, run, load(tmp / "out")


def test_a_finding_across_files_is_in_the_audit(audited):
    """The file that drops is not one that names the API: what was learnt of the other brings it in."""
    result, = [r for r in audited[2]["results"] if r["ruleId"] == "pin-put-mismatch"]
    assert result["properties"]["found"] == ["link"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "drivers/keep/drop.c"
    link = audited[2]["properties"]["link"]
    assert link["complete"] and link["files"] == ["drivers/keep/drop.c"]
    assert {"wrapper take_page", "field holder.held_page"} <= set(link["learnt"]) and link["rounds"] >= 1
    assert "link" in {tool["name"] for tool in audited[2]["tool"]["extensions"]}


def test_one_verdict_on_the_assert_for_each_call(audited):
    run = audited[2]
    well, = of(run, "wrap.c", "get_user_pages", "wrapped_well")
    assert (well["verdict"], well["assert"], well["engines"]["link"]) == ("pass", "satisfied", "seen")
    assert "Taken back: " in well["says"]["coccinelle"]["text"] and well["assertChain"][-1] == "walk_locked"
    trips, = of(run, "wrap.c", "get_user_pages", "wrapped")
    assert (trips["verdict"], trips["assert"]) == ("fail", "trips")
    assert "link" in trips["found"] and trips["says"]["link"]["verdict"] == "fail"
    assert trips["says"]["link"]["text"].startswith("trips: pages is given")
    unknown, = of(run, "wrap.c", "get_user_pages", "unknown")
    assert (unknown["verdict"], unknown["assert"], unknown["says"]["link"]["verdict"]) == ("fail", "may trip", "open")
    texts = [r["message"]["text"] for r in run["results"] if r["ruleId"] == "foll-get-missing"]
    assert any(t.endswith("(states_nothing() -> wrapped() -> get_user_pages() -> walk_locked()).") for t in texts), texts
    for result in run["results"]:
        props = result["properties"]
        if props.get("assert") == "satisfied":
            assert result["ruleId"] != "foll-get-missing"
        elif props.get("assert"):
            assert "foll-get-missing" in {r["ruleId"] for r in run["results"]
                                          if r["properties"]["says"] == props["says"]}


def test_totals_of_the_assert(audited):
    totals = audited[2]["properties"]["assert"]
    assert totals["policy"] == "assert" and totals["points"] == ["mm/gup.c:14"]
    assert totals["directories"]["drivers/keep"] == {"satisfied": 1, "may trip": 0, "trips": 0}
    assert sum(totals["totals"].values()) == sum(sum(row.values()) for row in totals["directories"].values()) \
        == sum(sum(row.values()) for row in totals["subsystems"].values())


def test_other_architectures(audited):
    """Compiled where clang can, and where it cannot the semantic patches judge, and the call says why."""
    run = audited[2]
    assert run["properties"]["checker"]["config"] == \
        "x86 allmodconfig, arm64 allmodconfig, arm64 small_allmodconfig, s390 allmodconfig"
    for file, arch in (("arch/arm64/kernel/a.c", "arm64"), ("drivers/far/far.c", "s390"), ("arch/x86/kernel/a.c", "x86")):
        props, = of(run, file, "get_user_pages")
        assert (props["config"], props["engines"]["checker"]) == (f"{arch} allmodconfig", "seen")
        assert (props["assert"], props["engines"]["link"]) == ("trips", "seen")
    for arch, why in (("ia64", "clang has no target for ARCH=ia64"), ("riscv", "the kernel cannot be configured")):
        props, = of(run, f"arch/{arch}/kernel/a.c", "get_user_pages")
        assert props["engines"] == {"inventory": "seen", "coccinelle": "seen", "checker": "not compiled",
                                    "link": "not linked"}
        assert why in props["says"]["checker"]["text"] and props["found"] == ["coccinelle"]


def test_what_only_another_target_of_the_architecture_compiles(audited):
    """arch/arm64/Makefile offers one: it is configured too, for what allmodconfig does not compile."""
    props, = of(audited[2], "arch/arm64/kernel/small.c", "get_user_pages")
    assert (props["config"], props["assert"]) == ("arm64 small_allmodconfig", "trips")


def test_what_one_configuration_hides_is_looked_for_in_another(audited):
    """What both show counts once, and is told of the first."""
    run, file = audited[2], "drivers/far/hiding.c"
    both, = of(run, file, "get_user_pages", "seen_in_both")
    assert (both["config"], both["verdict"], both["assert"]) == ("x86 allmodconfig", "pass", "satisfied")
    leaks, = of(run, file, "pin_user_pages_fast")
    assert (leaks["config"], leaks["verdict"], leaks["found"]) == ("x86 allmodconfig", "fail", ["checker"])
    hidden, = of(run, file, "get_user_pages", "hidden_from_x86")
    assert (hidden["config"], hidden["engines"]["checker"]) == ("arm64 allmodconfig", "seen")
    assert (hidden["verdict"], hidden["assert"], hidden["engines"]["link"]) == ("fail", "trips", "seen")
    nowhere, = of(run, file, "get_user_pages", "hidden_from_all")
    assert (nowhere["engines"]["checker"], "config" in nowhere) == ("compiled", False)
    assert nowhere["says"]["checker"]["text"] == "no code that x86 allmodconfig, arm64 allmodconfig compiles has this call; " \
        "it may be for ARCH=ia64, and clang has no target for ARCH=ia64"


def test_options_that_an_if_around_a_line_names(tmp_path):
    text = ("#if defined(CONFIG_A) || \\\n\tIS_ENABLED(CONFIG_B)\n#ifdef CONFIG_C\n#else\n1\n# elif CONFIG_D\n2\n#endif\n"
            "3\n#endif /* CONFIG_A */\n4\n")
    (tmp_path / "x.c").write_text(text, encoding="utf-8")
    lines = {line: number for number, line in enumerate(text.split("\n"), 1)}
    named = [archs.around(tmp_path, "x.c", lines[line]) for line in "1234"]
    assert named == [["A", "B", "C"], ["A", "B", "D"], ["A", "B"], []]


def test_same_bytes_again_for_any_number_of_jobs_and_from_nothing(audited, tmp_path):
    tmp, _, _ = audited
    again = run_audit(tmp / "linux", tmp_path / "again", "--jobs", "1", cache=tmp / "cache")
    retried = {line.split()[-1] for line in again.stderr.split("\n") if re.match(r" +\d+ of \d+ \w+\.c$", line)}
    assert retried == {"far.c"}        # what failed on x86 may not fail the next time
    configured = list((tmp / "cache").glob("gupcheck/build/*/configured"))
    assert len(configured) == 5 and {path.read_text() for path in configured} == {"again\n"}
    run_audit(tmp / "linux", tmp_path / "new", "--jobs", "1", cache=tmp_path / "cache")
    for out in ("again", "new"):
        assert (tmp_path / out / "audit.sarif").read_bytes() == (tmp / "out/audit.sarif").read_bytes()


def test_policy_entry(audited, tmp_path):
    tmp, _, _ = audited
    assert run_audit(tmp / "linux", tmp_path / "out", "--policy", "entry", cache=tmp / "cache").returncode == 0
    run = load(tmp_path / "out")
    fast, = of(run, "calls.c", "get_user_pages_fast")
    assert (fast["verdict"], fast["assert"]) == ("fail", "trips") and run["properties"]["assert"]["policy"] == "entry"
    bad = run_audit(tmp / "linux", tmp_path / "bad", "--policy", "none", cache=tmp / "cache")
    assert bad.returncode == 1 and "POLICY=none: give assert or entry" in bad.stderr


def test_without_other_architectures(audited, tmp_path):
    tmp, _, _ = audited
    run_audit(tmp / "linux", tmp_path / "out", "--other-archs", "no", cache=tmp / "cache")
    props, = of(load(tmp_path / "out"), "arch/arm64/kernel/a.c", "get_user_pages")
    assert props["engines"]["checker"] == "not compiled" and props["found"] == ["coccinelle"]
    bad = run_audit(tmp / "linux", tmp_path / "bad", "--other-archs", "yes", cache=tmp / "cache")
    assert bad.returncode == 1 and "OTHER_ARCHS=yes: give no, or nothing" in bad.stderr


def test_what_does_not_compile_is_named_and_the_rest_used(tmp_path):
    root = program(tmp_path / "linux", **{"drivers/keep/broken.c": '#include "none.h"\n' + ARCH_C.format(arch="x86")})
    assert run_audit(root, tmp_path / "out", "--arch", "x86").returncode == 0
    run = load(tmp_path / "out")
    broken, = of(run, "drivers/keep/broken.c", "get_user_pages")
    assert broken["engines"]["checker"] == "failed" and "none.h" in broken["says"]["checker"]["text"]
    notes = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(n.startswith("drivers/keep/broken.c: the checker cannot compile") for n in notes)
    assert [r for r in run["results"] if r["properties"].get("found") == ["link"]]
    assert run["properties"]["checker"]["config"] == "x86 allmodconfig"


def test_sparse_is_a_second_opinion(audited, tmp_path):
    """What it says of a function that holds pages stands beside the calls there, and no verdict changes."""
    tmp, _, _ = audited
    root = shutil.copytree(tmp / "linux", tmp_path / "linux")
    with open(root / "drivers/keep/take.c", "a", encoding="utf-8") as stream:
        stream.write("int signs(int __attribute__((noderef, address_space(1))) *p)\n{\n\treturn *p;\n}\n"
                     "int one(int __attribute__((noderef, address_space(1))) *p, struct page *page)\n{\n"
                     "\tunpin_user_page(page);\n\treturn *p;\n}\n")
    logs = {}
    for more in ((), ("--sparse", "1")):
        assert run_audit(root, tmp_path / "out", "--arch", "x86", *more, cache=tmp_path / "cache").returncode == 0
        logs[more] = load(tmp_path / "out")
    plain, asked = logs.values()
    said = [r["properties"]["says"]["sparse"] for r in asked["results"] if "sparse" in r["properties"]["says"]]
    assert [(s["verdict"], s["text"]) for s in said] == [("note", "line 18: dereference of noderef expression")]
    notes = [(n.get("level"), n["message"]["text"]) for n in asked["invocations"][0]["toolExecutionNotifications"]]
    assert ("note", "drivers/keep/take.c: line 18: sparse, in one(): dereference of noderef expression") in notes
    assert ("note", "sparse: 1 warnings about code that holds no references are not shown") in notes
    for results in (r["results"] for r in (plain, asked)):
        for result in results:
            result["properties"]["says"].pop("sparse", None)
            result["properties"]["engines"].pop("sparse", None)
    assert plain["results"] == asked["results"]
    bad = run_audit(root, tmp_path / "bad", "--sparse", "no-such")
    assert bad.returncode == 1 and "SPARSE=no-such: there is no such program" in bad.stderr
