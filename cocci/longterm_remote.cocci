// SPDX-License-Identifier: GPL-2.0-only
/// Find calls that take pages of another process by *_remote() with
/// FOLL_LONGTERM, or with flags that may carry it. Such a pin outlives the
/// call and holds memory that this process does not own, so every one of them
/// needs a stated reason.
///
//# A call is silent if a comment /* gup-audit: longterm-remote: REASON */
//# stands on its lines or directly above its statement; SPFLAGS="-D justified"
//# lists these calls too. Flags are followed through expressions, local
//# variables, fields that are assigned in the same file and callers in the
//# same file. A parameter that no caller in the file gives FOLL_LONGTERM is
//# not reported. Patch mode drops the claim and leaves a FIXME; it does not
//# touch flags that other calls share.
//
// Confidence: High
// Copyright: (C) 2026 gupcheck developers
// Comments: SmPL finds and edits the calls, Python follows their flags
// Options: --no-includes --include-headers --max-width 100
// Requires: 1.1.0

virtual patch
virtual context
virtual org
virtual report
virtual justified

@initialize:python@
@@
# ---- the flow of flags: the same text in foll_get_missing and longterm_remote
#
# A value is a pair: the set of combinations of GET, PIN and LONGTERM that an
# expression can have, and what made it uncertain. The text of the file is
# read, not the preprocessed code, so that every #ifdef arm counts.
import re

GET, PIN, LONGTERM = 1, 2, 4
BITS = {"FOLL_GET": GET, "FOLL_PIN": PIN, "FOLL_LONGTERM": LONGTERM}
HASH = chr(35) # the lexer of SmPL ends a line at this character, in strings too
ZERO = (frozenset([0]), frozenset())
NEVER = (frozenset(), frozenset())
TOKEN = re.compile(r'/[*].*?(?:[*]/|\Z)|/[/][^\n]*' # comments
    r'|\x22(?:\\.|[^\x22\\\n])*\x22|\x27(?:\\.|[^\x27\\\n])*\x27' # strings
    r'|^[ \t]*\x23(?:/[*].*?[*]/|\\\r?\n|[^\n])*' # directives
    r'|[A-Za-z_]\w*|\d[\w.]*|->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|\S', re.S | re.M)
WORD = re.compile(r'[A-Za-z_]\w*\Z')
SETS = ("=", "|=", "&=", "^=", "+=", "-=")
KEYWORDS = ("return", "goto", "else", "case", "sizeof", "if", "while", "for", "do", "switch", "break", "continue", "default", "typeof", "__typeof__", "__attribute__")
SAME = ("likely", "unlikely", "READ_ONCE", "WARN_ON", "WARN_ON_ONCE", "unlikely_notrace", "__force", "ACCESS_ONCE")

def join(a, b):
    return (a[0] | b[0], a[1] | b[1])

def each(op, a, b):
    return (frozenset(op(x, y) for x in a[0] for y in b[0]), a[1] | b[1])

