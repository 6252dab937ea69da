// SPDX-License-Identifier: GPL-2.0-only
#include "functions.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NESTED_IF 64
#define MAX_NESTED_BRACKETS 256

/* A file-scope "name (" that may turn out to be a function's declarator. */
struct declarator {
	size_t name, open;
	bool typed;		/* a type stands before the name */
	bool is_static;
};

struct scan_state {
	int brace, paren;
	bool in_function;
	size_t function;	/* index of the open region */
	struct declarator best;
	bool have_best;
	bool is_static;		/* "static" seen since the last declaration ended */
	size_t prev;		/* last token outside of directives, or SIZE_MAX */
};

struct scanner {
	const struct token_list *t;
	struct region_list *out;
	struct scan_state s;
	struct scan_state before_if[MAX_NESTED_IF];
	int if_depth;
	bool failed;
};

void region_list_free(struct region_list *list)
{
	free(list->r);
	memset(list, 0, sizeof(*list));
}

size_t closing(const struct token_list *toks, size_t open)
{
	char stack[MAX_NESTED_BRACKETS];
	int depth = 0;

	for (size_t i = open; i < toks->nr; i++) {
		const struct token *t = &toks->tok[i];

		if (t->kind == TOK_DIR_END && depth == 0)
			break;
		if (t->kind != TOK_PUNCT || t->len != 1)
			continue;
		if (strchr("([{", t->text[0])) {
			if (depth < MAX_NESTED_BRACKETS)
				stack[depth] = t->text[0];
			depth++;
		} else if (strchr(")]}", t->text[0])) {
			if (--depth == 0)
				return i;
		} else if (t->text[0] == ';' && depth > 0 && depth <= MAX_NESTED_BRACKETS &&
			   stack[depth - 1] == '(') {
			/* two arms of an #if opened it, and one closed it */
			break;
		}
	}
	return toks->nr;
}

static struct region *add_region(struct scanner *sc)
{
	struct region_list *l = sc->out;

	if (l->nr == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct region *r = realloc(l->r, cap * sizeof(*r));

		if (!r) {
			sc->failed = true;
			return NULL;
		}
		l->r = r;
		l->cap = cap;
	}
	memset(&l->r[l->nr], 0, sizeof(l->r[0]));
	return &l->r[l->nr++];
}

static void forget_declaration(struct scan_state *s)
{
	s->have_best = false;
	s->is_static = false;
}

/*
 * "static __printf(1, 2) int f(char *s) __must_hold(&l)" holds three names
 * before a parenthesis; the declarator is the last one with a type before it.
 */
static void consider_declarator(struct scanner *sc, size_t open)
{
	struct scan_state *s = &sc->s;
	const struct token *name;
	bool typed = false;

	if (s->prev == SIZE_MAX || sc->t->tok[s->prev].kind != TOK_IDENT)
		return;
	name = &sc->t->tok[s->prev];
	if (tok_is(name, "__attribute__") || tok_is(name, "__declspec"))
		return;
	if (s->prev > 0) {
		const struct token *before = &sc->t->tok[s->prev - 1];

		typed = before->kind == TOK_IDENT || tok_is(before, "*");
	}
	if (s->have_best && s->best.typed && !typed)
		return;
	if (s->have_best && !s->best.typed && !typed)
		return;
	s->best = (struct declarator){
		.name = s->prev, .open = open, .typed = typed, .is_static = s->is_static,
	};
	s->have_best = true;
}

static void open_function(struct scanner *sc, size_t brace)
{
	struct scan_state *s = &sc->s;
	struct region *r = add_region(sc);
	const struct token *arg;

	if (!r)
		return;
	r->kind = REGION_FUNCTION;
	r->name = s->best.name;
	r->params = s->best.open;
	r->begin = brace + 1;
	r->end = sc->t->nr;
	r->is_static = s->best.is_static;
	arg = s->best.open + 1 < sc->t->nr ? &sc->t->tok[s->best.open + 1] : NULL;
	if (!s->best.typed && arg && arg->kind == TOK_IDENT)
		r->name_arg = s->best.open + 1;
	s->in_function = true;
	s->function = sc->out->nr - 1;
}

static void close_function(struct scanner *sc, size_t brace)
{
	struct scan_state *s = &sc->s;

	if (s->in_function)
		sc->out->r[s->function].end = brace;
	s->in_function = false;
	s->brace = 0;
	s->paren = 0;
	forget_declaration(s);
}

static void brace_open(struct scanner *sc, size_t i)
{
	struct scan_state *s = &sc->s;
	const struct token *prev = s->prev == SIZE_MAX ? NULL : &sc->t->tok[s->prev];
	bool initialiser = prev && tok_is(prev, "=");

	if (prev && prev->kind == TOK_STRING && s->brace == 0)
		return;		/* extern "C" {: what is inside is at file scope */
	if (s->brace == 0 && s->paren == 0 && s->have_best && !initialiser)
		open_function(sc, i);
	s->brace++;
}

