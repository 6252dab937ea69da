/* SPDX-License-Identifier: GPL-2.0-only */
/* All that was asked for is used, whatever came back. */
#include <gup.h>

void *vmap(struct page **pages, unsigned int count, unsigned long flags, unsigned long prot);
int consume(void *data);

int each(unsigned long start, int n, struct page **pages)
{
	unsigned int want = n;
	int i, ret = pin_user_pages_fast(start, n, 0, pages);

	if (ret < want) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	for (i = 0; i < n; i++) {
		consume(kmap(pages[i])); /* expect plugin: ret-unchecked */
		unpin_user_page(pages[i]); /* expect plugin: release-wrong-count */
	}
	return 0;
}

int each_checked(unsigned long start, int n, struct page **pages)
{
	int i, ret = pin_user_pages_fast(start, n, 0, pages);

	if (ret < n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	for (i = 0; i < n; i++) {
		consume(kmap(pages[i]));
		unpin_user_page(pages[i]);
	}
	return 0;
}

void *all_at_once(unsigned long start, int n, struct page **pages)
{
	void *data;
	int ret = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	if (ret < 0)
		return NULL;
	data = vmap(pages, n, 0, 0); /* expect plugin: ret-unchecked */
	if (!data)
		unpin_user_pages(pages, ret);
	return data;
}

void *what_came(unsigned long start, int n, struct page **pages)
{
	void *data;
	int ret = pin_user_pages_fast(start, n, FOLL_LONGTERM, pages);

	if (ret <= 0)
		return NULL;
	data = vmap(pages, ret, 0, 0);
	if (!data)
		unpin_user_pages(pages, ret);
	return data;
}
