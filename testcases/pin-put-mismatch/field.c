/* SPDX-License-Identifier: GPL-2.0-only */
/* Through a field, in another function of the file; the structure counts, not the field's name */
#define KERNEL 601
#include <gup.h>

struct region { struct page **pages; int nr; };
struct buffer { struct page **pages; int nr; };
struct slot { struct { struct page *mem; } tab[4]; };

int region_map(struct region *r, unsigned long addr)
{
	r->nr = pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM, r->pages);
	return r->nr;
}

void region_unmap(struct region *region)
{
	release_pages(region->pages, region->nr); /* expect cocci: pin-put-mismatch */
	kfree(region->pages);
}

int buffer_map(struct buffer *b, unsigned long addr)
{
	struct page **pages = kcalloc(16, sizeof(*pages), GFP_KERNEL);

	b->nr = get_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	b->pages = pages;
	return 0;
}

void buffer_unmap(struct buffer *b)
{
	release_pages(b->pages, b->nr);
	kfree(b->pages);
}

int slot_map(struct slot *s, int i, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	s->tab[i].mem = page;
	return 0;
}

void slot_unmap(struct slot *slot)
{
	int i;

	for (i = 0; i < 4; i++)
		put_page(slot->tab[i].mem); /* expect cocci: pin-put-mismatch */
}

/* patch
-	release_pages(region->pages, region->nr);
+	unpin_user_pages(region->pages, region->nr);
-		put_page(slot->tab[i].mem);
+		unpin_user_page(slot->tab[i].mem);
*/
