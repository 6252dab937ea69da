/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 612
#include <gup.h>

struct user { unsigned long start; unsigned int gup_flags; struct page **pages; };

void user_init(struct user *user, bool write);
unsigned int flags_for(bool write);
