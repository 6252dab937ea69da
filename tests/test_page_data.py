# SPDX-License-Identifier: GPL-2.0-only
"""What the page makes of a log before a browser sees it."""

import page_log
import pytest

from report import evidence, html, page_data, page_diff, page_source


@pytest.mark.parametrize("text,want", [
    ("Here 'ret' is true (ret = 1)", ("Here 'ret' is true", {"ret": "1"})),
    ("f() takes references (n = 8, returned 3)", ("f() takes references", {"n": "8", "returned": "3"})),
    ("f() takes references (min(a, b) = 8, returned -14)", None),
    ("f() takes references (a->b[i] = 8)", ("f() takes references", {"a->b[i]": "8"})),
    ("Leaving f()", ("Leaving f()", {})),
    ("Calling f(x, y)", ("Calling f(x, y)", {})),
    ("Half (of it = 1", ("Half (of it = 1", {})),
    ("Here 'x' is true (__UNIQUE_ID_x = 4, n = 2)", ("Here 'x' is true", {"n": "2"})),
    ("(", ("(", {})), (")", (")", {})), ("", ("", {}))])
def test_values_of_a_step(text, want):
    assert page_data._values(text) == (want or (text, {}))


def call(rule="call-site", kind="pass", flags_said="pass", **flags):
    one = page_log.result(2)
    one.update(ruleId=rule, kind=kind)
    del one["properties"]["assert"]
    one["properties"]["flags"] = {"text": "", "possible": [], "unknown": [], **flags}
    one["properties"]["says"] = {"coccinelle": {"verdict": flags_said, "text": ""}}
    return one


@pytest.mark.parametrize("results,want", [
    ([call()], "satisfied"),
    ([call(kind="open", flags_said="open")], "undecided"),
    ([call(kind="open", flags_said="pass")], "satisfied"),
    ([call("foll-get-missing", "fail", "fail")], "trips"),
    ([call("foll-get-missing", "fail", "fail", unknown=["parameter f"])], "may trip"),
    ([call("pin-leak", "fail")], "satisfied"),
    ([call("pin-leak", "fail", "fail"), call("foll-get-missing", "fail", "fail")], "trips")])
def test_the_assert_is_judged_once_a_call(results, want):
    """By its flags, whatever else is wrong with the call or undecided about it."""
    rows = page_data.rows(page_log.log(results))
    assert {row["assert"] for row in rows} == {want}
    assert len(page_data.sites(rows)) == 1


def test_the_audit_knows_better_than_the_flags():
    one = call("pin-leak", "fail", "fail")
    one["properties"].update({"assert": "may trip", "assertWhy": "it depends", "assertChain": ["f", "g"],
                              "caseEvidence": "kept in a field"})
    row, = page_data.rows(page_log.log([one]))
    assert (row["assert"], row["assert why"], row["chain"], row["evidence"]) == \
        ("may trip", "it depends", ["f", "g"], ["kept in a field"])


def test_pins_and_releases_are_not_asked():
    assert {row["assert"] for row in page_data.rows(page_log.log([page_log.result(1)]))} == {""}


@pytest.mark.parametrize("link", [None, {"notRun": "no clang", "linkedFiles": 0}, {
    "notRun": "", "linkedFiles": 3, "rounds": 2, "complete": False, "files": [], "learnt": [],
    "limits": {"rounds": 2, "files": 5}}])
def test_a_page_of_a_log_with_and_without_a_link(link):
    log = page_log.log([page_log.result(i) for i in range(12)])
    del log["runs"][0]["properties"]["link"]
    if link:
        log["runs"][0]["properties"]["link"] = link
    text = html.render(log, {})
    assert ("not linked: no clang" in text) == bool(link and link["notRun"])
    assert ("cut short by the limits of 2 rounds" in text) == bool(link and not link["notRun"])


def test_contexts_cover_what_lies_between_near_steps():
    contexts = evidence._contexts([100, 10, 18, 19, 19, 3])
    assert contexts == {3: (1, 9), 10: (10, 17), 18: (18, 19), 19: (19, 23), 100: (96, 104)}


def plain(text):
    return ["".join(line[1::2]) for line in page_source.lines(text)]


@pytest.mark.parametrize("text", [
    "", "\n", "int f(void)\n{\n", " * in a comment */\n\tput_page(p); /* open", "#define X \\\n\t1\n",
    "\"never closed\n'x", "\t/* a */ b */", "\u202e</script>", "FOLL_GET|FOLL_X get_user_pages", "\x1b[0m"])
def test_source_keeps_every_character(text):
    assert "\n".join(plain(text)) == text


def test_what_this_is_about_stands_out():
    line, = page_source.lines("\tret = get_user_pages(a, FOLL_GET);")
    assert ["a", "get_user_pages"] == line[2:4] and "m" in line[::2]


def with_fix(text, *replacements):
    """A finding at "fs/a b.c" whose excerpt is @text; (line, column, end line, end column, new)."""
    return {"locations": [{"physicalLocation": {
        "artifactLocation": {"uri": "fs/a%20b.c"}, "region": {"startLine": 1},
        "contextRegion": {"startLine": 1, "snippet": {"text": text}}}}],
        "fixes": [{"artifactChanges": [{"artifactLocation": {"uri": "fs/a%20b.c"}, "replacements": [
            {"deletedRegion": {"startLine": a, "startColumn": b, "endLine": c, "endColumn": d},
             "insertedContent": {"text": new}} for a, b, c, d, new in replacements]}]}]}


@pytest.mark.parametrize("text,replacements,body", [
    ("\ta(1, 0, p);\n\tb();", [(1, 7, 1, 8, "FOLL_GET")],
     ["@@ -1,2 +1,2 @@", "-\ta(1, 0, p);", "+\ta(1, FOLL_GET, p);", " \tb();"]),
    ("a\nb\nc", [(2, 1, 3, 1, "B\n")], ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]),
    ("a\nb", [(2, 1, 2, 1, "new\n")], ["@@ -1,2 +1,3 @@", " a", "+new", " b"]),
    ("a", [(2, 1, 2, 1, "end\n")], ["@@ -1,1 +1,2 @@", " a", "+end"]),
    ("a\nb\nc", [(1, 1, 2, 1, ""), (3, 1, 3, 2, "C")], ["@@ -1,3 +1,2 @@", "-a", " b", "-c", "+C"]),
])
def test_a_fix_as_a_diff(text, replacements, body):
    assert page_diff.of(with_fix(text, *replacements)) == ["--- a/fs/a b.c", "+++ b/fs/a b.c", *body]


def test_no_diff_where_the_log_lacks_the_text():
    assert page_diff.of(with_fix("a", (70, 1, 70, 2, "x"))) == []
    assert page_diff.of({"locations": []}) == []
