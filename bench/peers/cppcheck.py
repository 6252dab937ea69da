# SPDX-License-Identifier: GPL-2.0-only
"""What cppcheck can be told of the API: a library file, made of the API table."""

from xml.sax.saxutils import quoteattr

PAGES = ("pages", "page", "pages_p", "folios", "folio", "bvecs")


def _number(version):
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def form(row, version):
    """The parameters of the form that a kernel of @version has; the last one when none says so."""
    for one in row["forms"]:
        first, _, last = one["kernels"].partition("-")
        if _number(first) <= _number(version)[:2] and (not last or _number(version)[:2] <= _number(last)):
            return one["params"]
    return row["forms"][-1]["params"]


def _place(params):
    return next((i for i, name in enumerate(params, 1) if name in PAGES), None)


def _function(row, params):
    args = "".join(f'<arg nr="{i}">{"<not-null/>" if name in PAGES and row["kind"] == "pin" else ""}'
                   "</arg>" for i, name in enumerate(params, 1))
    used = "<use-retval/>" if row["role"] == "acquire" and row.get("returns") != "void" else ""
    return f"  <function name={quoteattr(row['name'])}>{used}<noreturn>false</noreturn>{args}</function>"


def library(rows, version):
    """
    The text of the library: a resource a kind of reference, so that a put of a pin is a
    mismatch; the result of an acquire has to be used; a pin wants pages.
    """
    lines, kinds = ['<?xml version="1.0"?>', '<def format="2">'], {}
    for row in rows:
        if row["role"] not in ("acquire", "release") or row["kind"] not in ("get", "pin"):
            continue
        params = form(row, version)
        lines.append(_function(row, params))
        place = _place(params)
        if place and row["role"] == "acquire":
            kinds.setdefault(row["kind"], []).append(
                f'    <alloc init="true" arg="{place}">{row["name"]}</alloc>')
        elif place:
            kinds.setdefault(row["kind"], []).append(
                f'    <dealloc arg="{place}">{row["name"]}</dealloc>')
    for kind in sorted(kinds):
        lines += ["  <resource>", *kinds[kind], "  </resource>"]
    return "\n".join([*lines, "</def>", ""])
