# SPDX-License-Identifier: GPL-2.0-only
"""MAINTAINERS with everything in it that a hand can get wrong."""

from common import write_tree

from report.maintainers import Maintainers

TEXT = """\
List of maintainers

	M: *Mail* patches to: FullName <address@domain>

FOO DRIVER
M:	Ann Ex <ann@example.org>
R:	"Bob B. Why" <bob@example.org>
L:	foo@lists.example.org (moderated for non-subscribers)
L:	secret@lists.example.org (subscribers-only)
S:	Maintained
F:	drivers/foo/
X:	drivers/foo/other.c

DRIVERS OF ALL KINDS
M:	Ann Ex <ann.two@example.org>
M:	Old Name <old@example.org>
S:	Odd Fixes
F:	drivers/*/
N:	word[^a-z]
K:	\\bspecial_call\\b
K:	(unbalanced

THE REST
M:	Chief <chief@example.org>
L:	everything@example.org
F:	*
F:	*/
"""


def known(tmp_path, text=TEXT):
    return Maintainers(write_tree(tmp_path, {
        "MAINTAINERS": text, "drivers/foo/a.c": "int x;\n", "fs/b.c": "special_call();\n",
        "fs/word.c": "", ".mailmap": "New Name <new@example.org> <old@example.org>\n",
        "scripts/get_maintainer.pl": 'push(@penguin_chief, "Chief:chief\\@example.org");\n'}))


def test_closest_first_and_nobody_twice(tmp_path):
    people = known(tmp_path).send_to("drivers/foo/a.c")
    assert people == {"maintainers": ["Ann Ex <ann@example.org>", "New Name <new@example.org>"],
                      "reviewers": ["Bob B. Why <bob@example.org>"],
                      "lists": ["foo@lists.example.org", "everything@example.org"]}


def test_excluded_named_and_by_content(tmp_path):
    who = known(tmp_path)
    assert [s.name for s in who.for_file("drivers/foo/other.c")] == ["DRIVERS OF ALL KINDS",
                                                                    "THE REST"]
    assert [s.name for s in who.for_file("fs/b.c")] == ["THE REST", "DRIVERS OF ALL KINDS"]
    assert [s.name for s in who.for_file("fs/word.c")][0] == "DRIVERS OF ALL KINDS"
    assert who.subsystem("fs/b.c") is None


def test_no_such_file_and_bytes_that_are_no_text(tmp_path):
    assert Maintainers(tmp_path / "none").send_to("a.c") == {"maintainers": [], "reviewers": [],
                                                            "lists": []}
    (tmp_path / "MAINTAINERS").write_bytes(b"X\xff\nM:\t<a@b>\xff\nF:\t[a-\nF:\tz/\nK:\t(?<x\n")
    assert Maintainers(tmp_path).subsystem("z/y.c").name == "X\udcff"
