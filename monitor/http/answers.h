/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers.h: what the web process knows of the monitor -> the pulse, which
 * every follower of events hears. While the monitor is late every feed counts
 * as unknown.
 */
#ifndef MONITOR_HTTP_ANSWERS_H
#define MONITOR_HTTP_ANSWERS_H

#include <stddef.h>

struct server;
struct web_totals;

/* One server-sent event "pulse" with the totals of a scope ("" = all); its
 * length. */
size_t answers_pulse(const struct server *s, const char *scope, char *out,
    size_t size);

/* Of what counts feeds, leaves those of a scope. */
void answers_narrow(const struct server *s, const char *scope,
    struct web_totals *totals);

#endif
