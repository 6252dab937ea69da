/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of owner.c share: owner_class.c says which terms of one
 * function stand for the same pages, owner.c what calls do to those, and
 * carries it from function to function, owner_group.c
 * which fields hold the same pages.
 */
#ifndef GUP_OWNER_PARTS_H
#define GUP_OWNER_PARTS_H

#include "cases.h"
#include "owner.h"

enum { ESCAPES = 1, FED = 2, REFERENCED = 4, NUMBER = 8 /* of a page: its pfn */ };

struct node {
	int parent;
	struct owned_field *field;
	unsigned marks;
	struct owner_lists *events;	/* of the class that it leads; only when they are asked for */
};

/* The nodes of the function at hand: variables first, then the result, then fields. */
struct classes {
	struct program *program;
	const struct gup_function *function;
	struct owned_field *(*field_of)(void *data, const char *record, const char *name);
	void *data;
	struct node *nodes;
	int nr_nodes, cap_nodes, result;
	bool numbers;			/* some variable holds the number of a page */
};

void classes_open(struct classes *c, const struct gup_function *function);
/* The node that leads the class. */
int class_find(struct classes *c, int node);
/* Either may be -1: no node. */
void class_unite(struct classes *c, int a, int b);
void class_mark(struct classes *c, int node, unsigned marks);
int class_field_node(struct classes *c, struct owned_field *field);
/* The variable or field whose pages the term is, or is one of; -1: none. */
int class_node_of(struct classes *c, const struct gup_term *term);
/* Can the term be pages, or a container of pages? */
bool class_carries(const struct classes *c, const struct gup_term *term);
/* Is it a number that was made from the address of a page: a page frame number? */
bool class_is_number_of_page(struct classes *c, const struct gup_term *term);
/* The term is used as a page: an integer that it is made from is the number of one. */
void class_note_number(struct classes *c, const struct gup_term *term);

/* Once for each event. */
void owner_add_event(struct program *program, struct owner_lists *lists, struct owner_event event);
/* owner_group.c: the two hold the same pages. */
void owner_join_fields(struct owned_field *a, struct owned_field *b);
/* Puts the fields of the hash table in order, and makes the groups. */
void owner_sort_fields(struct program *program, struct owners *o, struct owned_field **table, unsigned size);

#endif
