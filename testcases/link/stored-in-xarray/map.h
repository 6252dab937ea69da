/* SPDX-License-Identifier: GPL-2.0-only */
#include <gup.h>

struct map { struct xarray pages; };
struct map_ok { struct xarray pages; };
struct map_lost { struct xarray pages; };
