// SPDX-License-Identifier: GPL-2.0-only
/// Pinned pages that are put, and pages held by a get that are unpinned.
/// What pin_user_pages*() took is released by unpin_user_page*(), what
/// get_user_pages*() took by put_page() and its relatives: a pin counts
/// GUP_PIN_COUNTING_BIAS (1024) references, so the wrong release leaks 1023
/// references or takes 1023 too many.
///
//# All facts of one file are collected and judged together, whatever the
//# order of the statements. A place that the file fills in two ways (pin here
//# and get there, alloc_page(), find_get_page(), an unknown function) is left
//# alone, and so is one on whose pages the function takes further references.
//# It is wrong when pages come into a structure in another file, or when two
//# local variables of one name and function hold pages of different origin.
//
// Confidence: High
// Copyright: (C) 2026 gupcheck developers
// Comments: -D cleanup with MODE=patch also folds loops of set_page_dirty*() and unpin_user_page()
// Options: --no-includes --include-headers
// Requires: 1.1.0

virtual patch
virtual context
virtual org
virtual report
virtual cleanup

@initialize:python@
@@

# ---- the API: argument that holds the pages, by name and argument count ----

# "array": struct page **; "array*": its address; each with its index
ACQUIRE = {
    "get_user_pages": ("get", {4: 3, 5: 3}),
    "get_user_pages_locked": ("get", {5: 3}),
    "get_user_pages_unlocked": ("get", {4: 2}),
    "get_user_pages_remote": ("get", {6: 4, 7: 4, 8: 5}),
    "get_user_pages_fast": ("get", {4: 3}),
    "get_user_pages_fast_only": ("get", {4: 3}),
    "__get_user_pages_fast": ("get", {4: 3}),
    "get_user_page_fast_only": ("get", {3: 2}),
    "iov_iter_get_pages": ("get", {5: 1, 6: 1}),
    "iov_iter_get_pages2": ("get", {5: 1}),
    "iov_iter_get_pages_alloc": ("get", {4: 1, 5: 1}),
    "iov_iter_get_pages_alloc2": ("get", {4: 1}),
    "pin_user_pages": ("pin", {4: 3, 5: 3}),
    "pin_user_pages_locked": ("pin", {5: 3}),
    "pin_user_pages_unlocked": ("pin", {4: 2}),
    "pin_user_pages_remote": ("pin", {6: 4, 7: 4, 8: 5}),
    "pin_user_pages_fast": ("pin", {4: 3}),
    "pin_user_pages_fast_only": ("pin", {4: 3}),
    "pin_longterm_pages": ("pin", {4: 3, 5: 3}),
    "pin_longterm_pages_remote": ("pin", {6: 4, 7: 4, 8: 5}),
    "iov_iter_extract_pages": ("pin", {6: 1}),
    "memfd_pin_folios": ("pin", {6: 3}),
}
# these give the address of a new array
BY_ADDRESS = ("iov_iter_get_pages_alloc", "iov_iter_get_pages_alloc2",
              "iov_iter_extract_pages")
# these return the page
RETURN = {"get_dump_page": "get", "get_user_page_vma_remote": "get"}

# kind that the release belongs to, and whether it takes an array
RELEASE = {
    "put_page": ("get", False), "folio_put": ("get", False),
    "folio_put_refs": ("get", False), "release_pages": ("get", True),
    "__free_page": ("get", False), "__free_pages": ("get", False),
    "page_cache_release": ("get", False),
    "unpin_user_page": ("pin", False), "unpin_user_pages": ("pin", True),
    "unpin_user_pages_dirty_lock": ("pin", True),
    "unpin_user_page_range_dirty_lock": ("pin", False),
    "unpin_user_folio": ("pin", False), "unpin_folio": ("pin", False),
    "unpin_folios": ("pin", True),
    "put_user_page": ("pin", False), "put_user_pages": ("pin", True),
    "put_user_pages_dirty": ("pin", True),
    "put_user_pages_dirty_lock": ("pin", True),
}

# functions that give the page or folio of what they are given
SAME_PAGE = ("page_folio", "compound_head", "nth_page", "folio_page")

# structures that hold pages of any origin: never one place across functions
CONTAINERS = ("page", "folio", "scatterlist", "sg_table", "bio", "bio_vec",
              "bvec_iter", "iov_iter", "sk_buff", "skb_frag", "pagevec",
              "folio_batch", "vm_area_struct", "vm_fault", "xdr_buf",
              "list_head", "device", "file", "inode", "kiocb", "msghdr")

# a function with one of these in its name may fill an array that it is given
FILLERS = ("get", "pin", "alloc_page", "grab", "lookup", "find", "fill",
           "populate", "extract", "import", "collect", "isolate", "migrate")

# the two ends of a pair: x = my_get_pages() ... my_put_pages(x)
PAIRS = (("get", "put"), ("alloc", "free"), ("import", "release"),
         ("grab", "drop"), ("pin", "unpin"), ("map", "unmap"))


