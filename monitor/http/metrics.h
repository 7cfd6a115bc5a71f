/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.h: the monitor's totals -> Prometheus text (exposition format 0.0.4).
 * PURE. Few series on purpose: none has a feed in its labels, and sites only
 * for who asks for them.
 */
#ifndef MONITOR_HTTP_METRICS_H
#define MONITOR_HTTP_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/http/lists.h"
#include "monitor/http/web_wire.h"

struct metrics {
	struct web_totals totals; /* health: with what only the caller knows */
	struct web_configure configure;
	bool late; /* no sign of life: every feed counts as unknown */
	uint32_t connections, handshakes, streams;
	uint64_t requests, refused, strangers;
	struct {
		uint64_t in, refused, throttled; /* since the start */
		uint32_t waiting;
	} logins;
	struct rows *rows; /* NULL: no sites */
	const struct lists_view *view;
};

/* The text (given: free it) and its length; NULL: memory is out. */
char *metrics_print(const struct metrics *m, size_t *length_out);

#endif