class Source:
    """One file as tokens, with its comments and functions."""
    def __init__(self, text, arm):
        self.tok, self.at, self.comments, self.pair = [], [], [], {}
        line, last = 1, 0
        for m in TOKEN.finditer(text):
            line += text.count("\n", last, m.start())
            last = m.start()
            word = m.group()
            if word[:2] in ("/" + "*", "/" + "/"):
                self.comments.append((line, line + word.count("\n"), word))
            elif word.lstrip()[:1] != HASH or word.lstrip()[1:].strip():
                self.tok.append(word.lstrip() if word.lstrip()[:1] == HASH else word)
                self.at.append((line, m.start() - text.rfind("\n", 0, m.start()) - 1))
        self.pick_arms(arm)
        self.match_brackets()
        self.find_functions()

    def directive(self, i):
        if self.tok[i][:1] != HASH:
            return ""
        m = re.match(r'\x23\s*(\w*)', self.tok[i])
        return {"ifdef": "if", "ifndef": "if", "elif": "else"}.get(m.group(1), m.group(1))

    def pick_arms(self, arm):
        """Keep all arms of an if group whose arms are whole statements, else one."""
        groups, stack = [], []
        for i in range(len(self.tok)):
            d = self.directive(i)
            if d == "if":
                stack.append([i])
            elif stack and d in ("else", "endif"):
                stack[-1].append(i)
                if d == "endif":
                    groups.append(stack.pop())
        drop, self.arms = set(), {}
        for g in groups:
            before = g[0] - 1
            while before >= 0 and self.tok[before][:1] == HASH:
                before -= 1
            whole = before < 0 or self.tok[before] in (";", "{", "}", ":", ")", "else")
            for a, b in zip(g, g[1:]):
                words = [t for t in self.tok[a + 1:b] if t[:1] != HASH]
                level, low = 0, 0
                for t in words:
                    level += (t in ("(", "{")) - (t in (")", "}"))
                    low = min(low, level)
                if level or low or words and words[-1] not in (";", "}", ":", "else"):
                    whole = False
            if not whole:
                keep = min(arm, len(g) - 2)
                for n, (a, b) in enumerate(zip(g, g[1:])):
                    drop.update(range(a, b) if n != keep else [a])
                drop.add(g[-1])
        keep = [i for i in range(len(self.tok)) if i not in drop]
        new = dict((old, n) for n, old in enumerate(keep))
        self.tok = [self.tok[i] for i in keep]
        self.at = [self.at[i] for i in keep]
        for g in groups:
            if g[0] in new and all(i in new for i in g):
                self.arms[new[g[0]]] = [new[i] for i in g]

    def match_brackets(self):
        stack = []
        for i, t in enumerate(self.tok):
            if t in ("(", "[", "{"):
                stack.append(i)
            elif t in (")", "]", "}") and stack:
                o = stack.pop()
                self.pair[o], self.pair[i] = i, o

    def find_functions(self):
        self.funcs, self.owner, i = [], {}, 0
        while i < len(self.tok):
            if self.tok[i] == "{" and i in self.pair:
                f = self.function_at(i)
                if f:
                    self.funcs.append(f)
                i = self.pair[i]
            i += 1
        self.by_name = {}
        for f in self.funcs:
            self.by_name.setdefault(f.name, []).append(f)

    def function_at(self, brace):
        i = brace - 1
        while i > 0 and (self.tok[i] == ")" and i in self.pair or WORD.match(self.tok[i])):
            if self.tok[i] == ")":
                o = self.pair[i]
                if o and WORD.match(self.tok[o - 1]) and self.tok[o - 2] != ")" and not self.tok[o - 1].startswith("__attr"):
                    start = o - 1
                    while start > 0 and self.tok[start - 1] not in (";", "}", "{", ")") and self.tok[start - 1][:1] != HASH:
                        start -= 1
                    return Func(self, self.tok[o - 1], "static" in self.tok[start:o], o, brace)
                i = o
            i -= 1
        return None

    def split(self, a, b, sep=","):
        """Ranges of [a, b) between separators that no bracket encloses."""
        out, i, start = [], a, a
        while i < b:
            if self.tok[i] in ("(", "[", "{") and i in self.pair:
                i = self.pair[i]
            elif self.tok[i] == sep:
                out.append((start, i))
                start = i + 1
            i += 1
        return out + [(start, b)] if b > a else out

    def find(self, a, b, words):
        """First of these words in [a, b) that no bracket encloses, or -1."""
        while a < b:
            if self.tok[a] in words:
                return a
            if self.tok[a] in ("(", "[", "{") and a in self.pair:
                a = self.pair[a]
            a += 1
        return -1

    def text(self, a, b):
        return "".join(t if not WORD.match(t) else t + " " for t in self.tok[a:b]).strip()

class Func:
    def __init__(self, src, name, static, paren, brace):
        self.src, self.name, self.static, self.brace = src, name, static, brace
        self.end, self.params, self.locals, self.types = src.pair[brace], [], {}, {}
        for a, b in src.split(paren + 1, src.pair[paren]):
            words = [t for t in src.tok[a:b] if WORD.match(t)]
            self.params.append(words[-1] if words else "")
            if words:
                self.types[words[-1]] = words[:-1]
        self.runs = {}