class Facts:
    """What one file says, before anything is judged."""

    def __init__(self):
        self.acquires = {}	# position -> (fn, name, kind, place)
        self.releases = {}	# position -> (fn, name, arguments, place, p)
        self.stores = []	# (fn, left place, right text or place)
        self.extra = []		# (fn, place): further references taken
        self.passed = []	# (fn, callee, place)
        self.calls = []		# (fn, callee, [arguments])
        self.params = {}	# (fn, index) -> (name, is array)
        self.types = {}		# (fn, variable) -> structure
        self.asks = []		# functions that ask what the iterator holds
        self.returns = []	# (fn, place)
        self.loops = {}		# position -> (fn, counter, start, texts, dirties)
        self.uses = {}		# (fn, counter) -> {position: is a store}
        self.declared = {}	# (fn, counter) -> position
        self.wrong = {}		# position -> (release, what filled it)
        self.folded = []	# positions of releases whose loop goes
        self.dead = []		# positions of counters that go with it
        self.cleanup = False

facts = Facts()

def at(p):
    return (str(p[0].file), int(p[0].line), int(p[0].column))

def fn_of(p):
    """a function is known by its file and name: spatch joins files given together"""
    return (str(p[0].file), str(p[0].current_element))

# ---- expressions: Coccinelle gives them as text, one blank between tokens ----

OPEN = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

BINARY = ("*", "&", "|", "^", "<<", ">>", "/", "%", "?", ":", "==", "!=", "<", ">",
          "<=", ">=", "&&", "||", "=", "+=", "-=", ",")

def is_name(t):
    return (t[0].isalpha() or t[0] == "_") and t != "sizeof"

def closing(t, i):
    depth = 0
    while i < len(t):
        depth += OPEN.get(t[i], 0)
        if depth == 0:
            return i
        i += 1
    return len(t) - 1

def arguments(t):
    """splits the tokens between two parentheses at their commas"""
    found, depth, now = [], 0, []
    for x in t:
        depth += OPEN.get(x, 0)
        if x == "," and depth == 0:
            found.append(now)
            now = []
        else:
            now.append(x)
    return found + [now] if now else found

def bare(t):
    """drops parentheses around the whole and casts in front of it"""
    while t and t[0] == "(":
        end = closing(t, 0)
        if end == len(t) - 1:
            t = t[1:-1]
        elif "*" in t[1:end] and t[end - 1] == "*" and t[end + 1] not in "+-":
            t = t[end + 1:]
        else:
            break
    return t

def callee(t):
    """the function's name when the whole text is one call"""
    t = bare(t)
    if len(t) > 2 and is_name(t[0]) and t[1] == "(" and closing(t, 1) == len(t) - 1:
        return t[0]
    return None

def deref(place):
    if place is None:
        return None
    return place[:-1] if place[-1] == "&" else place + ("[]",)

def place_of(t):
    """tokens -> (root, step, step...): which object holds the page.

    A step is .field, [] (an element, whatever its index; also a '*') or & (an
    address). None when the text is no place that we can name."""
    t = bare(t)
    if not t:
        return None
    depth, unary = 0, True
    for i, x in enumerate(t):
        depth += OPEN.get(x, 0)
        unary = unary and x in ("*", "&")
        if depth or unary or i == 0:
            continue
        if x in ("+", "-"):
            return place_of(t[:i])
        if x in BINARY:
            return None
    if t[0] == "&":
        place = place_of(t[1:])
        if place is None:
            return None
        # &folio->page is the folio; &pages[0] is the array
        if len(place) == 2 and place[-1] == ".page":
            return place[:-1]
        return place[:-1] if place[-1] == "[]" else place + ("&",)
    if t[0] == "*":
        return deref(place_of(t[1:]))
    if t[0] == "(":
        end = closing(t, 0)
        place, i = place_of(t[1:end]), end + 1
        if place is None:
            return None
    elif not is_name(t[0]):
        return None
    elif len(t) > 1 and t[1] == "(":
        end = closing(t, 1)
        inner = arguments(t[2:end])
        if t[0] in SAME_PAGE and inner:
            place = place_of(inner[0])
        elif t[0] == "sg_page" and inner:
            place = deref(place_of(inner[0]))
            place = place and place + (".sg_page",)
        else:
            place = (" ".join(t[:end + 1]),)
        if place is None:
            return None
        i = end + 1
    else:
        place, i = (t[0],), 1
    while i < len(t):
        if t[i] in ("++", "--"):
            i += 1
        elif t[i] in ("->", ".") and i + 1 < len(t):
            if place[-1] == "&":
                place = place[:-1]
            place += ("." + t[i + 1],)
            i += 2
        elif t[i] == "[":
            place = deref(place)
            i = closing(t, i) + 1
        else:
            return None
    return place

def text_place(s):
    return place_of(str(s).split())

# ---- judging ----

