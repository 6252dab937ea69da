/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct io { struct bio_vec *bvec; int nr; };
struct io_ok { struct bio_vec *bvec; int nr; };
struct io_lost { struct bio_vec *bvec; int nr; };