class Flow:
    """Runs one function over the flags that its variables can hold."""
    def __init__(self, book, func, given):
        self.book, self.func, self.src, self.given = book, func, func.src, given
        self.labels, self.at_call, self.stores, self.returns = {}, {}, {}, NEVER
        self.breaks, self.continues, self.cases = [], [], []

    def run(self):
        for turn in range(3):
            before = dict(self.labels)
            self.statement(self.func.brace, {})
            if before == self.labels:
                break

    def merge(self, a, b):
        if a is None or b is None:
            return b if a is None else a
        out = {}
        for k in set(a) | set(b):
            out[k] = join(self.get(a, k), self.get(b, k))
        return out

    def get(self, st, key):
        if key in st:
            return st[key]
        if key in self.func.locals:
            return NEVER
        return self.book.incoming(self.func, key)

    def block(self, i, end, st):
        while i < end:
            n, st = self.statement(i, st)
            i = n if n > i else i + 1
        return st

    def statement(self, i, st):
        """Run the statement at token i; returns the next token and the state."""
        src, tok = self.src, self.src.tok
        t = tok[i]
        if i in src.arms:
            arms, out = src.arms[i], None
            for a, b in zip(arms, arms[1:]):
                out = self.merge(out, self.block(a + 1, b, st))
            if not any(re.match(r'\x23\s*else', tok[a]) for a in arms):
                out = self.merge(out, st)
            return arms[-1] + 1, out
        if t[:1] == HASH or t == ";":
            return i + 1, st
        if t == "{":
            end = src.pair.get(i, self.func.end)
            return end + 1, self.block(i + 1, end, st)
        if t == "if" and tok[i + 1] == "(":
            return self.branch(i, st)
        if t == "switch" and tok[i + 1] == "(":
            close = src.pair[i + 1]
            st = self.expr(i + 2, close, st)
            self.cases.append([st, False])
            self.breaks.append(None)
            n, out = self.statement(close + 1, None)
            entry, default = self.cases.pop()
            out = self.merge(out, self.breaks.pop())
            return n, out if default else self.merge(out, entry)
        if t in ("case", "default"):
            n = src.find(i, self.func.end, (":",))
            if self.cases:
                self.cases[-1][1] |= t == "default"
                st = self.merge(st, self.cases[-1][0])
            return (n if n > 0 else i) + 1, st
        if t in ("while", "for") and tok[i + 1] == "(":
            return self.loop(i + 1, st, t)
        if t == "do":
            return self.do_while(i, st)
        if t == "else":
            return self.statement(i + 1, st)
        if WORD.match(t) and tok[i + 1] == ":" and t not in KEYWORDS:
            return i + 2, self.merge(st, self.labels.get(t))
        if WORD.match(t) and tok[i + 1] == "(" and t not in KEYWORDS:
            after = tok[src.pair.get(i + 1, i) + 1]
            if after == "{" or after in KEYWORDS or WORD.match(after) and not after.startswith("__") and "each" in t:
                return self.loop(i + 1, st, "macro")
        end = src.find(i, self.func.end, (";",))
        end = self.func.end if end < 0 else end
        if t == "goto" and st is not None:
            self.labels[tok[i + 1]] = self.merge(self.labels.get(tok[i + 1]), st)
        if t == "break" and self.breaks and st is not None:
            self.breaks[-1] = self.merge(self.breaks[-1], st)
        if t == "continue" and self.continues and st is not None:
            self.continues[-1] = self.merge(self.continues[-1], st)
        if t == "return" and st is not None:
            st = self.expr(i + 1, end, st)
            if end > i + 1:
                self.returns = join(self.returns, self.value(i + 1, end, st))
        if t in ("goto", "break", "continue", "return"):
            return end + 1, None
        self.declare(i, end, st)
        return end + 1, self.expr(i, end, st)

    def declare(self, i, end, st):
        """Remember the names that a declaration introduces."""
        src, tok, j = self.src, self.src.tok, i
        words = []
        while j < end and (WORD.match(tok[j]) or tok[j] == "*"):
            words.append(tok[j])
            j += 1
        if len(words) < 2 or words[0] in KEYWORDS or words[-1] == "*" or words[1] == "*" and "=" in tok[i:j]:
            return
        if j < end and tok[j] not in ("=", ",", "[", ";", ":"):
            return
        parts = src.split(i, end)
        for n, (a, b) in enumerate(parts):
            k = src.find(a, b, ("=", "["))
            names = [t for t in tok[a:(k if k > 0 else b)] if WORD.match(t)]
            if names:
                self.func.locals[names[-1]] = (a if n == 0 else -1, len(parts))
                self.func.types[names[-1]] = words[:-1]
                if st is not None:
                    st.pop(names[-1], None)

    def branch(self, i, st):
        close = self.src.pair[i + 1]
        st = self.expr(i + 2, close, st)
        yes, no = self.refine(i + 2, close, st, True), self.refine(i + 2, close, st, False)
        n, out = self.statement(close + 1, yes)
        if n < self.func.end and self.src.tok[n] == "else":
            n, other = self.statement(n + 1, no)
            return n, self.merge(out, other)
        return n, self.merge(out, no)

    def loop(self, paren, st, kind):
        close, n = self.src.pair[paren], 0
        parts = self.src.split(paren + 1, close, ";") if kind == "for" else [(paren + 1, close)]
        if kind == "for" and len(parts) > 1:
            self.declare(parts[0][0], parts[0][1], st)
            st = self.expr(parts[0][0], parts[0][1], st)
            parts = parts[1:]
        entry, out = st, None
        for turn in range(2):
            self.breaks.append(None)
            self.continues.append(None)
            entry = self.expr(parts[0][0], parts[0][1], entry)
            yes = self.refine(parts[0][0], parts[0][1], entry, True) if kind == "while" else entry
            n, end = self.statement(close + 1, yes)
            end = self.merge(end, self.continues.pop())
            if len(parts) > 1:
                end = self.expr(parts[1][0], parts[1][1], end)
            forever = kind == "while" and self.src.text(*parts[0]) in ("1", "true")
            entry = self.merge(entry, end)
            out = self.merge(out, self.merge(None if forever else entry, self.breaks.pop()))
        return n, out

    def do_while(self, i, st):
        tok, entry, out, n = self.src.tok, st, None, i
        for turn in range(2):
            self.breaks.append(None)
            self.continues.append(None)
            n, end = self.statement(i + 1, entry)
            end = self.merge(end, self.continues.pop())
            if tok[n] == "while" and tok[n + 1] == "(":
                end = self.expr(n + 2, self.src.pair[n + 1], end)
                n = self.src.pair[n + 1] + 1
            entry = self.merge(entry, end)
            out = self.merge(end, self.breaks.pop())
        return n, out

    def key(self, i):
        """The lvalue that ends at token i as text, and its first token."""
        tok, j = self.src.tok, i
        while True:
            if tok[j] == "]" and j in self.src.pair:
                j = self.src.pair[j] - 1
                continue
            if not WORD.match(tok[j]):
                return None, i
            if tok[j - 1] not in ("->", "."):
                break
            if tok[j - 1] == "." and tok[j - 2] in ("{", ","):
                return self.src.text(j - 1, i + 1), j - 1
            j -= 2
        if tok[j - 1] == "*" and not (WORD.match(tok[j - 2]) or tok[j - 2] in (")", "]", "*")):
            return "*" + tok[j], j - 1
        return self.src.text(j, i + 1), j

    def expr(self, a, b, st):
        """Run the calls and assignments in tokens [a, b)."""
        if st is None:
            return None
        src, tok, i = self.src, self.src.tok, a
        while i < b:
            if tok[i] == "{" and tok[i - 1] == "(" and i in src.pair:
                n, st = self.statement(i, st)
                if st is None:
                    return None
                i = n
                continue
            if tok[i] in SETS:
                stop = src.find(i + 1, b, (",", ";", ")"))
                stop = b if stop < 0 else stop
                close = [c for c in range(i, stop) if tok[c] in ("}", "]") and src.pair.get(c, i) < i]
                stop = close[0] if close else stop
                st = self.expr(i + 1, stop, st)
                if st is None:
                    return None
                name, first = self.key(i - 1)
                if name:
                    new = self.value(i + 1, stop, st)
                    if tok[i] == "|=" or tok[i] == "+=":
                        new = each(lambda x, y: x | y, self.get(st, name), new)
                    elif tok[i] == "&=":
                        new = each(lambda x, y: x & y, self.get(st, name), new)
                    elif tok[i] != "=":
                        new = self.book.unknown("variable " + name)
                    st = dict(st)
                    st[name] = new
                    field = re.findall(r'\w+', name)[-1]
                    self.stores[field] = join(self.stores.get(field, NEVER), new)
                i = stop
                continue
            if WORD.match(tok[i]) and tok[i] not in KEYWORDS and i + 1 < b and tok[i + 1] == "(" and i + 1 in src.pair:
                close = src.pair[i + 1]
                st = self.expr(i + 2, close, st)
                if st is None:
                    return None
                self.at_call[i] = self.merge(self.at_call.get(i), st)
                st = self.by_pointer(i, close, st)
                i = close
            i += 1
        return st

    def by_pointer(self, call, close, st):
        """f(&flags, FOLL_X) may set FOLL_X; f(&flags) may do anything."""
        src, tok, given, targets = self.src, self.src.tok, None, []
        for n, (a, b) in enumerate(src.split(call + 2, close)):
            if tok[a] == "&" and b > a + 1:
                name, first = self.key(b - 1)
                if name and first == a + 1:
                    targets.append((n, name))
            elif any(t.startswith("FOLL_") for t in tok[a:b]):
                given = join(given or NEVER, self.value(a, b, st))
        for n, name in targets:
            st, old = dict(st), self.get(st, name)
            if given:
                st[name] = each(lambda x, y: x | y, old, given)
            elif tok[call] in src.by_name:
                st[name] = join(old, self.book.written(src, tok[call], n))
            else:
                st[name] = self.book.changed(old, "%s is changed by %s()" % (name, tok[call]))
        return st

    def refine(self, a, b, st, truth):
        """The state in which the condition [a, b) is truth."""
        src, tok = self.src, self.src.tok
        if st is None or a >= b:
            return st
        if tok[a] == "(" and src.pair.get(a) == b - 1:
            return self.refine(a + 1, b - 1, st, truth)
        if tok[a] in SAME and tok[a + 1] == "(" and src.pair.get(a + 1) == b - 1:
            return self.refine(a + 2, b - 1, st, truth)
        for op, want in (("&&", True), ("||", False)):
            parts = src.split(a, b, op)
            if len(parts) > 1:
                if truth == want:
                    for x, y in parts:
                        st = self.refine(x, y, st, truth)
                    return st
                outs = None
                for x, y in parts:
                    outs = self.merge(outs, self.refine(x, y, st, truth))
                return outs
        if tok[a] == "!":
            return self.refine(a + 1, b, st, not truth)
        if self.given and src.text(a, b) == self.given:
            return st if truth else None
        k = src.find(a, b, ("&",))
        if k > a and src.find(a, b, ("==", "!=", "?", "|", "<", ">")) < 0:
            name, first = self.key(k - 1)
            if name and first == a:
                mask = [t for t in tok[k + 1:b] if WORD.match(t)]
                bits = sum(BITS.get(t, 0) for t in set(mask))
                if bits and (not truth or all(t in BITS for t in mask)):
                    have = self.get(st, name)
                    left = frozenset(c for c in have[0] if bool(c & bits) == truth)
                    if left:
                        st = dict(st)
                        st[name] = (left, have[1])
        return st

    def value(self, a, b, st):
        """What the expression in tokens [a, b) can be."""
        src, tok = self.src, self.src.tok
        if a >= b:
            return ZERO
        t = tok[a]
        if t == "(" and a in src.pair:
            close = src.pair[a]
            if close == b - 1:
                return self.value(a + 1, b - 1, st) if tok[a + 1] != "{" else self.book.unknown("a statement expression")
            inside = tok[a + 1:close]
            if inside and all(WORD.match(w) or w == "*" for w in inside) and (WORD.match(tok[close + 1]) or tok[close + 1] in ("(", "~") or tok[close + 1][:1].isdigit()):
                return self.value(close + 1, b, st)
        parts = src.split(a, b)
        if len(parts) > 1:
            return self.value(parts[-1][0], parts[-1][1], st)
        k = src.find(a, b, SETS)
        if k > 0:
            name, first = self.key(k - 1)
            return self.get(st, name) if name else self.value(k + 1, b, st)
        k = src.find(a, b, ("?",))
        if k > 0:
            return self.choice(a, k, b, st)
        if src.find(a, b, ("||", "&&", "==", "!=", "<", ">", "<=", ">=")) >= 0 or t == "!":
            return ZERO
        for op, fn in (("|", lambda x, y: x | y), ("+", lambda x, y: x | y), ("&", lambda x, y: x & y)):
            parts = src.split(a, b, op)
            if len(parts) > 1 and parts[0][0] < parts[0][1]:
                out = self.value(parts[0][0], parts[0][1], st)
                for x, y in parts[1:]:
                    out = each(fn, out, self.value(x, y, st))
                return out
        if t == "~":
            v = self.value(a + 1, b, st)
            return (frozenset(7 & ~c for c in v[0]), v[1])
        if all(w[:1].isdigit() or w in ("<<", ">>", "-", "*") for w in tok[a:b]):
            return ZERO
        if t in SAME and tok[a + 1] == "(" and src.pair.get(a + 1) == b - 1:
            return self.value(a + 2, b - 1, st)
        if b == a + 1 and WORD.match(t):
            if t in BITS:
                return (frozenset([BITS[t]]), frozenset())
            if t.startswith("FOLL_") or t in ("true", "false", "NULL"):
                return ZERO
            if t not in st and t in src.macros:
                return self.book.macro(self, t, st)
        if WORD.match(t) and a + 1 < b and tok[a + 1] == "(" and src.pair.get(a + 1) == b - 1:
            return self.book.result(src, t)
        name, first = self.key(b - 1)
        if name and first == a:
            v = self.get(st, name)
            return v if v[0] or name not in self.func.locals else self.book.unknown("variable " + name)
        return self.book.unknown("an expression")

    def choice(self, a, k, b, st):
        tok, depth, colon = self.src.tok, 0, k + 1
        while colon < b and (depth or tok[colon] != ":"):
            depth += (tok[colon] in ("?", "(", "[")) - (tok[colon] in (":", ")", "]"))
            colon += 1
        yes, no = self.refine(a, k, st, True), self.refine(a, k, st, False)
        if k + 1 == colon:
            first = self.value(a, k, st)
        else:
            first = self.value(k + 1, colon, yes) if yes is not None else NEVER
        return join(first, self.value(colon + 1, b, no) if no is not None else NEVER)