class Judge:
    """Follows each release back to all that may have filled its place."""

    def __init__(self, f):
        self.f = f
        self.filled = {}	# node -> [(kind, name, fn, line)]
        self.into = {}		# node -> [node]: what is stored into it
        self.outer = {}		# node of a parameter -> [node of an argument]
        self.inner = {}		# node of an argument -> [node of a parameter]
        self.alias = {}
        self.extra = {}
        self.paired = {}
        self.named = {}		# last field -> [node]
        for fn, name, place in f.passed:
            node = self.node(fn, place)
            self.paired.setdefault(node, []).append(name)
        for pos in sorted(f.acquires):
            fn, name, kind, place = f.acquires[pos]
            if name == "iov_iter_extract_pages" and fn in f.asks:
                kind = "other"
            self.fill(self.node(fn, place), kind, name, fn, pos[1])
        for fn, left, right, pos in f.stores:
            self.store(fn, left, right, pos)
        for fn, place in f.extra:
            self.extra[self.node(fn, place)] = True
        for fn, name, place in f.passed:
            if (fn, name) not in self.known_calls() and self.fills(name):
                self.fill(self.node(fn, place), "other", name, fn, 0)
        self.aliases()
        self.parameters()

    def known_calls(self):
        names = [g for g, i in self.f.params]
        return [(fn, name) for fn, name, args in self.f.calls if (fn[0], name) in names]

    def fills(self, name):
        if name in ACQUIRE or name in RELEASE or name.startswith(("un", "put")):
            return False
        return any(word in name for word in FILLERS)

    def node(self, fn, place):
        """A field of a known structure is one place in the whole file."""
        if place is None:
            return None
        place = tuple(x for x in place if x != "&") if place[-1] != "&" else place
        kind = self.f.types.get((fn, place[0]))
        if len(place) > 1 and place[1] == "[]":
            kind = None
        if kind and kind not in CONTAINERS:
            node = ((fn[0], "struct " + kind),) + place[1:]
        else:
            node = (fn,) + place
        fields = [x for x in node[1:] if x[0] == "."]
        if fields:
            nodes = self.named.setdefault((fn[0], fields[-1]), [])
            if node not in nodes:
                nodes.append(node)
        return node

    def fill(self, node, kind, name, fn, line):
        if node:
            what = (kind, name, fn, line)
            if what not in self.filled.setdefault(node, []):
                self.filled[node].append(what)

    def edge(self, edges, to, what):
        if to and what and to != what and what not in edges.setdefault(to, []):
            edges[to].append(what)

    def store(self, fn, left, right, pos):
        t = bare(right.split())
        to = self.node(fn, left)
        if not t or to is None:
            return
        if t[0] == "(" and "NULL" in t and len(t) < 8:
            return
        name = callee(t)
        if t == ["NULL"] or t == ["0"] or name in ("ERR_PTR", "ERR_CAST"):
            return
        if name in RETURN:
            self.fill(to, RETURN[name], name, fn, pos[1])
            return
        place = place_of(t)
        if name and name not in SAME_PAGE and place and len(place) == 1:
            # a call of a function that is none of ours
            results = [self.node(g, p) for g, p in self.f.returns if g == (fn[0], name)]
            for what in results:
                self.edge(self.into, to, what)
                self.edge(self.into, to + ("[]",), what + ("[]",))
            if results:
                return
            if "alloc" in name or "__get_free_page" in name:
                if "page" in name and "pages_array" not in name:
                    self.fill(to, "other", name, fn, pos[1])
                return
            for node in (to, to + ("[]",)):
                self.fill(node, "other", name, fn, pos[1])
            return
        if place is None:
            for node in (to, to + ("[]",)):
                self.fill(node, "other", " ".join(t), fn, pos[1])
            return
        what = self.node(fn, place)
        self.edge(self.into, to, what)
        self.edge(self.into, to + ("[]",), what + ("[]",))
        self.alias.setdefault(to, []).append(what)

    def aliases(self):
        """pages = x->pages + n: what is acquired into pages is in x->pages,
        too, when pages never stands for anything else"""
        for to in self.alias:
            whats = self.alias[to]
            if all(what == whats[0] for what in whats):
                self.edge(self.into, whats[0] + ("[]",), to + ("[]",))

    def parameters(self):
        for fn, name, args in self.f.calls:
            g = (fn[0], name)
            for i, t in enumerate(args):
                if (g, i) not in self.f.params:
                    continue
                name, array = self.f.params[(g, i)]
                place = text_place(t)
                if place is None:
                    continue
                if array:
                    formal, actual = (g, name, "[]"), self.node(fn, deref(place))
                    self.edge(self.inner, actual, formal)
                else:
                    formal, actual = (g, name), self.node(fn, place)
                self.edge(self.outer, formal, actual)

    def sources(self, start):
        """Everything that may be in this place, through aliases, calls of
        functions of this file and fields of the same structure. What is only
        near (a field of that name, its structure unknown) proves nothing but
        is a reason to keep silent."""
        found, near, seen, users = [], [], [], []
        todo = [(start, True, True)]
        extra = False
        while todo:
            node, up, sure = now = todo.pop()
            if now in seen:
                continue
            seen.append(now)
            users += self.paired.get(node, [])
            extra = extra or node in self.extra
            for what in self.filled.get(node, []):
                if what not in (found if sure else near):
                    (found if sure else near).append(what)
            todo += [(n, up, sure) for n in self.into.get(node, [])]
            todo += [(n, False, sure) for n in self.inner.get(node, [])]
            if up:
                todo += [(n, True, sure) for n in self.outer.get(node, [])]
            todo += [(n, up, False) for n in self.same_field(node)]
        found = [what for what in found if not self.has_pair(what, users)]
        return found, near, extra

    def same_field(self, node):
        """Another way to write what may be this field: one path ends in the
        other, and the two do not start at fields of two known structures."""
        path = node[1:] if self.is_typed(node) else node[2:]
        fields = [x for x in path if x[0] == "."]
        near = []
        for other in self.named.get((node[0][0], fields[-1]), []) if fields else []:
            end = other[1:] if self.is_typed(other) else other[2:]
            both = min(len(path), len(end))
            if other == node or path[-both:] != end[-both:] or \
               path[-both:] == (".sg_page",):
                continue
            if len(path) == len(end) and self.is_typed(node) and self.is_typed(other):
                continue
            near.append(other)
        return near

    def is_typed(self, node):
        return node[0][1].startswith("struct ")

    def has_pair(self, what, users):
        """my_get_pages() fills it, and my_put_pages() empties it here"""
        return what[0] == "other" and any(
            a in what[1] and what[1].replace(a, b) in users for a, b in PAIRS)

    def wrong(self):
        f = self.f
        pins = any(kind == "pin" for fn, name, kind, place in f.acquires.values())
        found = {}
        for pos in sorted(f.releases):
            fn, name, args, place, p = f.releases[pos]
            node = self.node(fn, place)
            if node is None:
                continue
            kind = RELEASE[name][0]
            if name.startswith("put_user_page") and not pins:
                continue
            sources, near, extra = self.sources(node)
            kinds = set(what[0] for what in sources + near)
            if not sources or extra or len(kinds) != 1 or kinds & set(("other", kind)):
                continue
            here = [s for s in sources if s[2] == fn and s[3] <= pos[1]] or \
                   [s for s in sources if s[2] == fn] or sources
            source = max(here, key=lambda s: s[3]) if here[0][2] == fn else here[0]
            found[pos] = (name, source)
        return found

