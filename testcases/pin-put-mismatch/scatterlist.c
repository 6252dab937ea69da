/* SPDX-License-Identifier: GPL-2.0-only */
/* A page that waits in a scatterlist until another function lets go of it. */
#include <gup.h>

struct doorbell { struct scatterlist mem; int users; };
struct mailbox { struct scatterlist mem; int users; };
struct table { struct page *map[16]; int count; };

int fill_doorbell(struct doorbell *db, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&db->mem, page, 4096, 0);
	db->users = 1;
	return 0;
}

void drop_doorbell(struct doorbell *db)
{
	if (db->users)
		put_page(sg_page(&db->mem)); /* expect plugin: pin-put-mismatch */
}

int fill_mailbox(struct mailbox *mb, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&mb->mem, page, 4096, 0);
	mb->users = 1;
	return 0;
}

void drop_mailbox(struct mailbox *mb)
{
	if (mb->users)
		unpin_user_page(sg_page(&mb->mem)); /* expect plugin: dirty-missing */
}

/* In one function: what sg_page() returns is what sg_set_page() was given. */
int at_once(struct doorbell *db, unsigned long start, int (*check)(void))
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&db->mem, page, 4096, 0);
	if (check()) {
		put_page(sg_page(&db->mem)); /* expect plugin: pin-put-mismatch */
		return -EIO;
	}
	return 0;
}

/* An array inside the structure. */
int fill_table(struct table *table, unsigned long start, int n)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE | FOLL_LONGTERM, table->map);

	if (ret < 0)
		return ret;
	table->count = ret;
	return 0;
}

void drop_table(struct table *table)
{
	int i;

	for (i = 0; i < table->count; i++)
		put_page(table->map[i]); /* expect plugin: pin-put-mismatch */
}
