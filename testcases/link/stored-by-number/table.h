/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct table { unsigned long *pfns; int nr; };
struct table_ok { unsigned long *pfns; int nr; };
struct table_lost { unsigned long *pfns; int nr; };
