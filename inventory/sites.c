// SPDX-License-Identifier: GPL-2.0-only
#include "sites.h"

#include <string.h>

#include "functions.h"

#define MAX_ARGS 16
#define MAX_STORES 64

struct span {
	size_t begin, end;	/* tokens [begin, end) */
};

struct site_writer {
	const char *path;
	const struct token_list *t;
	const struct region_list *regions;
	const struct names *names;
	FILE *out;
	long nr;
};

static size_t utf8_len(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf5 ? 4 : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void json_bytes(FILE *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)s[i];
		size_t n = utf8_len((const unsigned char *)s + i, len - i);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		else if (n)
			fwrite(s + i, 1, n, out);
		else
			fprintf(out, "\\udc%02x", c);
		i += n ? n : 1;
	}
}

void json_string(FILE *out, const char *s, size_t len)
{
	fputc('"', out);
	json_bytes(out, s, len);
	fputc('"', out);
}

static void json_token(FILE *out, const struct token *t)
{
	json_string(out, t->text, t->len);
}

/* The tokens of @s as written, each run of white space and comments as one space. */
static void json_span(FILE *out, const struct token_list *t, struct span s)
{
	bool first = true;

	fputc('"', out);
	for (size_t i = s.begin; i < s.end; i++) {
		if (t->tok[i].kind == TOK_DIRECTIVE) {
			/* an #ifdef between two arguments: not part of either */
			while (i < s.end && t->tok[i].kind != TOK_DIR_END)
				i++;
			continue;
		}
		if (!first && t->tok[i].space_before)
			fputc(' ', out);
		json_bytes(out, t->tok[i].text, t->tok[i].len);
		first = false;
	}
	fputc('"', out);
}