class Book:
    """All that is known of one file; a rule says what unknown means."""
    def __init__(self, name):
        self.busy, self.memo, self.cuts = set(), {}, 0
        try:
            with open(name, "rb") as f:
                text = f.read().decode("latin-1").replace("\0", " ")
        except (IOError, OSError):
            text = ""
        self.header = name.endswith(".h")
        self.variants = [Source(text, 0), Source(text, 1)]
        for src in self.variants:
            src.macros = dict(re.findall(r'^[ \t]*\x23[ \t]*define[ \t]+(\w+)[ \t]+([^\n]*FOLL_[^\n]*)', text, re.M))

    def site(self, line, column, callee):
        """The function and the token of the call at a position."""
        for src in self.variants:
            near = [i for i, t in enumerate(src.tok) if t == callee and src.at[i][0] == line]
            near.sort(key=lambda i: abs(src.at[i][1] - column))
            for i in near:
                for f in src.funcs:
                    if f.brace < i < f.end:
                        return f, i
        return None, -1

    def plain(self, flags):
        """What an expression is that stands outside all functions."""
        src = Source("int f(void) { return %s; }" % flags, 0)
        src.macros = self.variants[0].macros
        return self.flow(src.funcs[0]).returns if src.funcs else self.unknown("an expression")

    def flow(self, func, given=""):
        if given not in func.runs:
            func.runs[given] = Flow(self, func, given)
            func.runs[given].run()
        return func.runs[given]

    def callers(self, func):
        """Values are visible only if every use of a static function is a call."""
        src, calls = func.src, []
        if not func.static or self.header:
            return None
        for i, t in enumerate(src.tok):
            if t == func.name:
                owner = [f for f in src.funcs if f.brace < i < f.end]
                if owner and src.tok[i + 1] == "(":
                    calls.append((owner[0], i))
                elif owner or src.tok[i + 1] != "(":
                    return None
            elif t[:1] == HASH and re.search(r'\b%s\b' % func.name, t):
                return None
        return calls or None

    def once(self, key, work, start):
        """Memoized; cut where it would recur, and then not kept half done."""
        if key in self.memo:
            return self.memo[key]
        if key in self.busy:
            self.cuts += 1
            return start
        before = self.cuts
        self.busy.add(key)
        out = work()
        self.busy.discard(key)
        if self.cuts == before or not self.busy:
            self.memo[key] = out
        return out

    def incoming(self, func, key):
        """What a name holds when the function is entered."""
        if key in func.params:
            return self.once((func, key), lambda: self.parameter(func, key), NEVER)
        if re.search(r'->|[.]', key):
            return self.field(func, key)
        return self.unknown("variable " + key)

    def from_callers(self, func, name):
        calls, n, out = self.callers(func), func.params.index(name), NEVER
        if calls is None:
            return None
        for owner, i in calls:
            flow = self.flow(owner)
            args = func.src.split(i + 2, func.src.pair.get(i + 1, i + 2))
            if i in flow.at_call and len(args) > n:
                out = join(out, flow.value(args[n][0], args[n][1], flow.at_call[i]))
        return out

    def result(self, src, name):
        funcs = src.by_name.get(name, [])
        if not funcs:
            return self.unknown("value of %s()" % name)
        out = NEVER
        for f in funcs:
            out = join(out, self.once((f, "return"), lambda: self.flow(f).returns, NEVER))
        return out if out[0] else self.unknown("value of %s()" % name)

    def written(self, src, name, n):
        """What a function of this file stores through its parameter n."""
        out = NEVER
        for f in src.by_name[name]:
            if n < len(f.params):
                stores = lambda: self.flow(f).stores.get(f.params[n], NEVER)
                out = join(out, self.once((f, "stores", n), stores, NEVER))
        return out

    def macro(self, flow, name, st):
        words = set(re.findall(r'FOLL_\w+', flow.src.macros[name]))
        if re.search(r'[?&~]', flow.src.macros[name]):
            return self.unknown("macro " + name)
        return (frozenset([sum(BITS.get(w, 0) for w in words)]), frozenset())
