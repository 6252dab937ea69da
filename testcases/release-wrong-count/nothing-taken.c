/* SPDX-License-Identifier: GPL-2.0-only */
/* A release that is reached from before the call: nothing was taken on that path. */
#include <gup.h>

int permitted(unsigned long start);
int fill(struct page **pages, int n);
int use(struct page **pages, int n);

int jumps_too_far(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!pages)
		return ret;
	if (!permitted(start))
		goto release;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kfree(pages);
		return -EFAULT;
	}
	ret = use(pages, n);
release:
	unpin_user_pages_dirty_lock(pages, n, true); /* expect plugin: release-wrong-count */
	kfree(pages);
	return ret;
}

int jumps_right(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!pages)
		return ret;
	if (!permitted(start))
		goto free;
	ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret != n) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kfree(pages);
		return -EFAULT;
	}
	ret = use(pages, n);
	unpin_user_pages_dirty_lock(pages, n, true);
free:
	kfree(pages);
	return ret;
}

int counts(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	int ret = -ENOMEM, pinned = 0;

	if (!pages)
		return ret;
	if (!permitted(start))
		goto release;
	pinned = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	ret = use(pages, pinned);
release:
	if (pinned > 0)
		unpin_user_pages_dirty_lock(pages, pinned, true);
	kfree(pages);
	return ret;
}

/* The other way fills the array by a function that is not known. */
int filled_elsewhere(unsigned long start, int n)
{
	struct page **pages = kmalloc_array(n, sizeof(struct page *), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	if (!permitted(start))
		ret = fill(pages, n);
	else
		ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (ret == n)
		ret = use(pages, n);
	if (ret > 0)
		unpin_user_pages_dirty_lock(pages, ret, true);
	kfree(pages);
	return ret;
}

static int take(unsigned long start, struct page **pages, int n, int *pinned)
{
	int ret = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	*pinned = ret;
	return 0;
}

static void drop(struct page **pages, int n)
{
	if (!pages)
		return;
	unpin_user_pages_dirty_lock(pages, n, true);
}

int drops_what_helper_took_not(unsigned long start, int n)
{
	struct page **pages = NULL;
	int ret = -ENOMEM, pinned = 0;
	void *other;

	pages = kcalloc(n, sizeof(struct page *), GFP_KERNEL);
	if (!pages)
		goto out;
	other = kmalloc(n, GFP_KERNEL);
	if (!other)
		goto out;
	ret = take(start, pages, n, &pinned);
	if (ret < 0)
		n = 0;
	else
		n = pinned;
	kfree(other);
out:
	drop(pages, n); /* expect plugin: release-wrong-count */
	kfree(pages);
	return ret;
}

int drops_what_helper_took(unsigned long start, int n)
{
	struct page **pages = NULL;
	int ret = -ENOMEM, pinned = 0;
	void *other;

	pages = kcalloc(n, sizeof(struct page *), GFP_KERNEL);
	if (!pages)
		goto out;
	other = kmalloc(n, GFP_KERNEL);
	if (!other)
		goto out;
	ret = take(start, pages, n, &pinned);
	kfree(other);
out:
	drop(pages, pinned);
	kfree(pages);
	return ret;
}
