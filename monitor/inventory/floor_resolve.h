/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_resolve.h: the names by which people call sites and feeds -> what the
 * inventory knows of them. PURE; private to this room.
 */
#ifndef MONITOR_INVENTORY_FLOOR_RESOLVE_H
#define MONITOR_INVENTORY_FLOOR_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/inventory/inventory.h"

struct floor_named {
	const char *text; /* SITE/NAME, or NAME alone */
	int64_t id;
	bool no_picture;
	bool twice; /* another feed is called the same */
};
struct floor_resolve;

/* Borrows the inventory. NULL: no memory. */
struct floor_resolve *floor_resolve_new(const struct inventory *inv);
void floor_resolve_free(struct floor_resolve **r);
/* SITE/NAME or UUID; NULL: no such feed. */
const struct floor_named *floor_resolve_feed(const struct floor_resolve *r,
    const char *text);
bool floor_resolve_site(const struct floor_resolve *r, const char *path);

#endif