# ---- end of the flow of flags

# Functions that pass on their own flags; their callers are judged instead.
FORWARD = ("get_user_pages_remote", "pin_user_pages_remote", "get_user_page_vma_remote", "__get_user_pages_remote", "pin_longterm_pages_remote")
IMPLIED = "pin_longterm_pages_remote"
REASON = re.compile(r'gup-audit:\s*longterm-remote:\s*(.*)', re.S)
JUSTIFIED_TOO = False
books, found, fixes, variables = {}, {}, {}, {}

class Remote(Book):
    """What is not known is taken not to have FOLL_LONGTERM."""
    def unknown(self, why):
        return ZERO

    def changed(self, old, why):
        return old

    def field(self, func, key):
        name = re.findall(r'\w+', key)[-1]
        if name not in self.flag_fields(func.src) or any(k[0] == "field" for k in self.busy):
            return ZERO
        out = self.once(("field", name), lambda: self.stored(func.src, name), NEVER)
        if any(c & LONGTERM for c in out[0]):
            why = "field %s is given it in this file" % key.replace(" ", "")
            return (out[0] | ZERO[0], frozenset([why]))
        return ZERO

    def flag_fields(self, src):
        """The fields that are assigned something that may be GUP flags."""
        names = self.memo.get(src)
        if names is None:
            names = self.memo[src] = set()
            for k in range(1, len(src.tok) - 1):
                if src.tok[k + 1] in SETS and src.tok[k - 1] in (".", "->"):
                    end = src.find(k, len(src.tok), (";", ",", "}"))
                    if any(t.startswith("FOLL_") or "flags" in t for t in src.tok[k + 2:end]):
                        names.add(src.tok[k])
        return names

    def stored(self, src, name):
        """All that this file assigns to fields of this name."""
        out = ZERO
        for f in src.funcs:
            for k in range(f.brace, f.end):
                if src.tok[k] == name and src.tok[k + 1] in SETS and src.tok[k - 1] in (".", "->"):
                    flow = Flow(self, f, "")
                    flow.run()
                    out = join(out, flow.stores.get(name, NEVER))
                    break
        for k in range(1, len(src.tok) - 2):
            if src.tok[k] == name and src.tok[k - 1] == "." and src.tok[k + 1] == "=":
                end = min(e for e in (src.find(k, len(src.tok), (",", ";", "}")), len(src.tok)) if e >= 0)
                if "FOLL_LONGTERM" in src.tok[k:end]:
                    out = join(out, (frozenset([LONGTERM]), frozenset()))
        return out

    def parameter(self, func, key):
        if func.name in FORWARD:
            return ZERO
        out, n, src = ZERO, func.params.index(key), func.src
        for i, t in enumerate(src.tok):
            if t != func.name or src.tok[i + 1] != "(":
                continue
            for owner in [f for f in src.funcs if f.brace < i < f.end]:
                flow, args = self.flow(owner), src.split(i + 2, src.pair.get(i + 1, i + 2))
                if i in flow.at_call and len(args) > n:
                    v = flow.value(args[n][0], args[n][1], flow.at_call[i])
                    if any(c & LONGTERM for c in v[0]):
                        out = join(out, (v[0], frozenset(["parameter %s, given by %s()" % (key, owner.name)])))
        return out

