# SPDX-License-Identifier: GPL-2.0-only
"""
Source text for the page: lines as flat lists [class, text, class, text, ...] that the page turns
into elements by textContent, so no text of a source tree is ever read as markup.
"""

import functools
import re

from pygments.lexers import CLexer
from pygments.token import Comment, Keyword, Literal, Name, Token

from report import api

CLASSES = ((Comment.Preproc, "p"), (Comment.PreprocFile, "s"), (Comment, "c"), (Keyword.Type, "t"),
           (Keyword, "k"), (Literal, "s"), (Name.Function, "f"), (Token, ""))


@functools.lru_cache(maxsize=None)
def _class(token):
    return next(name for kind, name in CLASSES if token in kind)


@functools.lru_cache(maxsize=None)
def _lexer():
    return CLexer(stripnl=False, ensurenl=False)


@functools.lru_cache(maxsize=None)
def _api():
    return frozenset(api.load_api())


def _name(text):
    """Names that this page is about stand out: the API's functions and their flags."""
    if text in _api():
        return "a"
    return "m" if re.fullmatch(r"FOLL_[A-Z0-9_]+", text) else None


def _in_comment(text):
    """Does an excerpt begin inside a comment? Its first mark is then the end of one."""
    end = text.find("*/")
    return end >= 0 and not 0 <= text.find("/*") < end


@functools.lru_cache(maxsize=4096)
def lines(text):
    """The lines of the C source @text, which may begin and end anywhere."""
    prefix = "/*" if _in_comment(text) else ""
    result = [[]]
    skip = len(prefix)
    for token, value in _lexer().get_tokens(prefix + text):
        value, skip = value[skip:], max(0, skip - len(value))
        name = _name(value) or _class(token)
        for i, part in enumerate(value.split("\n")):
            if i:
                result.append([])
            line = result[-1]
            if not part:
                continue
            if line and (line[-2] == name or not part.strip()):
                line[-1] += part
            else:
                line += [name, part]
    return result


def windows(regions):
    """
    SARIF @regions with snippets (of one file) as [{first, lines}], joined where they touch
    or overlap, in order.
    """
    known = {}
    for region in regions:
        text = region.get("snippet", {}).get("text")
        if text is None or "startLine" not in region:
            continue
        for i, line in enumerate(text.split("\n")):
            known.setdefault(region["startLine"] + i, line)
    result = []
    for number in sorted(known):
        if result and number == result[-1][0] + len(result[-1][1]):
            result[-1][1].append(known[number])
        else:
            result.append((number, [known[number]]))
    return [{"first": first, "lines": lines("\n".join(texts))} for first, texts in result]
