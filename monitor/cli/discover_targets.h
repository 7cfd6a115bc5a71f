/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discover_targets.h: whom a person wants asked ("10.1.2.0/24", "10.1.2.7-60",
 * "10.1.2.7:8080", "https://10.1.2.7/onvif/device_service", "gate3.example") ->
 * addresses. PURE; a person's words.
 */
#ifndef MONITOR_CLI_DISCOVER_TARGETS_H
#define MONITOR_CLI_DISCOVER_TARGETS_H

#include "camwarden/device.h"

struct discover_targets {
	uint32_t count;
	struct device_target list[DEVICE_MOST];
};

/* NULL, or what is wrong with the text. A name is left in name_out (else ""),
 * to be looked up; what else was said with it stands in like_out. */
const char *discover_targets_read(struct discover_targets *t, const char *text,
    char name_out[LIMIT_HOST_BYTES], struct device_target *like_out);
/* One more, as `like` says, at that address; one that is there already is not
 * put twice. False: too many. */
bool discover_targets_put(struct discover_targets *t,
    const struct wire_address *a, const struct device_target *like);

#endif