def judge(p, pf, flags):
    """Returns whether the call at p is a finding, and remembers it."""
    name, place = p[0].file, (int(p[0].line), int(p[0].column))
    found.setdefault(name, {})
    if place in found[name]:
        return False
    if name not in books:
        books.clear()
        books[name] = Remote(name)
    callee, func, i, arg = site(books[name], place, pf)
    if arg is None:
        value = books[name].plain(flags)
    else:
        flow = books[name].flow(func)
        value = flow.value(arg[0], arg[1], flow.at_call.get(i, {}))
    have = [c for c in value[0] if c & LONGTERM]
    certain = callee == IMPLIED or have and len(have) == len(value[0])
    if not have and not certain or arg and not JUSTIFIED_TOO and has_reason(func.src, i):
        return False
    found[name][place] = (p, message(callee, certain, value[1]))
    if arg:
        plan(func, i, arg, callee, p)
    return True

def site(book, place, pf):
    """The callee, its function, its token, and the range of its flags."""
    for src in book.variants:
        if place in src.at:
            callee = src.tok[src.at.index(place)]
            func, i = book.site(place[0], place[1], callee)
            if func:
                for a, b in func.src.split(i + 2, func.src.pair[i + 1]):
                    if func.src.at[a] == (int(pf[0].line), int(pf[0].column)):
                        return callee, func, i, (a, b)
            return callee, None, -1, None
    return "pin_user_pages_remote", None, -1, None

