# SPDX-License-Identifier: GPL-2.0-only
"""What is known again in another version of a tree though its fingerprint is another one."""

from bench import identity
from report import baseline


def result(line, callee="get_user_pages", function="f", text="a", **more):
    return {"ruleId": more.pop("rule", "call-site"), "kind": more.pop("kind", "pass"), "message": {"text": "said"},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": more.pop("file", "a.c")}, "region": {"startLine": line},
                "contextRegion": {"startLine": line, "snippet": {"text": text}}},
                "logicalLocations": [{"name": function}]}],
            "partialFingerprints": {baseline.FINGERPRINT: f"{function} {callee} {line}",
                                    baseline.SITE_FINGERPRINT: f"{function} {callee} {line}"},
            "properties": {"callee": callee, "role": "acquire", "generic": False, **more}}


def paired(old, new):
    """Lines of those that are the same."""
    return [(a["locations"][0]["physicalLocation"]["region"]["startLine"],
             b["locations"][0]["physicalLocation"]["region"]["startLine"])
            for _, a, b in baseline.compare(old, new) if a and b]


def test_the_call_that_took_the_place_of_another():
    old = [result(1), result(2, "put_page", role="release")]
    new = [result(11, "iov_iter_extract_pages"), result(12, "folio_put", role="release")]
    assert paired(old, new) == [(1, 11), (2, 12)]


def test_of_several_alike_the_one_with_other_surroundings_is_gone():
    """By their order alone the first old one would be the first new one."""
    old = [result(i, "put_page", text=text, role="release")
           for i, text in enumerate(("if full goto retry", "unlock page out", "return index error"))]
    new = [result(10 + i, "folio_put", text=text, role="release")
           for i, text in enumerate(("unlock folio out", "return index error"))]
    assert paired(old, new) == [(1, 10), (2, 11)]
    assert paired(new, old) == [(10, 1), (11, 2)]


def test_a_renamed_function_with_several_calls():
    old = [result(1, "put", "slow"), result(2, "unpin", "slow"), result(3, "put", "other")]
    new = [result(11, "put", "fast"), result(12, "unpin", "fast"), result(13, "put", "other")]
    assert paired(old, new) == [(1, 11), (2, 12), (3, 13)]
    twins = new + [result(21, "put", "third"), result(22, "unpin", "third")]
    assert paired(old, twins) == [(3, 13)]      # which of the two it is nobody can tell


def test_a_function_that_moved_and_calls_another():
    assert paired([result(1, "pin_user_pages", "io_pin")],
                  [result(11, "pin_user_pages_fast", "io_pin", file="b.c")]) == [(1, 11)]
    assert paired([result(1, "pin_user_pages", "io_pin")],
                  [result(11, "unpin_user_page", "io_pin", file="b.c", role="release")]) == []


def test_another_release_in_the_function_is_new():
    """A call is not still there because another of its name is."""
    old, new = [result(1, "put_page")], [result(1, "put_page"), result(9, "put_page")]
    assert [state for state, _, _ in baseline.compare(old, new)] == ["unchanged", "new"]
    assert [state for state, _, _ in baseline.compare(new, old)] == ["unchanged", "absent"]


def test_the_score_of_a_reading():
    old, new = [result(1), result(2, "x")], [result(11), result(12, "y")]
    pairs = [{"old": identity.place(old[0]), "new": identity.place(new[0]), "verdict": "right"},
             {"old": identity.place(old[1]), "new": identity.place(new[1]), "verdict": "wrong"}]
    rows = baseline.compare(old, new)
    score = identity.score({"pairs": pairs}, rows)
    assert (score["read"], score["right"], score["lost"], len(score["wrong"]), score["share"]) == (2, 1, [], 1, 0.5)
    assert identity.score({"pairs": pairs}, [])["lost"] == [pairs[0]]
