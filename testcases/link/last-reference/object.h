/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

struct kref { int count; };
int kref_put(struct kref *kref, void (*release)(struct kref *kref));

struct object { struct kref kref; struct page **pages; int nr; };
struct object_ok { struct kref kref; struct page **pages; int nr; };

void object_put(struct object *o);
void object_ok_put(struct object_ok *o);
