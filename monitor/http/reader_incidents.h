/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_incidents.h: an incident as JSON, for lists of the reader's other
 * files (breaches, handover). */
#ifndef MONITOR_HTTP_READER_INCIDENTS_H
#define MONITOR_HTTP_READER_INCIDENTS_H

#include "monitor/http/reader_force.h"
#include "monitor/store/store_read_web.h"

/* One object, but for its end. Rows of store_read_cases are borrowed, so the
 * count of a site's feeds is asked for before (incident_under: 0 of others;
 * *good_out becomes false when the database can't be read). */
uint32_t incident_under(struct query *q, const struct store_incident_row *i,
    bool *good_out);
void incident_put(struct query *q, const struct force *force,
    const struct store_case_row *row, uint32_t under);
/* Whether who asks may see it: our own are of nobody's site, and a room's or a
 * console's tells who is missing. */
bool incident_may(const struct query *q, const struct store_case_row *row);

#endif
