/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unique.h: says what a file says twice, and merges what it says of one device
 * in several rows. PURE; private to this room. */
#ifndef MONITOR_INVENTORY_UNIQUE_H
#define MONITOR_INVENTORY_UNIQUE_H

#include <stdbool.h>

#include "monitor/inventory/mistake.h"

/* False: no memory. */
bool unique_check(struct inventory *inv, enum inventory_kind kind,
    const char *file, struct inventory_mistakes *mistakes);

/* Notes sites, devices and feeds of one site that differ in upper and lower
 * case alone. False: no memory. */
bool unique_look_alike(const struct inventory *inv, enum inventory_kind kind,
    const char *file, struct inventory_mistakes *notes);
/* Takes out feeds that are the same stream as one before them, and says so.
 * False: no memory. */
bool unique_keep_first(struct inventory *inv, const char *file,
    struct inventory_mistakes *notes);

/* How records are compared when they are looked up. */
int unique_by_uuid(const void *a, const void *b);
int unique_by_name(const void *a, const void *b); /* site, then name */
int unique_by_url(const void *a, const void *b);  /* device, then url */
/* Pointers to all feeds, sorted by cmp; NULL: no memory (or none: *count 0
 * still gives a block to free). */
const struct inventory_feed **unique_sort(const struct inventory *inv,
    int (*cmp)(const void *, const void *));

#endif
