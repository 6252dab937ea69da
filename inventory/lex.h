/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tokens of one C source file, unpreprocessed: every #ifdef arm is there.
 * Owns the splitting of bytes into tokens and nothing else: comments, strings
 * and line continuations are its business, the meaning of a token is not.
 * Any byte sequence is input: NUL bytes, Latin-1 and unterminated literals
 * end in tokens, never in an error.
 */
#ifndef INVENTORY_LEX_H
#define INVENTORY_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tok_kind {
	TOK_IDENT,
	TOK_NUMBER,
	TOK_STRING,	/* string or character literal */
	TOK_PUNCT,	/* operators are one token each: "->", "|=", "..." */
	TOK_DIRECTIVE,	/* '#' that starts a preprocessor line */
	TOK_DIR_END,	/* the end of that line; no text of its own */
};

struct token {
	enum tok_kind kind;
	bool space_before;	/* white space or a comment stands before it */
	uint32_t line;		/* 1-based */
	uint32_t col;		/* 1-based, in bytes; a tab is one */
	const char *text;	/* into the caller's buffer, not terminated */
	uint32_t len;		/* bytes */
};

struct token_list {
	struct token *tok;
	size_t nr;
	size_t cap;
};

/*
 * Split @len bytes at @text. The tokens point into @text, which must outlive
 * them. Returns 0, or -1 when memory ran out (the list is then empty).
 */
int lex(const char *text, size_t len, struct token_list *out);
void token_list_free(struct token_list *list);

/* Does token @t read exactly @s? */
bool tok_is(const struct token *t, const char *s);

#endif
