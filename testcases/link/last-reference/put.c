/* SPDX-License-Identifier: GPL-2.0-only */
#include "object.h"

static void object_release(struct kref *kref)
{
	struct object *o = (struct object *)kref;

	kfree(o->pages);
	kfree(o);
}

void object_put(struct object *o)
{
	kref_put(&o->kref, object_release);
}

static void object_ok_release(struct kref *kref)
{
	struct object_ok *o = (struct object_ok *)kref;

	unpin_user_pages(o->pages, o->nr);
	kfree(o->pages);
	kfree(o);
}

void object_ok_put(struct object_ok *o)
{
	kref_put(&o->kref, object_ok_release);
}
