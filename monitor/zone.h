/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.h: the bytes of a time zone file (TZif, RFC 8536) -> what a clock on a
 * wall there shows. PURE; the file is the system's, checked all the same. Used
 * by the monitor for what is declared in a site's own time; the C library knows
 * one zone per process only.
 */
#ifndef MONITOR_ZONE_H
#define MONITOR_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone;

/* NULL: not a time zone file, or no memory. */
struct zone *zone_new(const void *tzif, size_t length);
void zone_free(struct zone **z);
/* Seconds that local time is ahead of UTC at that moment; z NULL = UTC. */
int32_t zone_offset(const struct zone *z, int64_t utc_s);
/* Minute of the local day, 0..1439. */
unsigned zone_minute(const struct zone *z, int64_t utc_us);

#endif