def needed(name, source):
    """the release that the pages need, in place of this one"""
    if source[1] == "memfd_pin_folios":
        return "unpin_folios()" if RELEASE[name][1] else "unpin_folio()"
    if source[0] == "pin":
        return "unpin_user_pages()" if RELEASE[name][1] else "unpin_user_page()"
    if name in ("unpin_folio", "unpin_user_folio"):
        return "folio_put()"
    return "release_pages()" if RELEASE[name][1] else "put_page()"

def message(name, source):
    verb = "pinned" if source[0] == "pin" else "got"
    return "ERROR: pages %s by %s() on line %d are released by %s() and need %s" % (
        verb, source[1], source[3], name, needed(name, source))

# ---- patch mode: loops that become one call ----

def simple(text, counter, call_too):
    """may the text be evaluated once, in place of once a page?"""
    t = text.split()
    never = ["++", "--", "=", counter] + ([] if call_too else ["(", "["])
    return not any(x in t for x in never)

def fold():
    groups = {}
    for pos in sorted(facts.loops):
        fn, counter, start, texts, dirties = facts.loops[pos]
        if pos in facts.wrong:
            good = facts.wrong[pos][1][0] == "pin" and not memfd(pos)
        else:
            good = facts.cleanup and dirties and facts.releases[pos][1] == "unpin_user_page"
        good = good and simple(texts[0], counter, True)
        if good and all(simple(x, counter, False) for x in texts[1:]):
            groups.setdefault((fn, counter), []).append((start, pos))
    for key in groups:
        uses = facts.uses.get(key, {})
        ours = [u for u in uses for start, pos in groups[key]
                if start <= u and u[1] <= pos[1]]
        rest = sorted(u for u in uses if u not in ours)
        if not rest and key not in facts.declared:
            continue
        for start, pos in groups[key]:
            after = [u for u in rest if u > pos]
            if not after or uses[after[0]]:
                facts.folded.append(pos)
        if not rest:
            facts.dead.append(facts.declared[key])

def memfd(pos):
    return facts.wrong[pos][1][1] == "memfd_pin_folios"

def is_wrong(p):
    """for the rules that mark or change a place"""
    return at(p) in facts.wrong

def is_renamed(p):
    return is_wrong(p) and at(p) not in facts.folded and not memfd(at(p))

def is_memfd(p):
    return is_wrong(p) and memfd(at(p))

def is_folded(p):
    return at(p) in facts.folded

def is_dead(p):
    return at(p) in facts.dead

// ---- the gate: nothing below is tried on a file that acquires no pages ----

