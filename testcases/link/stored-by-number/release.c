/* SPDX-License-Identifier: GPL-2.0-only */
#include "table.h"

void table_release(struct table *table)
{
	while (table->nr)
		put_page(pfn_to_page(table->pfns[--table->nr])); /* expect link: pin-put-mismatch */
}

void table_ok_release(struct table_ok *table)
{
	while (table->nr)
		unpin_user_page(pfn_to_page(table->pfns[--table->nr]));
}

void table_lost_release(struct table_lost *table)
{
	kfree(table->pfns);
}
