/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value of which some bits are known: what is certainly set, and what may
 * be. It owns the arithmetic on such values, over 64 bits, each sign-extended from
 * its type; it knows no variable.
 */
#ifndef GUP_BITS_H
#define GUP_BITS_H

#include "model.h"

struct bits {
	uint64_t ones, may;	/* certainly set; possibly set */
	bool nonzero;		/* some bit is, whichever */
};

struct bits bits_top(void);	/* nothing is known */
struct bits bits_const(int64_t value);
struct bits bits_join(struct bits a, struct bits b);
bool bits_same(struct bits a, struct bits b);
bool bits_certain_zero(struct bits bits);
bool bits_certain_nonzero(struct bits bits);
struct bits bits_resize(struct bits v, struct gup_type type);
/* term->op, with the signedness of its first operand. */
struct bits bits_binary(const struct gup_term *term, struct bits a, struct bits b);
struct bits bits_unary(enum term_op op, struct bits a);

#endif
