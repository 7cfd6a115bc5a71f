/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snapshots.h: the wall as a finished text, one for all that ask from the same
 * scope in the same fifth of a second, so that slow or many clients can't
 * multiply it. Of the web process.
 */
#ifndef MONITOR_HTTP_SNAPSHOTS_H
#define MONITOR_HTTP_SNAPSHOTS_H

#include "monitor/http/lists.h"

struct snapshots;
struct evhttp_request;

#define SNAPSHOTS_SHARED_US 200000
#define SNAPSHOTS_SCOPES 8 /* kept at once */

/* NULL: memory is out. */
struct snapshots *snapshots_new(void);
/* Answers req with the wall. */
void snapshots_wall(struct snapshots *s, struct evhttp_request *req,
    struct rows *rows, const struct lists_view *v);

#endif
