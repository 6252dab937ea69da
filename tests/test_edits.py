# SPDX-License-Identifier: GPL-2.0-only
"""Edits for findings of the checker: what they say, and that the checker confirms each."""

import shutil
from contextlib import ExitStack

import pytest
from common import ROOT

from report import clang, compdb, edits, proof

INCLUDE = ROOT / "testcases/include"
BODY = "int f(bool write, int dir)\n{\n\tint wr = dir == 2;\n\tint odd = 2;\n\tint *p = &dir;\n"


@pytest.mark.parametrize("old,new", [
    ("1", "FOLL_WRITE"), ("true", "FOLL_WRITE"), ("0", "0"),
    ("write", "write ? FOLL_WRITE : 0"), ("!!write", "write ? FOLL_WRITE : 0"),
    ("dir == DMA_FROM_DEVICE", "dir == DMA_FROM_DEVICE ? FOLL_WRITE : 0"),
    ("a->b < c && !d", "a->b < c && !d ? FOLL_WRITE : 0"), ("wr", "wr ? FOLL_WRITE : 0"),
    ("w ? 1 : 0", "w ? FOLL_WRITE : 0"), ("w ? 0 : 1", "w ? 0 : FOLL_WRITE"),
    ("FOLL_FORCE | !!write", "FOLL_FORCE | (write ? FOLL_WRITE : 0)"),
    ("FOLL_FORCE | 1", "FOLL_FORCE | FOLL_WRITE")])
def test_flags_of_a_truth_value(old, new):
    assert edits.flags_for(old, BODY) == new


@pytest.mark.parametrize("old", ["2", "odd", "dir", "x->y", "f(a) + 1", "w ? 2 : 0", "p->a >> 1", "!a + b"])
def test_no_flags_for_what_may_be_any_number(old):
    with pytest.raises(edits.NoEdit):
        edits.flags_for(old, BODY)


class OnCases(proof.Judge):
    """The judge, with the command of a test case instead of kbuild's."""

    def __init__(self, root, certain):
        self.root, self.certain, self.not_run, self.clang, self.looked = root, certain, {}, clang.find(), {}
        self.stack = ExitStack()
        self.units = {file.name: compdb.Unit(str(file), str(root), ("-I", str(INCLUDE), str(file)))
                      for file in root.glob("*.c")}


@pytest.fixture
def mended(tmp_path):
    """A function: (rule, source, flags certain in f()) to (new text, how many are mended, why others are not)."""
    if not shutil.which(clang.DEFAULT):
        pytest.skip("no clang")

    def mend(rule, source, *certain):
        text = '#include "gup.h"\n\n' + source
        (tmp_path / "a.c").write_text(text)
        judge = OnCases(tmp_path, {"a.c": {"f": frozenset(certain)}})
        new, count, why = judge.mend(rule, "a.c", text.encode())
        assert (tmp_path / "a.c").read_text() == text
        return new.decode().split("\n", 2)[2], count, why
    return mend


def test_flags_literal(mended):
    new, count, why = mended("flags-literal", """\
int f(unsigned long start, struct page **pages, int direction, int number_of_pages_asked_for)
{
	return pin_user_pages_fast(start, number_of_pages_asked_for, direction == 2, pages);
}

int g(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, /* write */ 1, pages);
}

int h(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, 3, pages);
}
""")
    assert count == 1 and len(why) == 2 and "h(): '3' is not known to be 0 or 1" in why[1]
    assert "number_of_pages_asked_for,\n\t\t\t\t   direction == 2 ? FOLL_WRITE : 0, pages);" in new


SHORT = """\
int f(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		kfree(pages);
		return -EFAULT;
	}
	unpin_user_pages(pages, n);
	kfree(pages);
	return 0;
}
"""


def test_short_result(mended):
    new, count, why = mended("partial-pin-leak", SHORT)
    assert (count, why) == (1, [])
    assert "\tif (ret != n) {\n\t\tif (ret > 0)\n\t\t\tunpin_user_pages(pages, ret);\n\t\tkfree" in new


def test_short_result_of_a_bare_branch(mended):
    new, count, why = mended("partial-pin-leak", """\
int f(unsigned long start, struct page **pages, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret != n)
		return -EFAULT;
	unpin_user_pages(pages, n);
	return 0;
}
""")
    assert (count, why) == (1, [])
    assert "\tif (ret != n) {\n\t\tif (ret > 0)\n\t\t\tunpin_user_pages(pages, ret);\n\t\treturn -EFAULT;\n\t}\n" in new


