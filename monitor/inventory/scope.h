/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scope.h: a plan of changes -> whether all of it lies within a site and what
 * is below it, for people who answer for that site alone. PURE. Called by the
 * monitor.
 */
#ifndef MONITOR_INVENTORY_SCOPE_H
#define MONITOR_INVENTORY_SCOPE_H

#include <stdbool.h>

#include "monitor/inventory/floor.h"

/* site: a path; "" holds all. */
bool scope_holds_plan(const struct inventory *now,
    const struct inventory_plan *plan, const char *site);
/* The same of the floor; inv: whose feeds it names. Window patterns are of no
 * site. Who says that a screen shows a feed says that it is watched: only of
 * his own, or of what it showed before. */
bool scope_holds_floor(const struct floor *now, const struct inventory *inv,
    const struct floor_plan *plan, const char *site);

#endif
