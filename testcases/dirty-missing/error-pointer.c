/* SPDX-License-Identifier: GPL-2.0-only */
/* What an error path drops was not written to, also when the error is some value made a pointer. */
#include <gup.h>

struct image;
int make_table(struct page **pages, int n);
struct image *make_image(struct page **pages, int n);
void draw(struct page **pages);

struct image *draw_image(unsigned long start, int n, struct page **pages)
{
	struct image *image = NULL;
	int ret, pinned = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (pinned != n) {
		if (pinned > 0)
			unpin_user_pages(pages, pinned);
		return ERR_PTR(-EFAULT);
	}
	ret = make_table(pages, n);
	if (ret)
		goto unpin;
	image = make_image(pages, n);
	draw(pages);
	unpin_user_pages(pages, n); /* expect plugin: dirty-missing */
	return image;
unpin:
	unpin_user_pages(pages, n);
	return ERR_PTR(ret);
}
