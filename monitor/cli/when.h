/* SPDX-License-Identifier: GPL-3.0-or-later */
/* when.h: moments as people write and read them, in a site's own time. The text
 * is a person's; the zone files are the system's.
 */
#ifndef MONITOR_CLI_WHEN_H
#define MONITOR_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

struct when; /* zones, loaded as they are named */

struct when *when_new(void); /* NULL: no memory */
void when_free(struct when **w);
/* Seconds that the zone's clocks are ahead of UTC then; UTC for "" and for a
 * name that is unknown here. A store_ahead_fn; arg: struct when. */
int32_t when_ahead(void *arg, const char *zone, int64_t utc_us);
/* "2026-11-22", "2026-11-22 06:00", "..:30", with Z behind it: UTC, else of
 * that zone; "now", "today", "yesterday" (their beginnings). False: it is none
 * of these. */
bool when_parse(struct when *w, const char *zone, const char *text,
    int64_t now_utc, int64_t *utc_out);
/* "2026-11-22T06:00:00Z", "..:00.5+01:00", as programs write it; whole seconds
 * of it. */
bool when_parse_rfc3339(const char *text, int64_t *utc_out);
/* "2026-11-22 06:00:00" in that zone; out of 24 bytes. */
const char *when_print(struct when *w, const char *zone, int64_t utc_us,
    char out[24]);
/* 0 = Monday; and minute of that day. */
void when_weekday(struct when *w, const char *zone, int64_t utc_us,
    unsigned *weekday_out, unsigned *minute_out);

#endif
