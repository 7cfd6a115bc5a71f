/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zones.h: a time zone's name -> its clock (zone.h), read once from the
 * system's files. The names are declared by people, checked all the same; an
 * unknown one is UTC. Used wherever a site's own time is needed: monitor, CLI,
 * reader. Not PURE: it opens files.
 */
#ifndef MONITOR_ZONES_H
#define MONITOR_ZONES_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/zone.h"

#define ZONES_NAME_BYTES 64u

struct zones; /* those that were asked for */

struct zones *zones_new(void); /* NULL: no memory */
void zones_free(struct zones **z);
/* NULL: UTC, since name is "", NULL, too long or unknown here. Lives as long
 * as the zones do. *unknown_out (may be NULL): true the first time that a name
 * turns out to be unknown, so that it is said once. */
const struct zone *zones_find(struct zones *z, const char *name,
    bool *unknown_out);
/* Seconds that local time is ahead of UTC then. A store_ahead_fn; zones: struct
 * zones. */
int32_t zones_ahead(void *zones, const char *name, int64_t utc_us);
/* The name of the zone that this machine's own clock shows: TZ, else what
 * /etc/localtime is a link to, else what /etc/timezone says; "" = UTC. */
void zones_system(char out[ZONES_NAME_BYTES]);

#endif
