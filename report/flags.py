# SPDX-License-Identifier: GPL-2.0-only
"""
Gup flags as far as the text of one function tells them.

A value is a set of bits that are certainly there, a set that may be there, and
the reasons why more may be. Expressions are parsed; a variable is followed
back through what its function stores into it, in any order: the path-exact
answer is the checker's, not this module's.
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:([A-Za-z_]\w*(?:\s*(?:->|\.)\s*[A-Za-z_]\w*)*)|(0[xX][0-9a-fA-F]+|\d+)"
                   r"[uUlL]*|(\|\||&&|<<|>>|[=!<>]=|.))", re.S)
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=", "&&", "||")
MAX_DEPTH = 4


@dataclass(frozen=True)
class Flags:
    """certain <= possible; `unknown` says where further bits may come from."""

    certain: frozenset = frozenset()
    possible: frozenset = frozenset()
    unknown: tuple = ()
    literal: str = ""              # a bare number or truth value where flags belong

    def either(self, other):
        return Flags(self.certain & other.certain, self.possible | other.possible,
                     _join(self.unknown, other.unknown), self.literal or other.literal)

    def both(self, other):
        return Flags(self.certain | other.certain, self.possible | other.possible,
                     _join(self.unknown, other.unknown), self.literal or other.literal)

    def text(self):
        """One line for people: "FOLL_WRITE, perhaps FOLL_FORCE, and parameter gup_flags"."""
        parts = []
        if self.certain:
            parts.append(" | ".join(sorted(self.certain)))
        maybe = self.possible - self.certain
        if maybe:
            parts.append("perhaps " + " | ".join(sorted(maybe)))
        if self.unknown:
            parts.append("unknown: " + ", ".join(self.unknown))
        if self.literal:
            parts.append(f"not flags: {self.literal}")
        return "; ".join(parts) if parts else "0"


def _join(a, b):
    return tuple(dict.fromkeys(a + b))


def _unknown(why):
    return Flags(unknown=(why,))


class _Parser:
    """Recursive descent over one expression. Anything it does not know is `unknown`."""

    def __init__(self, text, resolve):
        self.toks = [m for m in TOKEN.finditer(text.strip()) if m.group().strip()]
        self.pos = 0
        self.resolve = resolve

    def peek(self):
        return self.toks[self.pos].group().strip() if self.pos < len(self.toks) else ""

    def take(self):
        tok = self.toks[self.pos]
        self.pos += 1
        return tok

    def expect(self, text):
        if self.peek() != text:
            raise ValueError(text)
        self.take()

    def conditional(self):
        cond = self.bit_or()
        if self.peek() in COMPARISONS:
            self.take()
            self.bit_or()
            while self.peek() in COMPARISONS:
                self.take()
                self.bit_or()
            cond = Flags(literal="a truth value")
        if self.peek() != "?":
            return cond
        self.take()
        if self.peek() == ":":
            then = cond
        else:
            then = self.conditional()
        self.expect(":")
        return then.either(self.conditional())

    def bit_or(self):
        value = self.bit_and()
        while self.peek() in ("|", "+", "^"):
            op = self.take().group().strip()
            right = self.bit_and()
            value = value.both(right) if op != "^" else _unknown("^")
        return value

    def bit_and(self):
        value, negated = self.unary()
        while self.peek() == "&":
            self.take()
            right, right_negated = self.unary()
            if right_negated and not right.unknown:
                value = Flags(value.certain - right.possible, value.possible - right.certain,
                              value.unknown)
            elif right.unknown or right_negated:
                value = Flags(frozenset(), value.possible, value.unknown)
            elif value.unknown:
                value = Flags(frozenset(), right.possible)
            else:
                value = Flags(value.certain & right.certain, value.possible & right.possible)
            negated = False
        return _unknown("~") if negated else value

    def unary(self):
        if self.peek() == "~":
            self.take()
            value, negated = self.unary()
            return value, not negated
        if self.peek() in ("-", "+"):
            self.take()
            self.unary()
            return Flags(literal="a number"), False
        if self.peek() == "!":
            self.take()
            self.unary()
            return Flags(literal="a truth value"), False
        return self.primary(), False

    def primary(self):
        if self.pos >= len(self.toks):
            raise ValueError("end")
        tok = self.take()
        name, number, punct = tok.group(1), tok.group(2), tok.group(3)
        if number is not None:
            return Flags() if int(number, 0) == 0 else Flags(literal=f"the number {number}")
        if punct == "(":
            if self.skip_cast():
                return self.primary()
            value = self.conditional()
            self.expect(")")
            return value
        if name is None:
            raise ValueError(punct)
        name = re.sub(r"\s+", "", name)
        if self.peek() == "(":
            return self.call(name)
        if name in ("true", "false"):
            return Flags(literal=name)
        if name.startswith("FOLL_"):
            return Flags(frozenset([name]), frozenset([name]))
        return self.resolve(name)

    def skip_cast(self):
        """Behind "(": step over "unsigned int)" when a value follows it."""
        pos = self.pos
        while pos < len(self.toks) and (self.toks[pos].group(1)
                                        or self.toks[pos].group().strip() == "*"):
            pos += 1
        if pos == self.pos or pos + 1 >= len(self.toks) or self.toks[pos].group().strip() != ")":
            return False
        after = self.toks[pos + 1]
        if not (after.group(1) or after.group(2) or after.group().strip() == "("):
            return False
        self.pos = pos + 1
        return True

    def call(self, name):
        depth = 0
        while self.pos < len(self.toks):
            tok = self.take().group().strip()
            depth += (tok == "(") - (tok == ")")
            if depth == 0:
                break
        return _unknown(f"{name}()")


def _from_stores(name, stores, resolve_in, seen):
    """Fold [line, operator, text] of one variable. Order is not known, so |= is 'perhaps'."""
    value, added, unknown = None, frozenset(), ()
    removed = frozenset()
    for _line, op, text in stores:
        if op == "=":
            one = resolve_in(text, seen)
            value = one if value is None else value.either(one)
        elif op == "|=":
            one = resolve_in(text, seen)
            added |= one.possible
            unknown = _join(unknown, one.unknown)
        elif op == "&=":
            match = re.fullmatch(r"\s*~\s*\(?([^()]*)\)?\s*", text)
            if match:
                removed |= resolve_in(match.group(1), seen).possible
            else:
                removed |= value.certain if value else frozenset()
        elif op == "&":
            unknown = _join(unknown, (f"&{name} is passed on",))
        elif op == "...":
            unknown = _join(unknown, (f"{name} is stored to in many places",))
        else:
            unknown = _join(unknown, (f"{name} {op}",))
    if value is None:
        return None, added, unknown
    certain = frozenset() if unknown else value.certain - removed
    return Flags(certain, value.possible | added, _join(value.unknown, unknown),
                 value.literal), frozenset(), ()


def evaluate(text, assigns=None, params=(), implied=()):
    """
    The flags in the expression @text.

    @assigns: {variable: [[line, operator, right side], ...]} of the function around it
    @params: the function's parameter names
    @implied: flags that the callee sets itself
    """
    assigns = assigns or {}

    def run(expr, seen):
        def resolve(name):
            stores = assigns.get(name)
            if stores and name not in seen and len(seen) < MAX_DEPTH:
                value, added, unknown = _from_stores(name, stores, run, seen | {name})
                if value is not None and name not in params:
                    return value
                base = Flags(frozenset(), added | (value.possible if value else frozenset()),
                             unknown + (value.unknown if value else ()))
                return base.both(_unknown(f"parameter {name}" if name in params else name))
            if name in params:
                return _unknown(f"parameter {name}")
            if re.search(r"->|\.", name):
                return _unknown(f"field {name}")
            return _unknown(name)

        parser = _Parser(expr, resolve)
        try:
            value = parser.conditional()
            if parser.pos != len(parser.toks):
                raise ValueError("rest")
            return value
        except ValueError:
            return _unknown(expr.strip())
        except RecursionError:
            return _unknown("an expression too deep to read")

    value = run(text, frozenset())
    bits = frozenset(implied)
    return Flags(value.certain | bits, value.possible | bits, value.unknown, value.literal)
