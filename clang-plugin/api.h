/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The API table: which functions acquire, release, keep or merely look at
 * page references, one row a function. It owns the rows, read from
 * api/gup-api.json (built in) and from a user's file of the same format. It
 * knows nothing of models or paths, and no rule.
 */
#ifndef GUP_API_H
#define GUP_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum api_role {
	ROLE_ACQUIRE,	/* takes references on pages */
	ROLE_RELEASE,	/* drops them */
	ROLE_TRANSFER,	/* keeps the references that it is given */
	ROLE_REF,	/* takes one more get on a page that is held */
	ROLE_USE,	/* looks at a page or its data and keeps nothing */
	ROLE_DIRTY,	/* marks a page dirty; keeps nothing */
	ROLE_WRITE,	/* writes to the memory that its first argument named ptr points to */
	ROLE_SLOT,	/* returns the page that a transfer put into its first argument */
	ROLE_LINK,	/* puts the object in which ptr lies on a list, where others find it */
	ROLE_UNLINK,	/* takes it off again */
	ROLE_ALLOC,	/* returns memory that nobody else knows */
	ROLE_FREE,	/* frees such memory; its first argument that is named ptr */
	/* Only for who follows pages through structures (owner.c); elsewhere calls like any other. */
	ROLE_STORE,	/* puts pages into a container */
	ROLE_LOOK,	/* looks at a container and keeps nothing */
	ROLE_FETCH,	/* returns what its first argument is, or what is in that container */
	/* Learnt by gupcheck wrappers: names that bring a file in, and no more; api_find() has none. */
	ROLE_WRAPPER,	/* a function that takes or drops references for its caller */
	ROLE_FIELD	/* a field in which references are left */
};

enum api_kind { KIND_GET, KIND_PIN, KIND_PIN_IF_USER, KIND_BY_FLAGS, KIND_NONE };

enum api_returns {
	RETURNS_COUNT,		/* -errno, 0, some or all of what was asked for */
	RETURNS_COUNT_OR_0,
	RETURNS_BOOL,		/* one page or none */
	RETURNS_PAGE_OR_ERRPTR,
	RETURNS_PAGE_OR_NULL,
	RETURNS_BYTES,
	RETURNS_ERRNO,
	RETURNS_VOID
};

enum api_unit { UNIT_ONE, UNIT_ARRAY, UNIT_RANGE, UNIT_FOLIO, UNIT_FOLIO_REFS, UNIT_FOLIO_ARRAY, UNIT_LIST };

/* What a call does with an iterator, or asks of it: only those of user space have pages to pin. */
enum api_iter {
	ITER_NONE,
	ITER_MADE_OF_KERNEL,	/* from now on it is of kernel memory: iov_iter_kvec() */
	ITER_MADE_OF_USER,	/* ... of user space */
	ITER_ASKS_KERNEL,	/* yes: of (some sort of) kernel memory */
	ITER_ASKS_USER,		/* yes: of (some sort of) user space */
	ITER_ASKS_PINS		/* of user space or not? */
};

/* The field of an iterator that says which. */
#define API_ITER_FIELD "user_backed"

/* Which argument is what; -1: this form has none. */
struct api_params {
	int pages, count, flags, locked, make_dirty, mm;
	int slot;		/* a structure that holds one page: scatterlist, bio_vec */
	int container;		/* such a structure, or one of many pages: sg_table, xarray */
	int offset;		/* where a call that returns bytes says where in the first page they begin */
	int max_pages;		/* of a call that returns bytes */
	int iter;
	int nr_params;
};

struct api_row {
	const char *name;
	enum api_role role;
	enum api_kind kind;
	enum api_returns returns;
	enum api_unit unit;
	enum api_iter iter;
	bool generic;		/* put_page(): releases many other things too */
	bool remote, reaches_assert, adds_foll_get, always_dirties;
	bool scoped;		/* only inside mm/gup.c */
	bool data;		/* use: gives access to what is in the page */
	bool writes;		/* use: writes to what is in the page */
	bool reads;		/* use: reads what is in the page */
	bool zeroed;		/* alloc: the memory is full of zeroes */
	struct api_params *forms;
	int nr_forms;
};

static inline bool api_makes_iterator(const struct api_row *row)
{
	return row->iter == ITER_MADE_OF_KERNEL || row->iter == ITER_MADE_OF_USER;
}

/*
 * Flags that mm/gup.c refuses: all of `flags` together, or (all_but) any that
 * is not among them. The tree in hand tells its generation by its flags.
 */
struct api_refusal {
	const char **flags;
	int nr_flags;
	bool all_but;
	enum api_kind kind;		/* KIND_NONE: acquires of any kind */
	const char **functions;		/* none: all of them */
	int nr_functions;
	bool macros_only;		/* where FOLL_ flags are macros: up to 6.2 */
	const char *tree_lacks;		/* only where this flag does not exist, or NULL */
	const char *why;
};

struct api;
struct gup_event;

/* The built-in rows and those of `file` (or NULL); NULL and a message when one is bad. */
struct api *api_load(const char *file, char **error);
/* The same from text, for tests. */
struct api *api_load_text(const char *text, size_t size, char **error);
void api_free(struct api *api);
/* A number that stands for the tables that were loaded, a user's too. */
uint64_t api_digest(const struct api *api);
/* The row of a function; NULL for a name that is not in the table, and for none. */
const struct api_row *api_find(const struct api *api, const char *name);
/* That of what an event calls; NULL for one that is no call. */
const struct api_row *api_of_call(const struct api *api, const struct gup_event *event);
/* The form with so many parameters, or NULL when the tree has one that we do not know. */
const struct api_params *api_form(const struct api_row *row, int nr_args);
/* Is it a function of that name that was learnt? */
bool api_is_wrapper(const struct api *api, const char *name);
/*
 * Does a structure of that name hold pages for whoever has it: scatterlist, bio_vec? Whose
 * pages they are, the field says in which the container is kept.
 */
bool api_is_container(const struct api *api, const char *record);
/* Is it one of the table's headers, whose flags only mm/ itself may give? Below any directory. */
bool api_is_internal_header(const struct api *api, const char *file);
int api_count(const struct api *api);
const struct api_row *api_at(const struct api *api, int index);
int api_count_refusals(const struct api *api);
const struct api_refusal *api_refusal_at(const struct api *api, int index);
/* Is the function one that the refusal is about? */
bool api_refuses(const struct api_refusal *refusal, const struct api_row *row);

#endif
