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
/* The same of the floor. Window patterns are of no site. */
bool scope_holds_floor(const struct floor *now, const struct floor_plan *plan,
    const char *site);

#endif
