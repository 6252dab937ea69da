/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags come from a field. */
#define KERNEL 601
#include <gup.h>

struct job {
	unsigned int gup_flags;
	struct page **pages;
};

long unknown_field(struct job *job, unsigned long addr)
{
	return get_user_pages(addr, 1, job->gup_flags, job->pages, NULL); /* expect cocci: foll-get-missing */
}

long masked_field(struct job *job, unsigned long addr)
{
	job->gup_flags &= FOLL_WRITE;
	return get_user_pages(addr, 1, job->gup_flags, job->pages, NULL); /* expect cocci: foll-get-missing */
}

long field_with_get(struct job *job, unsigned long addr)
{
	job->gup_flags = FOLL_GET;
	return get_user_pages(addr, 1, job->gup_flags | FOLL_WRITE, job->pages, NULL);
}

long field_and_get(struct job *job, unsigned long addr)
{
	return get_user_pages(addr, 1, job->gup_flags | FOLL_GET, job->pages, NULL);
}

/* patch
-	return get_user_pages(addr, 1, job->gup_flags, job->pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | job->gup_flags, job->pages, NULL);
-	return get_user_pages(addr, 1, job->gup_flags, job->pages, NULL);
+	return get_user_pages(addr, 1, FOLL_GET | job->gup_flags, job->pages, NULL);
*/
