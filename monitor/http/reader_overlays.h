/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_overlays.h: maintenance and mutes as JSON, for lists of the reader's
 * other files. */
#ifndef MONITOR_HTTP_READER_OVERLAYS_H
#define MONITOR_HTTP_READER_OVERLAYS_H

#include "monitor/http/reader_query.h"

/* A whole object. */
void overlay_put(struct query *q, const struct store_overlay_row *row);
/* Whether it touches what lies at that site or below (NULL: all); a tag does if
 * a feed there has it. *good_out false: the database can't be read. */
bool overlay_touches(struct query *q, const struct store_overlay_row *row,
    const char *site, bool *good_out);
/* Whether it covers that feed. */
bool overlay_covers(const struct store_overlay_row *row, int64_t feed,
    const char *site, const char *tags);

#endif