def message(callee, certain, why):
    text = "WARNING: %s() takes pages of another process %s" % (callee, "with FOLL_LONGTERM" if certain else "possibly with FOLL_LONGTERM")
    if not certain:
        text += " (%s)" % (", ".join(sorted(why)[:3]) or "set on some paths only")
    return text + ": give the reason in a comment gup-audit: longterm-remote: REASON, or drop the claim"

def first_token(src, i):
    """The first token of the statement that token i is in."""
    while i > 0:
        t = src.tok[i - 1]
        if t in (";", "{", "}", "else", "do") or t[:1] == chr(35) or t == ":" and "?" not in src.tok[i - 9:i]:
            break
        if t == ")" and i - 1 in src.pair:
            o = src.pair[i - 1]
            if src.tok[o - 1] in ("if", "while", "for", "switch"):
                break
            i = o + 1
        i -= 1
    return i

def has_reason(src, i):
    """Is there a gup-audit comment with a reason at the statement?"""
    first, last = src.at[first_token(src, i)][0], src.at[src.pair[i + 1]][0]
    busy, above = set(line for line, column in src.at), first - 1
    for start, end, text in reversed(src.comments):
        near = start <= last and end >= first
        if end == above and start not in busy:
            near, above = True, start - 1
        words = re.sub(r'[*]/|/[*]+|/[/]|^[ \t]*[*]', ' ', text, flags=re.M)
        m = REASON.search(words)
        if near and m and re.search(r'\w', m.group(1)):
            return True
    return False

def emit(p, org):
    """Print what was found in a file, in the order of its lines."""
    for place in sorted(found.get(p[0].file, {})):
        if found[p[0].file][place]:
            where, text = found[p[0].file][place]
            if org:
                coccilib.org.print_todo(where[0], text)
            else:
                coccilib.report.print_report(where[0], text)
            found[p[0].file][place] = None

def without_longterm(text):
    """The expression without FOLL_LONGTERM, or None where that is not plain."""
    text = re.sub(r'\s*([()])\s*', r'\1', re.sub(r'\s+', ' ', text)).replace("|(", "| (").replace(")|", ") |")
    text = text.replace("(FOLL_LONGTERM)", "FOLL_LONGTERM")
    text = re.sub(r'\bFOLL_LONGTERM ?[|] ?| ?[|] ?FOLL_LONGTERM\b', '', text.strip())
    text = re.sub(r'^FOLL_LONGTERM$', '0', text)
    text = re.sub(r'([?:] ?)FOLL_LONGTERM\b', r'\g<1>0', text)
    text = re.sub(r'[(][^()?:]*[?] ?0 ?: ?0[)] ?[|] ?| ?[|] ?[(][^()?:]*[?] ?0 ?: ?0[)]', '', text)
    text = re.sub(r'^[(]?[^()?:|]*[?] ?0 ?: ?0[)]?$', '0', text)
    return None if "FOLL_LONGTERM" in text else text