static void brace_close(struct scanner *sc, size_t i)
{
	struct scan_state *s = &sc->s;

	const struct token *next = i + 1 < sc->t->nr ? &sc->t->tok[i + 1] : NULL;
	bool initialiser = s->brace > 1 && next && tok_is(next, ";");

	if (sc->t->tok[i].col == 1 && !initialiser) {
		close_function(sc, i);
		return;
	}
	if (s->brace > 0 && --s->brace == 0) {
		if (s->in_function)
			close_function(sc, i);
		else if (s->paren == 0)
			s->have_best = false;
	}
}

static void punct(struct scanner *sc, size_t i)
{
	struct scan_state *s = &sc->s;
	const struct token *t = &sc->t->tok[i];

	if (t->len != 1)
		return;
	switch (t->text[0]) {
	case '{':
		brace_open(sc, i);
		break;
	case '}':
		brace_close(sc, i);
		break;
	case '(':
		if (s->brace == 0 && s->paren == 0)
			consider_declarator(sc, i);
		s->paren++;
		break;
	case ')':
		if (s->paren > 0)
			s->paren--;
		break;
	case ';':
		/*
		 * A K&R definition has declarations between its declarator and
		 * its body: keep the declarator while the next tokens may be such.
		 */
		if (s->brace == 0 && s->paren == 0) {
			bool prototype = s->prev != SIZE_MAX && tok_is(&sc->t->tok[s->prev], ")");

			if (prototype || !s->have_best)
				forget_declaration(s);
		}
		break;
	default:
		break;
	}
}

/* A macro's body is a region of its own. Returns the index of the directive's end. */
static size_t macro(struct scanner *sc, size_t name, size_t end)
{
	const struct token_list *t = sc->t;
	struct region *r;
	size_t body = name + 1;

	if (name >= end || t->tok[name].kind != TOK_IDENT)
		return end;
	r = add_region(sc);
	if (!r)
		return end;
	r->kind = REGION_MACRO;
	r->name = name;
	if (body < end && tok_is(&t->tok[body], "(") && !t->tok[body].space_before) {
		r->params = body;
		while (body < end && !tok_is(&t->tok[body], ")"))
			body++;
		body++;
	}
	r->begin = body < end ? body : end;
	r->end = end;
	return end;
}

/*
 * Each arm of an #if starts from the state before the #if: arms are
 * alternatives, not a sequence. What follows sees the last arm's state.
 */
static void conditional(struct scanner *sc, const struct token *word)
{
	if (tok_is(word, "if") || tok_is(word, "ifdef") || tok_is(word, "ifndef")) {
		if (sc->if_depth < MAX_NESTED_IF)
			sc->before_if[sc->if_depth] = sc->s;
		sc->if_depth++;
	} else if (tok_is(word, "else") || tok_is(word, "elif")) {
		if (sc->if_depth > 0 && sc->if_depth <= MAX_NESTED_IF) {
			/* a function that this arm began and closed keeps its end */
			sc->s = sc->before_if[sc->if_depth - 1];
		}
	} else if (tok_is(word, "endif")) {
		if (sc->if_depth > 0)
			sc->if_depth--;
	}
}

static size_t directive(struct scanner *sc, size_t hash)
{
	const struct token_list *t = sc->t;
	size_t end = hash + 1;

	while (end < t->nr && t->tok[end].kind != TOK_DIR_END)
		end++;
	if (hash + 1 < end && t->tok[hash + 1].kind == TOK_IDENT) {
		if (tok_is(&t->tok[hash + 1], "define"))
			return macro(sc, hash + 2, end);
		conditional(sc, &t->tok[hash + 1]);
	}
	return end;
}

int find_regions(const struct token_list *toks, struct region_list *out)
{
	struct scanner sc = { .t = toks, .out = out };

	memset(out, 0, sizeof(*out));
	sc.s.prev = SIZE_MAX;
	for (size_t i = 0; i < toks->nr && !sc.failed; i++) {
		const struct token *t = &toks->tok[i];

		if (t->kind == TOK_DIRECTIVE) {
			i = directive(&sc, i);
			continue;
		}
		if (t->kind == TOK_PUNCT)
			punct(&sc, i);
		else if (t->kind == TOK_IDENT && sc.s.brace == 0 && tok_is(t, "static"))
			sc.s.is_static = true;
		sc.s.prev = i;
	}
	if (sc.failed) {
		region_list_free(out);
		return -1;
	}
	return 0;
}
