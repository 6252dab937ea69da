// SPDX-License-Identifier: GPL-2.0-only
#include "lex.h"

#include <stdlib.h>
#include <string.h>

struct lexer {
	const char *p, *end, *line_start;
	uint32_t line;
	bool space;		/* white space since the last token */
	bool line_empty;	/* no token on this line yet */
	bool in_directive;
	struct token_list *out;
	bool failed;
};

bool tok_is(const struct token *t, const char *s)
{
	size_t n = strlen(s);

	return t->len == n && memcmp(t->text, s, n) == 0;
}

void token_list_free(struct token_list *list)
{
	free(list->tok);
	memset(list, 0, sizeof(*list));
}

static void emit(struct lexer *lx, enum tok_kind kind, const char *start, const char *stop,
		 uint32_t line, uint32_t col)
{
	struct token_list *l = lx->out;

	if (l->nr == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4096;
		struct token *tok = realloc(l->tok, cap * sizeof(*tok));

		if (!tok) {
			lx->failed = true;
			return;
		}
		l->tok = tok;
		l->cap = cap;
	}
	l->tok[l->nr++] = (struct token){
		.kind = kind,
		.space_before = lx->space,
		.line = line,
		.col = col,
		.text = start,
		.len = (uint32_t)(stop - start),
	};
	lx->space = false;
	lx->line_empty = false;
}

static void newline(struct lexer *lx)
{
	lx->line++;
	lx->line_start = lx->p;
}

/* A backslash before the end of the line joins two lines. Returns its length, or 0. */
static size_t continuation(const struct lexer *lx, const char *p)
{
	if (p >= lx->end || *p != '\\')
		return 0;
	if (p + 1 < lx->end && p[1] == '\n')
		return 2;
	if (p + 2 < lx->end && p[1] == '\r' && p[2] == '\n')
		return 3;
	return 0;
}

static bool is_ident_start(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static void skip_block_comment(struct lexer *lx)
{
	lx->p += 2;
	while (lx->p < lx->end) {
		if (lx->p[0] == '*' && lx->p + 1 < lx->end && lx->p[1] == '/') {
			lx->p += 2;
			return;
		}
		if (*lx->p++ == '\n')
			newline(lx);
	}
}

static void skip_line_comment(struct lexer *lx)
{
	while (lx->p < lx->end && *lx->p != '\n') {
		size_t n = continuation(lx, lx->p);

		lx->p += n ? n : 1;
		if (n)
			newline(lx);
	}
}

/*
 * A literal ends at its quote, or at the end of the line: prose with an
 * apostrophe in "#if 0" or "#error" must not swallow the rest of the file.
 */
static void literal(struct lexer *lx)
{
	const char *start = lx->p;
	const char quote = *lx->p++;
	uint32_t line = lx->line, col = (uint32_t)(start - lx->line_start) + 1;

	while (lx->p < lx->end && *lx->p != '\n') {
		size_t n = continuation(lx, lx->p);

		if (n) {
			lx->p += n;
			newline(lx);
			continue;
		}
		if (*lx->p == '\\' && lx->p + 1 < lx->end && lx->p[1] != '\n') {
			lx->p += 2;
			continue;
		}
		if (*lx->p++ == quote)
			break;
	}
	emit(lx, TOK_STRING, start, lx->p, line, col);
}

static size_t punct_len(const char *p, size_t left)
{
	static const char *const ops[] = {
		"<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=",
		"&&", "||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##",
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t n = strlen(ops[i]);

		if (n <= left && memcmp(p, ops[i], n) == 0)
			return n;
	}
	return 1;
}

static void word(struct lexer *lx)
{
	const char *start = lx->p;
	enum tok_kind kind = is_digit((unsigned char)*start) ? TOK_NUMBER : TOK_IDENT;

	while (lx->p < lx->end &&
	       (is_ident_start((unsigned char)*lx->p) || is_digit((unsigned char)*lx->p)))
		lx->p++;
	emit(lx, kind, start, lx->p, lx->line, (uint32_t)(start - lx->line_start) + 1);
}

static void end_of_line(struct lexer *lx)
{
	if (lx->in_directive) {
		emit(lx, TOK_DIR_END, lx->p, lx->p, lx->line,
		     (uint32_t)(lx->p - lx->line_start) + 1);
		lx->in_directive = false;
	}
	lx->p++;
	newline(lx);
	lx->line_empty = true;
	lx->space = true;
}

static void one_token(struct lexer *lx)
{
	unsigned char c = (unsigned char)*lx->p;
	const char *start = lx->p;
	uint32_t col = (uint32_t)(start - lx->line_start) + 1;

	if (c == '#' && lx->line_empty && !lx->in_directive) {
		lx->p++;
		emit(lx, TOK_DIRECTIVE, start, lx->p, lx->line, col);
		lx->in_directive = true;
	} else if (c == '"' || c == '\'') {
		literal(lx);
	} else if (is_ident_start(c) || is_digit(c)) {
		word(lx);
	} else {
		lx->p += punct_len(lx->p, (size_t)(lx->end - lx->p));
		emit(lx, TOK_PUNCT, start, lx->p, lx->line, col);
	}
}

int lex(const char *text, size_t len, struct token_list *out)
{
	struct lexer lx = {
		.p = text, .end = text + len, .line_start = text,
		.line = 1, .line_empty = true, .out = out,
	};

	memset(out, 0, sizeof(*out));
	while (lx.p < lx.end && !lx.failed) {
		unsigned char c = (unsigned char)*lx.p;
		size_t n = continuation(&lx, lx.p);

		if (n) {
			lx.p += n;
			newline(&lx);
			lx.space = true;
		} else if (c == '\n') {
			end_of_line(&lx);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == 0) {
			lx.p++;
			lx.space = true;
		} else if (c == '/' && lx.p + 1 < lx.end && lx.p[1] == '*') {
			skip_block_comment(&lx);
			lx.space = true;
		} else if (c == '/' && lx.p + 1 < lx.end && lx.p[1] == '/') {
			skip_line_comment(&lx);
			lx.space = true;
		} else {
			one_token(&lx);
		}
	}
	if (lx.in_directive && !lx.failed)
		emit(&lx, TOK_DIR_END, lx.end, lx.end, lx.line, 1);
	if (lx.failed) {
		token_list_free(out);
		return -1;
	}
	return 0;
}