@gate@
@@
(
get_user_pages(...)
|
get_user_pages_locked(...)
|
get_user_pages_unlocked(...)
|
get_user_pages_remote(...)
|
get_user_pages_fast(...)
|
get_user_pages_fast_only(...)
|
__get_user_pages_fast(...)
|
get_user_page_fast_only(...)
|
get_user_page_vma_remote(...)
|
get_dump_page(...)
|
iov_iter_get_pages(...)
|
iov_iter_get_pages2(...)
|
iov_iter_get_pages_alloc(...)
|
iov_iter_get_pages_alloc2(...)
|
pin_user_pages(...)
|
pin_user_pages_locked(...)
|
pin_user_pages_unlocked(...)
|
pin_user_pages_remote(...)
|
pin_user_pages_fast(...)
|
pin_user_pages_fast_only(...)
|
pin_longterm_pages(...)
|
pin_longterm_pages_remote(...)
|
iov_iter_extract_pages(...)
|
memfd_pin_folios(...)
)

@script:python depends on gate@
@@
facts = Facts()

// ---- facts ----

@acq depends on gate@
identifier f = {get_user_pages, get_user_pages_locked, get_user_pages_unlocked,
	get_user_pages_remote, get_user_pages_fast, get_user_pages_fast_only,
	__get_user_pages_fast, get_user_page_fast_only, iov_iter_get_pages,
	iov_iter_get_pages2, iov_iter_get_pages_alloc, iov_iter_get_pages_alloc2,
	pin_user_pages, pin_user_pages_locked, pin_user_pages_unlocked,
	pin_user_pages_remote, pin_user_pages_fast, pin_user_pages_fast_only,
	pin_longterm_pages, pin_longterm_pages_remote, iov_iter_extract_pages,
	memfd_pin_folios};
expression list es;
position p;
@@
f@p(es)

@script:python@
f << acq.f;
es << acq.es;
p << acq.p;
@@
args = [str(e) for e in es.elements]
kind, form = ACQUIRE[f]
if len(args) in form and args[form[len(args)]] != "NULL":
    place = deref(text_place(args[form[len(args)]]))
    if f in BY_ADDRESS:
        place = deref(place)
    facts.acquires[at(p)] = (fn_of(p), f, kind, place)

@rel depends on gate@
identifier f = {put_page, folio_put, folio_put_refs, release_pages, __free_page,
	__free_pages, page_cache_release,
	unpin_user_page, unpin_user_pages, unpin_user_pages_dirty_lock,
	unpin_user_page_range_dirty_lock, unpin_user_folio, unpin_folio,
	unpin_folios, put_user_page, put_user_pages, put_user_pages_dirty,
	put_user_pages_dirty_lock};
expression list es;
position p;
@@
f@p(es)

@script:python@
f << rel.f;
es << rel.es;
p << rel.p;
@@
args = [str(e) for e in es.elements]
place = text_place(args[0])
if RELEASE[f][1]:
    place = deref(place)
facts.releases[at(p)] = (fn_of(p), f, args, place, p)

// the structures whose fields are named in what we look at

@relt depends on rel@
identifier f = {put_page, folio_put, folio_put_refs, release_pages, __free_page,
	__free_pages, page_cache_release,
	unpin_user_page, unpin_user_pages, unpin_user_pages_dirty_lock,
	unpin_user_page_range_dirty_lock, unpin_user_folio, unpin_folio,
	unpin_folios, put_user_page, put_user_pages, put_user_pages_dirty,
	put_user_pages_dirty_lock};
identifier S, m;
position p;
struct S *x;
@@
f@p(<+...x->m...+>, ...)

@script:python@
S << relt.S;
x << relt.x;
p << relt.p;
@@
facts.types[(fn_of(p), str(x))] = S

@acqt depends on gate@
identifier f = {get_user_pages, get_user_pages_locked, get_user_pages_unlocked,
	get_user_pages_remote, get_user_pages_fast, get_user_pages_fast_only,
	__get_user_pages_fast, get_user_page_fast_only, iov_iter_get_pages,
	iov_iter_get_pages2, iov_iter_get_pages_alloc, iov_iter_get_pages_alloc2,
	pin_user_pages, pin_user_pages_locked, pin_user_pages_unlocked,
	pin_user_pages_remote, pin_user_pages_fast, pin_user_pages_fast_only,
	pin_longterm_pages, pin_longterm_pages_remote, iov_iter_extract_pages,
	memfd_pin_folios};
identifier S, m;
position p;
struct S *x;
@@
f@p(..., <+...x->m...+>, ...)

@script:python@
S << acqt.S;
x << acqt.x;
p << acqt.p;
@@
facts.types[(fn_of(p), str(x))] = S

// what is stored where: pages, arrays of pages, folios

@pg depends on gate@
struct page *x;
expression e;
position p;
@@
x@p = e

@script:python@
x << pg.x;
e << pg.e;
p << pg.p;
@@
facts.stores.append((fn_of(p), text_place(x), e, at(p)))