def short(p):
    """The name of the file, also after spatch has moved it for its next rule."""
    return re.sub(r'.*[/]|cocci_small_output-\d+-\w+-', '', p[0].file)

def plan(func, i, arg, callee, p):
    """What patch mode does: drop the flag at the call, or in its own variable."""
    a, b = arg
    src, tok, key = func.src, func.src.tok, (p[0].file, int(p[0].line), int(p[0].column))
    if "FOLL_LONGTERM" in tok[a:b] or callee == IMPLIED:
        fixes[key] = True
    var = tok[a]
    if b == a + 1 and var in func.locals and var not in func.params:
        for n in range(func.brace, func.end):
            if tok[n] != var or a <= n < b or tok[n + 1] == "&":
                continue
            end = src.find(n, func.end, (";",))
            after = tok[n + 1]
            if after == ";" or after == ",":
                if tok[n - 1] in ("|", "=", "&", "(", ",", "return"):
                    return
                continue
            if after not in SETS:
                return
            alone = "".join(tok[n + 1:end]) == "|=FOLL_LONGTERM"
            if alone and tok[n - 1] not in (";", "{", "}"):
                return
        variables[(short(p), func.name, var)] = True
        fixes[key] = True

@initialize:python depends on justified@
@@
JUSTIFIED_TOO = True

// The forms of each function, as the API table has them. V is vmas, L locked.

@call@
expression f, K, M, S, N, FL, PG, V, L;
position p, pf;
@@
(
get_user_pages_remote@f@p(M, S, N, FL@pf, PG, L)
|
get_user_pages_remote@f@p(M, S, N, FL@pf, PG, V, L)
|
get_user_pages_remote@f@p(K, M, S, N, FL@pf, PG, V, L)
|
pin_user_pages_remote@f@p(M, S, N, FL@pf, PG, L)
|
pin_user_pages_remote@f@p(M, S, N, FL@pf, PG, V, L)
|
pin_user_pages_remote@f@p(K, M, S, N, FL@pf, PG, V, L)
|
get_user_page_vma_remote@f@p(M, S, FL@pf, V)
|
__get_user_pages_remote@f@p(M, S, N, FL@pf, PG, V, L)
|
__get_user_pages_remote@f@p(K, M, S, N, FL@pf, PG, V, L)
|
pin_longterm_pages_remote@f@p(K, M, S, N, FL@pf, PG, V, L)
)

@script:python@
p << call.p;
pf << call.pf;
FL << call.FL;
@@
if not judge(p, pf, FL):
    cocci.include_match(False)

@script:python depends on report@
p << call.p;
@@
emit(p, False)

@script:python depends on org@
p << call.p;
@@
emit(p, True)

@depends on context@
expression f;
position call.p;
@@
*f@p
 (...)

// Patch mode: first the call, then a variable that feeds nothing else.

@script:python fix depends on patch@
p << call.p;
f << call.f;
FL << call.FL;
g;
flags;
@@
key = (p[0].file, int(p[0].line), int(p[0].column))
new = without_longterm(FL) if key in fixes else None
if new:
    coccinelle.g = cocci.make_expr("pin_user_pages_remote" if f == IMPLIED else f)
    coccinelle.flags = cocci.make_expr(new)
else:
    cocci.include_match(False)

@depends on patch@
expression call.f, fix.g, call.FL, fix.flags, E;
identifier x;
type T;
statement S1, S2;
position call.p, call.pf;
@@
(
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
  E =
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...);
|
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...);
|
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
  return
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...);
|
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
  T x =
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...);
|
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
  if (<+...
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...)
  ...+>) S1 else S2
|
+ /* FIXME: may be held for long, FOLL_LONGTERM is missing: say why it is safe */
  if (<+...
- f@p
+ g
  (...,
- FL@pf
+ flags
  ,...)
  ...+>) S1
)

@alone depends on patch && call@
identifier x;
position p;
@@
x@p |= FOLL_LONGTERM;

@script:python only@
p << alone.p;
x << alone.x;
@@
if (short(p), p[0].current_element, x) not in variables:
    cocci.include_match(False)

@depends on patch@
identifier alone.x;
position alone.p;
@@
- x@p |= FOLL_LONGTERM;

@more depends on patch && call@
identifier x;
expression E;
position p;
@@
(
x@p = E
|
x@p |= E
)

@script:python less@
p << more.p;
x << more.x;
E << more.E;
flags;
@@
new = None
if (short(p), p[0].current_element, x) in variables and "FOLL_LONGTERM" in E:
    new = without_longterm(E)
if new:
    coccinelle.flags = cocci.make_expr(new)
else:
    cocci.include_match(False)

@depends on patch@
identifier more.x;
expression more.E, less.flags;
position more.p;
@@
(
x@p =
- E
+ flags
|
x@p |=
- E
+ flags
)
