/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row_text.h: a feed as the monitor tells it -> its ready texts. PURE. Of
 * rows.c and those who print lists.
 */
#ifndef MONITOR_HTTP_ROW_TEXT_H
#define MONITOR_HTTP_ROW_TEXT_H

#include <stdbool.h>

#include "monitor/http/rows.h"

struct json_out;

/* Fills all texts of r, owned by it. False: memory is out. */
bool row_text_make(struct row *r, const struct web_row *m);
void row_text_free(struct row *r);
/* A row of the wall. late: nobody can vouch for its state since. */
void row_text_wall(const struct row *r, uint32_t site, bool late,
    int64_t since_us, struct json_out *j);

#endif