static size_t split_args(const struct token_list *t, size_t open, size_t close, struct span *args)
{
	size_t nr = 0, begin = open + 1;
	int depth = 0;

	for (size_t i = open + 1; i <= close; i++) {
		const struct token *k = &t->tok[i];
		char c = k->kind == TOK_PUNCT && k->len == 1 ? k->text[0] : 0;

		if (i == close || (c == ',' && depth == 0)) {
			if (nr < MAX_ARGS && (i > begin || i != close))
				args[nr++] = (struct span){ begin, i };
			begin = i + 1;
		} else if (c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (c == ')' || c == ']' || c == '}') {
			depth--;
		}
	}
	return nr;
}

/* The innermost region around token @i; macros lie inside functions at times. */
static const struct region *region_of(const struct region_list *regions, size_t i)
{
	const struct region *best = NULL;

	for (size_t r = 0; r < regions->nr && regions->r[r].name < i; r++) {
		const struct region *g = &regions->r[r];

		if (i >= g->begin && i < g->end && (!best || g->begin > best->begin))
			best = g;
	}
	return best;
}

static bool is_statement_word(const struct token *t)
{
	static const char *const words[] = { "return", "else", "do", "case", "goto", "sizeof",
					     "typeof", "__typeof__", "in" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (tok_is(t, words[i]))
			return true;
	return false;
}

/*
 * Do the brackets at @open hold parameters of a declaration rather than
 * arguments? "struct page *p" and "unsigned long x" do: two words, or a word and a
 * star, with no operator between them.
 */
static bool holds_parameters(const struct token_list *t, size_t open)
{
	size_t close = closing(t, open);

	if (close >= t->nr)
		return false;
	if (close == open + 2 && tok_is(&t->tok[open + 1], "void"))
		return true;
	for (size_t i = open + 1; i + 1 < close; i++) {
		const struct token *a = &t->tok[i], *b = &t->tok[i + 1];

		if (a->kind != TOK_IDENT || tok_is(a, "sizeof"))
			continue;
		if (b->kind == TOK_IDENT || (tok_is(b, "*") && tok_is(&t->tok[i + 2], "*")))
			return true;
	}
	return close == open + 2 && t->tok[open + 1].kind == TOK_IDENT &&
	       (tok_is(&t->tok[open + 1], "int") || tok_is(&t->tok[open + 1], "long"));
}

/* Is it a local declaration, "extern void put_page(struct page *);"? */
static bool is_declared(const struct site_writer *w, size_t i, const struct region *reg)
{
	const struct token *prev = &w->t->tok[i - 1];

	if (i <= reg->begin)
		return false;
	if (tok_is(prev, "*") || (prev->kind == TOK_IDENT && !is_statement_word(prev)))
		return holds_parameters(w->t, i + 1);
	return false;
}

/*
 * A name with "(" behind it is a call unless it is a member, a local
 * declaration ("extern void put_page(struct page *);"), or stands at file
 * scope outside of any macro's arguments (a prototype or a definition).
 */
static bool is_call(const struct site_writer *w, size_t i, const struct region *reg, int paren)
{
	const struct token *t = w->t->tok;
	const struct token *prev = i ? &t[i - 1] : NULL;

	if (i + 1 >= w->t->nr || !tok_is(&t[i + 1], "("))
		return false;
	if (prev && (tok_is(prev, "->") || tok_is(prev, ".")))
		return false;
	if (!reg)
		return paren > 0;
	return !is_declared(w, i, reg);
}

static bool same_tokens(const struct token_list *t, size_t at, struct span s)
{
	for (size_t i = s.begin; i < s.end; i++, at++)
		if (at >= t->nr || t->tok[at].len != t->tok[i].len ||
		    memcmp(t->tok[at].text, t->tok[i].text, t->tok[i].len))
			return false;
	return true;
}

/* The end of the expression that starts at @i: ";", or "," or ")" of its own depth. */
static size_t expression_end(const struct token_list *t, size_t i, size_t limit)
{
	int depth = 0;

	for (; i < limit; i++) {
		const struct token *k = &t->tok[i];

		if (k->kind == TOK_DIRECTIVE)
			return i;
		if (k->kind != TOK_PUNCT || k->len != 1)
			continue;
		if (strchr("([{", k->text[0]))
			depth++;
		else if (strchr(")]}", k->text[0]) && depth-- == 0)
			return i;
		else if (depth == 0 && strchr(",;", k->text[0]))
			return i;
	}
	return limit;
}

static bool is_assignment(const struct token *t)
{
	return tok_is(t, "=") || tok_is(t, "|=") || tok_is(t, "&=") || tok_is(t, "^=") ||
	       tok_is(t, "+=") || tok_is(t, "-=") || tok_is(t, "<<=") || tok_is(t, ">>=") ||
	       tok_is(t, "*=") || tok_is(t, "/=") || tok_is(t, "%=");
}

/* Is an operator behind token @t unary? */
static bool is_unary(const struct token *t)
{
	return t->kind != TOK_NUMBER && t->kind != TOK_STRING && !tok_is(t, ")") &&
	       !tok_is(t, "]") && (t->kind != TOK_IDENT || is_statement_word(t));
}

/*
 * The next place from @i on where the function stores into @s, or lets somebody
 * else do so (its address is passed on). Returns reg->end when there is none;
 * @op and @rhs say which operator and what is stored.
 */
static size_t next_store(const struct token_list *t, const struct region *reg, struct span s,
			 size_t i, const struct token **op, struct span *rhs)
{
	size_t n = s.end - s.begin;

	for (; i + n < reg->end; i++) {
		const struct token *prev = &t->tok[i - 1];

		if (!same_tokens(t, i, s) || tok_is(prev, "->") || tok_is(prev, "."))
			continue;
		*op = &t->tok[i + n];
		if ((*op)->kind == TOK_PUNCT && is_assignment(*op)) {
			*rhs = (struct span){ i + n + 1, expression_end(t, i + n + 1, reg->end) };
			return i;
		}
		if (tok_is(prev, "&") && i >= 2 && is_unary(&t->tok[i - 2])) {
			/* somebody may store through its address from here on */
			*op = prev;
			*rhs = (struct span){ i, i + n };
			return i;
		}
	}
	return reg->end;
}

static bool is_assigned(const struct token_list *t, const struct region *reg, struct span s)
{
	const struct token *op;
	struct span rhs;

	return next_store(t, reg, s, reg->begin, &op, &rhs) < reg->end;
}

/* [line, operator, right side] for each store into @s */
static void write_assigns(struct site_writer *w, const struct region *reg, struct span s)
{
	const struct token *op;
	struct span rhs;
	bool first = true;
	size_t i = reg->begin, nr = 0;

	while ((i = next_store(w->t, reg, s, i, &op, &rhs)) < reg->end) {
		fputs(first ? "" : ",", w->out);
		if (nr++ == MAX_STORES) {
			/* generated code; a reader must not take the list for whole */
			fprintf(w->out, "[%u,\"...\",\"\"]", w->t->tok[i].line);
			return;
		}
		fprintf(w->out, "[%u,", w->t->tok[i].line);
		json_token(w->out, op);
		fputc(',', w->out);
		json_span(w->out, w->t, rhs);
		fputc(']', w->out);
		first = false;
		i++;
	}
}

/* The lvalue that starts at token @i: an identifier and the members behind it. */
static struct span lvalue_at(const struct token_list *t, size_t i, size_t limit)
{
	struct span s = { i, i + 1 };

	while (s.end + 1 < limit && t->tok[s.end + 1].kind == TOK_IDENT &&
	       (tok_is(&t->tok[s.end], "->") || tok_is(&t->tok[s.end], ".")))
		s.end += 2;
	return s;
}

static bool starts_lvalue(const struct token_list *t, size_t i)
{
	const struct token *prev = &t->tok[i - 1];

	return t->tok[i].kind == TOK_IDENT && !tok_is(prev, "->") && !tok_is(prev, ".");
}

static bool seen_before(const struct token_list *t, size_t from, struct span s)
{
	for (size_t i = from; i < s.begin; i++)
		if (starts_lvalue(t, i) && same_tokens(t, i, s))
			return true;
	return false;
}

/* What the function stores into each lvalue that occurs in the arguments. */
static void write_all_assigns(struct site_writer *w, const struct region *reg, size_t open,
			      size_t close)
{
	bool first = true;

	for (size_t i = open + 1; i < close; i++) {
		struct span s;

		if (!starts_lvalue(w->t, i))
			continue;
		s = lvalue_at(w->t, i, close);
		if (seen_before(w->t, open + 1, s) || !is_assigned(w->t, reg, s))
			continue;
		fputs(first ? "" : ",", w->out);
		json_span(w->out, w->t, s);
		fputs(":[", w->out);
		write_assigns(w, reg, s);
		fputc(']', w->out);
		first = false;
	}
}

static void write_args(struct site_writer *w, const struct region *reg, size_t open, size_t close)
{
	const struct token *name = &w->t->tok[open - 1];
	struct span args[MAX_ARGS];
	bool arms = close >= w->t->nr;
	size_t nr = close < w->t->nr ? split_args(w->t, open, close, args) : 0;

	fputs(",\"args\":[", w->out);
	for (size_t a = 0; a < nr; a++) {
		fputs(a ? "," : "", w->out);
		json_span(w->out, w->t, args[a]);
	}
	for (size_t i = open; !arms && i < close; i++)
		arms = w->t->tok[i].kind == TOK_DIRECTIVE;
	fprintf(w->out, "],\"arms\":%s,\"assigns\":{", arms ? "true" : "false");
	if (reg && reg->kind == REGION_FUNCTION && close < w->t->nr &&
	    names_wants_stores(w->names, name->text, name->len))
		write_all_assigns(w, reg, open, close);
	fputc('}', w->out);
}

/* The names of the parameters: the last identifier of each, functions pointers apart. */
static void write_params(struct site_writer *w, const struct region *reg)
{
	struct span params[MAX_ARGS];
	size_t close = closing(w->t, reg->params), nr;
	bool first = true;

	fputs(",\"params\":[", w->out);
	nr = close < w->t->nr ? split_args(w->t, reg->params, close, params) : 0;
	for (size_t p = 0; p < nr; p++) {
		size_t i = params[p].end;

		while (i > params[p].begin && w->t->tok[i - 1].kind != TOK_IDENT)
			i--;
		if (i == params[p].begin)
			continue;
		fputs(first ? "" : ",", w->out);
		json_token(w->out, &w->t->tok[i - 1]);
		first = false;
	}
	fputc(']', w->out);
}

static void write_region(struct site_writer *w, const struct region *reg)
{
	const struct token *name = &w->t->tok[reg->name];

	fputs(",\"function\":\"", w->out);
	json_bytes(w->out, name->text, name->len);
	if (reg->name_arg) {
		/* SYSCALL_DEFINE1(name) and its like: the macro's argument tells them apart */
		const struct token *arg = &w->t->tok[reg->name_arg];

		fputc('(', w->out);
		json_bytes(w->out, arg->text, arg->len);
		fputc(')', w->out);
	}
	fprintf(w->out, "\",\"function_line\":%u,\"static\":%s,\"macro\":%s", name->line,
		reg->is_static ? "true" : "false", reg->kind == REGION_MACRO ? "true" : "false");
	if (reg->params)
		write_params(w, reg);
}

static void write_site(struct site_writer *w, size_t i, const struct region *reg)
{
	const struct token *t = &w->t->tok[i];
	size_t close = closing(w->t, i + 1);

	fputs("{\"file\":", w->out);
	json_string(w->out, w->path, strlen(w->path));
	fprintf(w->out, ",\"line\":%u,\"col\":%u,\"end_line\":%u,\"callee\":", t->line, t->col,
		close < w->t->nr ? w->t->tok[close].line : t->line);
	json_token(w->out, t);
	if (reg)
		write_region(w, reg);
	write_args(w, reg, i + 1, close);
	fputs("}\n", w->out);
	w->nr++;
}

long sites_write(const char *path, const char *text, size_t len, const struct names *names,
		 FILE *out)
{
	struct token_list toks;
	struct region_list regions;
	struct site_writer w = {
		.path = path, .t = &toks, .regions = &regions, .names = names, .out = out,
	};
	bool in_directive = false;
	int paren = 0;

	if (lex(text, len, &toks))
		return -1;
	if (find_regions(&toks, &regions)) {
		token_list_free(&toks);
		return -1;
	}
	for (size_t i = 0; i < toks.nr; i++) {
		const struct token *t = &toks.tok[i];
		const struct region *reg;

		if (t->kind == TOK_DIRECTIVE)
			in_directive = true;
		else if (t->kind == TOK_DIR_END)
			in_directive = false;
		if (in_directive)
			;	/* a macro's brackets are no part of the text around it */
		else if (tok_is(t, ";") || tok_is(t, "}"))
			paren = 0;
		else if (tok_is(t, "("))
			paren++;
		else if (tok_is(t, ")"))
			paren -= paren > 0;
		if (t->kind != TOK_IDENT || !names_has(names, t->text, t->len))
			continue;
		reg = region_of(&regions, i);
		if (is_call(&w, i, reg, paren))
			write_site(&w, i, reg);
	}
	token_list_free(&toks);
	region_list_free(&regions);
	return w.nr;
}
