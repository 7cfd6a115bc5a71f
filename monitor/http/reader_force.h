/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_force.h: which maintenance and mutes are in force now, read once, then
 * asked for thing by thing. Of the reader process.
 */
#ifndef MONITOR_HTTP_READER_FORCE_H
#define MONITOR_HTTP_READER_FORCE_H

#include "monitor/http/reader_query.h"

struct force;
/* NULL: the database can't be read, or memory is out. */
struct force *force_read(struct query *q);
void force_free(struct force **f);
/* kind: enum store_overlay_kind. feed 0, tags "": of a site alone. */
bool force_on(const struct force *f, int kind, int64_t feed, const char *site,
    const char *tags);

#endif
