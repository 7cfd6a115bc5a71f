/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discover_choose.h: the profiles of a device -> its cameras, each with the
 * stream to judge by (small) and the one that is recorded (large). PURE; what
 * devices say is hostile.
 */
#ifndef MONITOR_CLI_DISCOVER_CHOOSE_H
#define MONITOR_CLI_DISCOVER_CHOOSE_H

#include "camwarden/device.h"

struct discover_device { /* as the process that asked it told */
	struct device_result result;
	struct device_stream *streams; /* result.stream_count of them */
	uint32_t streams_got;
};

struct discover_camera {		  /* one video source */
	const struct device_stream *main; /* of most pixels */
	const struct device_stream *sub;  /* of fewest; NULL = main alone */
	bool ptz;
};

/* How many, at most `most`. A source none of whose streams has a URL is none;
 * JPEG counts only where there is nothing else. */
uint32_t discover_choose(const struct discover_device *d,
    struct discover_camera *out, uint32_t most);

/* A CSV that `feeds import` reads, malloc'ed, a row for each camera, without
 * passwords. site, user: "" = none. NULL: no memory. */
char *discover_csv(const struct discover_device *devices, uint32_t count,
    const char *site, const char *user);

#endif
