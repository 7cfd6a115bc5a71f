/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.h: the monitor's totals -> Prometheus text. PURE. Few series on
 * purpose: none has a feed or a site in its labels.
 */
#ifndef MONITOR_HTTP_METRICS_H
#define MONITOR_HTTP_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/http/web_wire.h"

struct metrics {
	struct web_totals totals;
	struct web_configure configure;
	bool late; /* no sign of life: every feed counts as unknown */
	uint32_t connections, streams;
	uint64_t requests, refused;
};

#define METRICS_BYTES 8192
/* Returns the length, below size. */
size_t metrics_print(const struct metrics *m, char *out, size_t size);

#endif