@pg_out depends on gate@
struct page *x;
expression e;
position p;
@@
e@p = x

@script:python@
x << pg_out.x;
e << pg_out.e;
p << pg_out.p;
@@
facts.stores.append((fn_of(p), text_place(e), x, at(p)))

@pgs depends on gate@
struct page **x;
expression e;
position p;
@@
x@p = e

@script:python@
x << pgs.x;
e << pgs.e;
p << pgs.p;
@@
facts.stores.append((fn_of(p), text_place(x), e, at(p)))

@pgs_out depends on gate@
struct page **x;
expression e;
position p;
@@
e@p = x

@script:python@
x << pgs_out.x;
e << pgs_out.e;
p << pgs_out.p;
@@
facts.stores.append((fn_of(p), text_place(e), x, at(p)))

@fo depends on gate@
struct folio *x;
expression e;
position p;
@@
x@p = e

@script:python@
x << fo.x;
e << fo.e;
p << fo.p;
@@
facts.stores.append((fn_of(p), text_place(x), e, at(p)))

@fo_out depends on gate@
struct folio *x;
expression e;
position p;
@@
e@p = x

@script:python@
x << fo_out.x;
e << fo_out.e;
p << fo_out.p;
@@
facts.stores.append((fn_of(p), text_place(e), x, at(p)))

@fos depends on gate@
struct folio **x;
expression e;
position p;
@@
x@p = e

@script:python@
x << fos.x;
e << fos.e;
p << fos.p;
@@
facts.stores.append((fn_of(p), text_place(x), e, at(p)))

@fos_out depends on gate@
struct folio **x;
expression e;
position p;
@@
e@p = x

@script:python@
x << fos_out.x;
e << fos_out.e;
p << fos_out.p;
@@
facts.stores.append((fn_of(p), text_place(e), x, at(p)))

@into depends on gate@
expression x, e;
identifier m;
position p;
@@
(
x->m@p = e
|
x.m@p = e
)

@script:python@
x << into.x;
m << into.m;
e << into.e;
p << into.p;
@@
place = text_place("( " + x + " ) -> " + m)
if place:
    facts.stores.append((fn_of(p), place, e, at(p)))

@elem depends on gate@
expression x, e;
identifier m;
position p;
@@
(
x->m[...]@p = e
|
x.m[...]@p = e
)

@script:python@
x << elem.x;
m << elem.m;
e << elem.e;
p << elem.p;
@@
place = text_place("( " + x + " ) -> " + m + " [ 0 ]")
if place:
    facts.stores.append((fn_of(p), place, e, at(p)))

@intot depends on gate@
identifier S, m, k;
struct S *x;
expression e;
position p;
@@
(
x@p->m = e
|
x@p->m[...] = e
|
x@p->m.k = e
|
x@p->m.k[...] = e
|
x@p->m[...].k = e
|
x@p->m->k = e
|
x@p->m->k[...] = e
)

@script:python@
S << intot.S;
x << intot.x;
p << intot.p;
@@
facts.types[(fn_of(p), str(x))] = S

// the fields and arrays that pages live in, handed to other functions

@where depends on gate@
identifier f = {get_user_pages, get_user_pages_locked, get_user_pages_unlocked,
	get_user_pages_remote, get_user_pages_fast, get_user_pages_fast_only,
	__get_user_pages_fast, get_user_page_fast_only, iov_iter_get_pages,
	iov_iter_get_pages2, iov_iter_get_pages_alloc, iov_iter_get_pages_alloc2,
	pin_user_pages, pin_user_pages_locked, pin_user_pages_unlocked,
	pin_user_pages_remote, pin_user_pages_fast, pin_user_pages_fast_only,
	pin_longterm_pages, pin_longterm_pages_remote, iov_iter_extract_pages,
	memfd_pin_folios,
	put_page, folio_put, folio_put_refs, release_pages, __free_page,
	__free_pages, page_cache_release,
	unpin_user_page, unpin_user_pages, unpin_user_pages_dirty_lock,
	unpin_user_page_range_dirty_lock, unpin_user_folio, unpin_folio,
	unpin_folios, put_user_page, put_user_pages, put_user_pages_dirty,
	put_user_pages_dirty_lock};
identifier m;
expression x;
@@
(
f(..., <+...x->m...+>, ...)
|
f(..., <+...x.m...+>, ...)
)

@passf depends on where@
identifier g, where.m;
expression x;
position p;
@@
(
g@p(..., x->m, ...)
|
g@p(..., x.m, ...)
)

@script:python@
g << passf.g;
x << passf.x;
m << where.m;
p << passf.p;
@@
facts.passed.append((fn_of(p), g, deref(text_place("( " + x + " ) -> " + m))))

@passa depends on gate@
identifier g;
struct page **x;
position p;
@@
g@p(..., x, ...)

@script:python@
g << passa.g;
x << passa.x;
p << passa.p;
@@
facts.passed.append((fn_of(p), g, deref(text_place(x))))

