/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_text.h: CSV without a mistake -> what a test holds a plan against. After
 * cmocka.h.
 */
#ifndef TEST_INVENTORY_READ_TEXT_H
#define TEST_INVENTORY_READ_TEXT_H

#include "monitor/inventory/inventory.h"

static inline struct inventory *
read_text(enum inventory_kind kind, const char *csv)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();

	if (!inventory_read(inv, kind, "f.csv", csv, strlen(csv), &m))
		fail_msg("%s", m.text);
	return inv;
}

#endif
