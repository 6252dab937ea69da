/* SPDX-License-Identifier: GPL-2.0-only */
#define KERNEL 601
#include <gup.h>

int job_submit(struct page **pages, int nr);
int job_submit_ok(struct page **pages, int nr);
int hardware(struct page **pages, int nr);