// a page whose address is handed out comes back as another

@addr depends on gate@
identifier g;
struct page *x;
position p;
@@
g@p(..., &x, ...)

@script:python@
g << addr.g;
x << addr.x;
p << addr.p;
@@
if g not in ACQUIRE and g not in RELEASE and is_name(x) and "sg_" not in g:
    facts.stores.append((fn_of(p), text_place(x), g + " ( )", at(p)))

@walk depends on gate@
iterator I;
struct page *x;
statement s;
position p;
@@
I@p(..., x, ...) s

@script:python@
x << walk.x;
p << walk.p;
@@
facts.stores.append((fn_of(p), text_place(x), "iterator ( )", at(p)))

@sg depends on gate@
expression l, e;
position p;
@@
\(sg_set_page@p\|sg_assign_page@p\)(l, e, ...)

@script:python@
l << sg.l;
e << sg.e;
p << sg.p;
@@
place = deref(text_place(l))
if place:
    facts.stores.append((fn_of(p), place + (".sg_page",), e, at(p)))

@sgt depends on gate@
identifier S, m;
struct S *x;
position p;
@@
\(sg_set_page@p\|sg_assign_page@p\)(<+...x->m...+>, ...)

@script:python@
S << sgt.S;
x << sgt.x;
p << sgt.p;
@@
facts.types[(fn_of(p), str(x))] = S

// further references, and questions to the iterator

@more depends on gate@
identifier f = {get_page, try_get_page, get_page_unless_zero, folio_get,
	folio_try_get, folio_get_nontail_page, page_ref_inc, page_ref_add,
	folio_ref_inc, folio_ref_add, folio_add_pin, folio_add_pins,
	try_grab_page, try_grab_folio, try_get_compound_head};
expression e;
position p;
@@
f@p(e, ...)

@script:python@
e << more.e;
p << more.p;
@@
facts.extra.append((fn_of(p), text_place(e)))

@ask depends on gate@
identifier f = {iov_iter_extract_will_pin, user_backed_iter, iter_is_iovec,
	iter_is_ubuf, iov_iter_is_kvec, iov_iter_is_bvec, iov_iter_is_xarray,
	iov_iter_is_folioq, iov_iter_type};
position p;
@@
f@p(...)

@script:python@
p << ask.p;
@@
facts.asks.append(fn_of(p))

// functions of this file that take pages, and their callers

@taker depends on gate@
identifier g, x;
parameter list[n] ps1;
parameter list ps2;
position p;
@@
g@p(ps1, struct page **x, ps2) { ... when any
}

@script:python@
g << taker.g;
x << taker.x;
n << taker.n;
p << taker.p;
@@
facts.params[((str(p[0].file), g), int(n))] = (x, True)

@calls@
identifier taker.g;
expression list es;
position p;
@@
g@p(es)

@script:python@
g << taker.g;
es << calls.es;
p << calls.p;
@@
facts.calls.append((fn_of(p), g, [str(e) for e in es.elements]))

@takea depends on gate@
identifier g, x;
parameter list[n] ps1;
parameter list ps2;
position p;
@@
g@p(ps1, struct page *x[], ps2) { ... when any
}

@script:python@
g << takea.g;
x << takea.x;
n << takea.n;
p << takea.p;
@@
facts.params[((str(p[0].file), g), int(n))] = (x, True)

@calla@
identifier takea.g;
expression list es;
position p;
@@
g@p(es)

@script:python@
g << takea.g;
es << calla.es;
p << calla.p;
@@
facts.calls.append((fn_of(p), g, [str(e) for e in es.elements]))

@take1 depends on gate@
identifier g, x;
parameter list[n] ps1;
parameter list ps2;
position p;
@@
g@p(ps1, struct page *x, ps2) { ... when any
}

@script:python@
g << take1.g;
x << take1.x;
n << take1.n;
p << take1.p;
@@
facts.params[((str(p[0].file), g), int(n))] = (x, False)

@call1@
identifier take1.g;
expression list es;
position p;
@@
g@p(es)

@script:python@
g << take1.g;
es << call1.es;
p << call1.p;
@@
facts.calls.append((fn_of(p), g, [str(e) for e in es.elements]))

@ret depends on gate@
struct page *x;
position p;
@@
return@p x;

@script:python@
x << ret.x;
p << ret.p;
@@
facts.returns.append((fn_of(p), text_place(x)))

@rets depends on gate@
struct page **x;
position p;
@@
return@p x;

@script:python@
x << rets.x;
p << rets.p;
@@
facts.returns.append((fn_of(p), text_place(x)))

// ---- loops that release every page of an array, for patch mode ----

@plain depends on patch && gate@
identifier i;
expression a, n;
position p, l;
@@
for@l (i = 0; i < n; \(i++\|++i\))
	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);

@script:python@
i << plain.i;
a << plain.a;
n << plain.n;
l << plain.l;
p << plain.p;
@@
facts.loops[at(p)] = (fn_of(p), i, at(l), [a, n], False)