LATER = """\
int more(void);

int f(unsigned long start, int i)
{
	struct page *pages[4];
	int got, rc;

	got = pin_user_pages_fast(start, 1, FOLL_WRITE, pages + i);
	if (got < 0)
		return got;
	rc = more();
	if (rc < 0)
		goto out;
	rc = more();
	if (rc < 0) {
		more();
		goto out;
	}
	if (got)
		unpin_user_page(pages[i]);
	return 0;
out:
	return rc;
}
"""


def test_two_branches_behind_the_first(mended):
    """One finding, two ways out: both are mended, or none."""
    new, count, why = mended("pin-leak", LATER)
    assert (count, why) == (1, [])
    assert "\tif (rc < 0) {\n\t\tif (got > 0)\n\t\t\tunpin_user_page(pages[i]);\n\t\tgoto out;\n\t}\n\trc = more" in new
    assert "\tif (rc < 0) {\n\t\tif (got > 0)\n\t\t\tunpin_user_page(pages[i]);\n\t\tmore();" in new


def test_a_branch_of_the_caller(mended):
    """The helper took them, the caller loses them: what the caller calls them is released there."""
    new, count, why = mended("pin-leak", """\
static int take(unsigned long start, unsigned int n, struct page **pages)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret >= 0 && ret < n) {
		unpin_user_pages(pages, ret);
		ret = -EFAULT;
	}
	return ret;
}

int f(unsigned long start, unsigned int n)
{
	struct page **mine = kmalloc_array(n, sizeof(*mine), GFP_KERNEL);
	void *list;
	int err;

	if (!mine)
		return -ENOMEM;
	err = take(start, n, mine);
	if (err <= 0)
		goto out;
	list = kmalloc(n, GFP_KERNEL);
	if (!list) {
		err = -ENOMEM;
		goto out;
	}
	unpin_user_pages(mine, n);
	kfree(list);
out:
	kfree(mine);
	return err;
}
""")
    assert (count, why) == (1, [])
    assert "\tif (!list) {\n\t\tif (err > 0)\n\t\t\tunpin_user_pages(mine, err);\n\t\terr = -ENOMEM;" in new


def test_an_edit_that_does_not_help_is_taken_back(mended):
    """The pages of the first round are lost still."""
    source = """\
int f(unsigned long start, struct page **pages, int n)
{
	int got = 0, ret;

	while (got < n) {
		ret = pin_user_pages(start, n - got, FOLL_WRITE, pages + got, NULL);
		if (ret <= 0)
			return -EFAULT;
		got += ret;
	}
	unpin_user_pages(pages, n);
	return 0;
}
"""
    new, count, why = mended("partial-pin-leak", source)
    assert new == source and count == 0 and len(why) == 1


WRITTEN = """\
int f(unsigned long start, const void *data)
{
	struct page *page;

	if (%s(start, 1, FOLL_WRITE%s, &page) != 1)
		return -EFAULT;
	memcpy(kmap_local_page(page), data, 16);
	%s(page);
	return 0;
}
"""


@pytest.mark.parametrize("acquire,more,release,new", [
    ("pin_user_pages_fast", "", "unpin_user_page", "\tunpin_user_pages_dirty_lock(&page, 1, true);\n"),
    ("get_user_pages_fast", "", "put_page", "\tset_page_dirty_lock(page);\n\tput_page(page);\n")])
def test_dirty(mended, acquire, more, release, new):
    source = WRITTEN % (acquire, more, release)
    text, count, why = mended("dirty-missing", source, "FOLL_WRITE")
    assert (count, why) == (1, []) and text == source.replace(f"\t{release}(page);\n", new)


def test_not_dirty_where_not_all_transfers_write(mended):
    source = WRITTEN % ("pin_user_pages_fast", "", "unpin_user_page")
    text, count, why = mended("dirty-missing", source)
    assert text == source and count == 0 and "FOLL_WRITE is not certain" in why[0]


def test_not_dirty_where_another_function_took_the_pages(mended):
    source = """\
struct transfer {
	struct page *page;
};

int taken(struct transfer *t, unsigned long start)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE, &t->page);
}

void f(struct transfer *t)
{
	unpin_user_page(t->page);
}
"""
    text, count, why = mended("dirty-missing", source, "FOLL_WRITE")
    assert text == source and count == 0 and "another function took the pages" in why[0]


def test_a_file_that_is_not_compiled():
    judge = proof.Judge.__new__(proof.Judge)
    judge.units, judge.not_run = {}, {}
    with pytest.raises(edits.NoEdit, match="does not compile this file"):
        judge.look("a.c", b"")
