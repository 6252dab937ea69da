/* SPDX-License-Identifier: GPL-2.0-only */
/* The helper is not static, or the references go through two of its callers. */
#include <gup.h>

struct request { struct page **pages; int nr; };

int check(struct request *request);

int take(unsigned long start, struct request *request)
{
	int ret = pin_user_pages_fast(start, request->nr, FOLL_WRITE | FOLL_LONGTERM, request->pages); /* expect plugin: pin-leak */ /* verdict plugin: fail */

	if (ret == request->nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(request->pages, ret);
	return -EFAULT;
}

int forgets(unsigned long start, int n)
{
	struct request request = { .nr = n };
	int ret;

	request.pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	if (!request.pages)
		return -ENOMEM;
	ret = take(start, &request);
	kfree(request.pages);
	return ret;
}

int remembers(unsigned long start, int n)
{
	struct request request = { .nr = n };
	int ret;

	request.pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	if (!request.pages)
		return -ENOMEM;
	ret = take(start, &request);
	if (!ret)
		unpin_user_pages_dirty_lock(request.pages, n, true);
	kfree(request.pages);
	return ret;
}

static int take_short(unsigned long start, struct request *request)
{
	int ret = pin_user_pages_fast(start, request->nr, FOLL_WRITE, request->pages); /* expect plugin: partial-pin-leak */ /* verdict plugin: fail */

	return ret == request->nr ? 0 : -EFAULT;
}

static int prepare(unsigned long start, struct request *request)
{
	request->pages = kmalloc_array(request->nr, sizeof(struct page *), GFP_KERNEL);
	if (!request->pages)
		return -ENOMEM;
	return take_short(start, request);
}

int forgets_short(unsigned long start, int n)
{
	struct request request = { .nr = n };
	int ret = prepare(start, &request);

	if (!ret)
		unpin_user_pages_dirty_lock(request.pages, n, true);
	kfree(request.pages);
	return ret;
}

static int take_some(unsigned long start, struct request *request, int *pinned)
{
	*pinned = pin_user_pages_fast(start, request->nr, FOLL_WRITE, request->pages); /* verdict plugin: pass */

	return *pinned == request->nr ? 0 : -EFAULT;
}

static int prepare_some(unsigned long start, struct request *request, int *pinned)
{
	request->pages = kmalloc_array(request->nr, sizeof(struct page *), GFP_KERNEL);
	if (!request->pages)
		return -ENOMEM;
	return take_some(start, request, pinned);
}

int remembers_short(unsigned long start, int n)
{
	struct request request = { .nr = n };
	int pinned = 0, ret = prepare_some(start, &request, &pinned);

	if (pinned > 0)
		unpin_user_pages_dirty_lock(request.pages, pinned, true);
	kfree(request.pages);
	return ret;
}