@dirty depends on patch && gate@
identifier i;
expression a, n;
position p, l;
@@
for@l (i = 0; i < n; \(i++\|++i\)) {
	\(SetPageDirty\|set_page_dirty\|set_page_dirty_lock\)(a[i]);
	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);
}

@script:python@
i << dirty.i;
a << dirty.a;
n << dirty.n;
l << dirty.l;
p << dirty.p;
@@
facts.loops[at(p)] = (fn_of(p), i, at(l), [a, n], True)

@dirtyif depends on patch && gate@
identifier i;
expression a, n, c;
position p, l;
@@
for@l (i = 0; i < n; \(i++\|++i\)) {
	if (c)
		\(SetPageDirty\|set_page_dirty\|set_page_dirty_lock\)(a[i]);
	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);
}

@script:python@
i << dirtyif.i;
a << dirtyif.a;
n << dirtyif.n;
c << dirtyif.c;
l << dirtyif.l;
p << dirtyif.p;
@@
facts.loops[at(p)] = (fn_of(p), i, at(l), [a, n, c], True)

// how else the counter is used decides whether it is still needed

@counter depends on plain || dirty || dirtyif@
type T;
identifier i;
position p;
@@
T i@p;

@script:python@
i << counter.i;
p << counter.p;
@@
if (fn_of(p), i) in [loop[:2] for loop in facts.loops.values()]:
    facts.declared[(fn_of(p), i)] = at(p)

@use depends on plain || dirty || dirtyif@
idexpression i;
position p;
@@
i@p

@script:python@
i << use.i;
p << use.p;
@@
if (fn_of(p), i) in [loop[:2] for loop in facts.loops.values()]:
    facts.uses.setdefault((fn_of(p), i), {})[at(p)] = False

@set depends on use@
idexpression i;
expression e;
position p;
@@
i@p = e

@script:python@
i << set.i;
p << set.p;
@@
if (fn_of(p), i) in [loop[:2] for loop in facts.loops.values()]:
    facts.uses.setdefault((fn_of(p), i), {})[at(p)] = True

@script:python depends on patch && cleanup && gate@
@@
facts.cleanup = True

// ---- the verdict ----

@script:python judged depends on gate@
@@
found = Judge(facts).wrong()
for pos in found:
    facts.wrong[pos] = found[pos]
fold()

@script:python depends on report && gate@
@@
for pos in sorted(facts.wrong):
    coccilib.report.print_report(facts.releases[pos][4][0], message(*facts.wrong[pos]))

@script:python depends on org && gate@
@@
for pos in sorted(facts.wrong):
    coccilib.org.print_todo(facts.releases[pos][4][0], message(*facts.wrong[pos]))

@depends on context && gate@
identifier rel.f;
position p : script:python() { is_wrong(p) };
@@
* f@p(...)

// ---- patch mode: one rule, as positions do not outlive a change ----

@depends on patch && gate@
symbol true, false;
identifier i;
expression a, n, c, e;
type T;
position p : script:python() { is_folded(p) };
position d : script:python() { is_dead(d) };
position r : script:python() { is_renamed(r) };
position m : script:python() { is_memfd(m) };
@@
(
- T i@d;
|
- for (i = 0; i < n; \(i++\|++i\))
-	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);
+ unpin_user_pages(a, n);
|
- for (i = 0; i < n; \(i++\|++i\)) {
-	\(SetPageDirty\|set_page_dirty\|set_page_dirty_lock\)(a[i]);
-	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);
- }
+ unpin_user_pages_dirty_lock(a, n, true);
|
- for (i = 0; i < n; \(i++\|++i\)) {
-	if (c)
-		\(SetPageDirty\|set_page_dirty\|set_page_dirty_lock\)(a[i]);
-	\(put_page@p\|__free_page@p\|unpin_user_page@p\)(a[i]);
- }
+ unpin_user_pages_dirty_lock(a, n, c);
|
- folio_put@r(page_folio(e));
+ unpin_user_page(e);
|
- folio_put@r(e);
+ unpin_user_page(&e->page);
|
- folio_put@m
+ unpin_folio
  (e);
|
- release_pages@m
+ unpin_folios
  (e, n);
|
- put_page@r
+ unpin_user_page
  (e);
|
- __free_page@r
+ unpin_user_page
  (e);
|
- page_cache_release@r
+ unpin_user_page
  (e);
|
- __free_pages@r(e, 0);
+ unpin_user_page(e);
|
- release_pages@r
+ unpin_user_pages
  (e, n);
|
- unpin_user_page@r
+ put_page
  (e);
|
- unpin_user_pages@r
+ release_pages
  (e, n);
|
- unpin_user_pages_dirty_lock@r(e, n, false);
+ release_pages(e, n);
|
- unpin_folio@r
+ folio_put
  (e);
|
- unpin_user_folio@r(e, 1);
+ folio_put(e);
|
- put_user_page@r
+ put_page
  (e);
|
- put_user_pages@r
+ release_pages
  (e, n);
)
