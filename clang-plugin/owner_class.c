// SPDX-License-Identifier: GPL-2.0-only
/*
 * Within a function, a node is a variable that points to pages or a field that
 * does; nodes between which a pointer is copied become one class. A container
 * (scatterlist, bio_vec, xarray) is no owner: the field that holds it is.
 */
#include "owner_parts.h"

static int add_node(struct classes *c, struct owned_field *field)
{
	if (c->nr_nodes == c->cap_nodes)
		c->nodes = program_grow(c->program, c->nodes, &c->cap_nodes, sizeof(*c->nodes));
	c->nodes[c->nr_nodes] = (struct node){ c->nr_nodes, field, 0, NULL };
	return c->nr_nodes++;
}

void classes_open(struct classes *c, const struct gup_function *function)
{
	c->function = function;
	c->nr_nodes = 0;
	c->numbers = false;
	for (int v = 0; v < function->nr_vars; v++)
		add_node(c, NULL);
	c->result = add_node(c, NULL);
}

int class_find(struct classes *c, int node)
{
	while (c->nodes[node].parent != node)
		node = c->nodes[node].parent = c->nodes[c->nodes[node].parent].parent;
	return node;
}

void class_unite(struct classes *c, int a, int b)
{
	if (a < 0 || b < 0)
		return;
	a = class_find(c, a);
	b = class_find(c, b);
	if (a == b)
		return;
	/* The smaller number leads: parameters before everything else. */
	if (b < a) {
		int smaller = b;

		b = a;
		a = smaller;
	}
	c->nodes[b].parent = a;
	c->nodes[a].marks |= c->nodes[b].marks;
}

void class_mark(struct classes *c, int node, unsigned marks)
{
	if (node >= 0)
		c->nodes[class_find(c, node)].marks |= marks;
}

int class_field_node(struct classes *c, struct owned_field *field)
{
	for (int i = c->result + 1; i < c->nr_nodes; i++)
		if (c->nodes[i].field == field)
			return i;
	return add_node(c, field);
}

int class_node_of(struct classes *c, const struct gup_term *term)
{
	for (; term; term = term->a)
		switch (term->kind) {
		case TERM_VAR:
			return c->function->vars[term->var].kind == VAR_GLOBAL ? -1 : term->var;
		case TERM_FIELD:
			if (api_is_container(c->program->api, term->record))
				break;
			/* A structure in a structure is still the inner one's field. */
			return *term->record && *term->name ?
				class_field_node(c, c->field_of(c->data, term->record, term->name)) : -1;
		case TERM_BINARY: {
			/* vmemmap + pfn: the page of a number. */
			int left = class_node_of(c, term->a);

			return left >= 0 ? left : class_node_of(c, term->b);
		}
		case TERM_CAST: case TERM_INDEX: case TERM_DEREF: case TERM_ADDR:
			break;
		default:
			return -1;
		}
	return -1;
}

bool class_carries(const struct classes *c, const struct gup_term *term)
{
	const struct gup_term *inner = term;

	while (inner && inner->kind == TERM_CAST && !inner->type.page_depth)
		inner = inner->a;
	if (!inner)
		return false;
	if (inner->type.page_depth || (inner->kind == TERM_ADDR && inner->a->type.page_depth))
		return true;
	while (inner->kind == TERM_ADDR || inner->kind == TERM_INDEX || inner->kind == TERM_CAST ||
	       inner->kind == TERM_DEREF)
		inner = inner->a;
	if (inner->kind == TERM_FIELD)
		return api_is_container(c->program->api, inner->record);
	return inner->kind == TERM_VAR && api_is_container(c->program->api, c->function->vars[inner->var].record);
}

bool class_is_number_of_page(struct classes *c, const struct gup_term *term)
{
	while (term && !term->type.page_depth) {
		if (term->kind == TERM_VAR)
			return c->nodes[class_find(c, term->var)].marks & NUMBER;
		if (term->kind != TERM_CAST && (term->kind != TERM_BINARY || term->op >= OP_LT))
			return false;
		term = term->a;
	}
	return term != NULL;
}

void class_note_number(struct classes *c, const struct gup_term *term)
{
	int node = class_node_of(c, term);

	if (node >= 0 && node < c->function->nr_vars && c->function->vars[node].type.width == 64 &&
	    !c->function->vars[node].type.is_pointer) {
		class_mark(c, node, NUMBER);
		c->numbers = true;
	}
}
