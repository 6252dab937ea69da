/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins that last for one request, and pins that last until a file is closed. */
#include <gup.h>

struct kref { int refcount; };
int kref_put(struct kref *kref, void (*release)(struct kref *));
struct dma_async_tx_descriptor { void (*callback)(void *param); void *callback_param; };
struct file_operations {
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*release)(struct file *file);
};

/* The device says when it is done. */
struct request {
	struct kref ref;
	struct page **pages;
	int nr;
};

static void request_free(struct kref *ref)
{
	struct request *req = (struct request *)ref;

	unpin_user_pages_dirty_lock(req->pages, req->nr, true);
	kfree(req);
}

static void request_done(void *param)
{
	struct request *req = param;

	kref_put(&req->ref, request_free);
}

int request_start(struct request *req, struct dma_async_tx_descriptor *tx, unsigned long start, int n)
{
	int pinned = pin_user_pages_fast(start, n, FOLL_WRITE, req->pages);

	if (pinned < 0)
		return pinned;
	req->nr = pinned;
	tx->callback_param = req;
	tx->callback = request_done;
	return 0;
}

/* A batch that is taken and dropped by what one system call runs ... */
struct batch { struct page *pages[8]; int nr; struct batch *next; };
static struct batch *spare;

static int batch_add(struct batch *batch, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	batch->pages[batch->nr++] = page;
	return 0;
}

static void batch_drop(struct batch *batch)
{
	unpin_user_pages_dirty_lock(batch->pages, batch->nr, true);
	batch->nr = 0;
}

static long batch_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct batch *batch = spare;
	int i, ret = 0;

	for (i = 0; i < 8 && !ret; i++)
		ret = batch_add(batch, arg + i * PAGE_SIZE);
	batch_drop(batch);
	return ret;
}

const struct file_operations batch_fops = { .unlocked_ioctl = batch_ioctl };

/* ... and one that user space keeps: closing the file drops it as well. */
struct region { struct page *pages[8]; int nr; };
static struct region *region;

static int region_add(struct region *region, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1) /* expect plugin: longterm-missing */
		return -EFAULT;
	region->pages[region->nr++] = page;
	return 0;
}

static void region_drop(struct region *region)
{
	unpin_user_pages_dirty_lock(region->pages, region->nr, true);
	region->nr = 0;
}

static long region_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd)
		return region_add(region, arg);
	region_drop(region);
	return 0;
}

static int region_close(struct file *file)
{
	region_drop(region);
	return 0;
}

const struct file_operations region_fops = { .unlocked_ioctl = region_ioctl, .release = region_close };
