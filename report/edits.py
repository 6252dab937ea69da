# SPDX-License-Identifier: GPL-2.0-only
"""
Edits that a finding of the checker calls for, as text: source in, source out. An
edit is a proposal, which the checker has to confirm (report/proof.py).
"""

import re

from report.ctext import NAME, PLACE, SKIP, Call, NoEdit
from report.lost_pages import give_back

TRUTH = {"true": True, "1": True, "false": False, "0": False}
COMPARISON = re.compile(r"==|!=|<=|>=|(?<![<-])<(?![<=])|(?<![->])>(?![>=])|&&|\|\|")
LINE = 80                          # columns of a line, as the kernel prefers
DIRTY = "true"                     # the make_dirty of unpin_user_pages_dirty_lock()


def _outer(text, pattern):
    """@text with what stands in brackets blanked, so that @pattern sees the outermost operators."""
    out, depth = [], 0
    for char in text:
        depth -= char in ")]}"
        out.append(char if depth == 0 else " ")
        depth += char in "([{"
    return [(m.start(), m.end()) for m in re.finditer(pattern, "".join(out))]


def _is_truth(text, body):
    """Is the value of @text certainly 0 or 1? @body: the function up to the call."""
    text = text.strip()
    if text in TRUTH or text.startswith("!") and not _outer(text, r"[-+*/%&|^?,]|<<|>>|\w\s+\w"):
        return True
    if _outer(text, r"\?|,|(?<![=!<>])=(?!=)|(?<!\|)\|(?!\|)"):
        return False
    if _outer(text, COMPARISON.pattern):
        return True
    if text.startswith("(") and text.endswith(")") and len(_outer(text[1:-1], r"$")) == 1:
        return _is_truth(text[1:-1], body)
    if not re.fullmatch(NAME, text):
        return False
    name = re.escape(text)
    if re.search(rf"\bbool\s+(?:[^;(){{}}]*,\s*)?{name}\b", body):
        return True
    local = re.search(rf"^[ \t]+(?:const )?(?:unsigned )?(?:int|char|long)\s+(?:[^;(){{}}]*,\s*)?{name}\b", body, re.M)
    given = re.findall(rf"(?<![\w.>&*]){name}\s*([-+|&^*/]?=(?!=)|\+\+|--)\s*([^;,]*)", body)
    return bool(local and given) and not re.search(rf"&\s*{name}\b(?!\s*&)", body) and \
        all(how == "=" and _is_truth(value, body.replace(text, "", 1)) for how, value in given
            if value.strip() != text)


def flags_for(text, body):
    """
    What the `write` parameter of old, @text, is in FOLL_ flags. @body is the function up to
    the call. Raises NoEdit where the value is not known to be a truth value.
    """
    parts = _outer(text, r"(?<!\|)\|(?!\|)")
    if parts:
        ends = [0] + [end for _, end in parts]
        words = [text[a:b].strip() for a, b in zip(ends, [start for start, _ in parts] + [len(text)])]
        made = [f"({flags_for(w, body)})" if _is_truth(w, body) and w not in TRUTH else
                flags_for(w, body) if w in TRUTH else w for w in words]
        return " | ".join(word for word in made if word != "0") or "0"
    if text in TRUTH:
        return "FOLL_WRITE" if TRUTH[text] else "0"
    chosen = re.fullmatch(r"(.*?)\s*\?\s*(\w+)\s*:\s*(\w+)", text, re.S)
    if chosen and chosen.group(2) in TRUTH and chosen.group(3) in TRUTH:
        yes, no = ("FOLL_WRITE" if TRUTH[chosen.group(n)] else "0" for n in (2, 3))
        return f"{chosen.group(1)} ? {yes} : {no}"
    if not _is_truth(text, body):
        raise NoEdit(f"{text!r} is not known to be 0 or 1: what it means needs a reader")
    twice = re.fullmatch(r"!!\s*(\w+|\(.*\))", text, re.S)
    return f"{twice.group(1) if twice else text} ? FOLL_WRITE : 0"


def columns(text):
    return len(text.expandtabs(8))


def _pad(width):
    return "\t" * (width // 8) + " " * (width % 8)


def flags_literal(text, finding):
    """FOLL_WRITE where a bool or a bare number was."""
    call = Call(text, finding.line, finding.column)
    begin, end = call.args[call.named("gup_flags")]
    old = text[begin:end]
    function = text.rfind("\n}", 0, call.start)
    # a header of the function stands between the end of the one before and the call
    new = flags_for(old.strip(), SKIP.sub(" ", text[max(function, 0):call.start]))
    lead = old[:len(old) - len(old.lstrip())]
    first = text.rfind("\n", 0, begin) + 1
    line_end = text.find("\n", end)
    rest = text[end:line_end]
    if "\n" not in lead and columns(text[first:begin] + lead + new + rest) > LINE:
        opening = text.rfind("\n", 0, call.opening) + 1
        lead = "\n" + _pad(columns(text[opening:call.opening + 1]))
    yield text[:begin] + lead + new + text[end:]


def _brace(text, first, last):
    """
    Braces for the statement text[first:last] where an if or a loop in the line above has none.
    Returns (text in front, text behind).
    """
    above = text[:first].rstrip("\n").rsplit("\n", 1)[-1]
    if not re.search(r"\)$|\belse$|\bdo$", SKIP.sub("", above).rstrip()):
        return text[:first], text[last:]
    head = re.match(r"([ \t]*)(?:if|for|while|else|for_each_\w+|list_for_each\w*)\b", above)
    if not head or re.match(r"[ \t]*else\b", text[last:]):
        raise NoEdit("the statement belongs to a condition of several lines or with an else")
    return text[:first].rstrip("\n") + " {\n", f"{head.group(1)}}}\n" + text[last:]


def dirty(text, finding):
    """Pages that are certainly written, marked dirty where the function that took them releases them."""
    if not any(" takes references" in said for _, said in finding.path):
        raise NoEdit("another function took the pages: whether they were written needs a reader")
    if "FOLL_WRITE" not in finding.certain:
        raise NoEdit("FOLL_WRITE is not certain: which transfers write needs a reader")
    call = Call(text, finding.line, finding.column)
    first, last = call.statement()
    args = [call.argument(n) for n in range(len(call.args))]
    indent = text[first:call.start]
    if not all(PLACE.fullmatch(arg) or arg.isdecimal() for arg in args):
        raise NoEdit("the arguments of the release are not plain")
    if call.name == "unpin_user_page" and len(args) == 1:
        new = f"{indent}unpin_user_pages_dirty_lock(&{args[0]}, 1, {DIRTY});\n"
    elif call.name == "unpin_user_pages" and len(args) == 2:
        new = f"{indent}unpin_user_pages_dirty_lock({args[0]}, {args[1]}, {DIRTY});\n"
    elif call.name == "put_page" and len(args) == 1:
        front, behind = _brace(text, first, last)
        yield front + f"{indent}set_page_dirty_lock({args[0]});\n" + text[first:last] + behind
        return
    else:
        raise NoEdit(f"no dirty marking is known that goes with {call.name}()")
    yield text[:first] + new + text[last:]


# {rule: function(text, finding) that yields texts, the best proposal first; or raises NoEdit}
EDITS = {"partial-pin-leak": give_back, "pin-leak": give_back, "flags-literal": flags_literal,
         "dirty-missing": dirty}
