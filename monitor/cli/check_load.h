/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_load.h: a list of feeds and the settings -> what they will ask of the
 * machine. PURE arithmetic; for `camwarden check`.
 */
#ifndef MONITOR_CLI_CHECK_LOAD_H
#define MONITOR_CLI_CHECK_LOAD_H

#include <stdint.h>

#include "monitor/config/config.h"
#include "monitor/inventory/inventory.h"

struct check_load {
	uint32_t feeds; /* enabled */
	uint32_t off;
	uint32_t demux_feeds;
	uint32_t demux_capacity;
	double mbit_s;		      /* on the average; filled by the caller */
	uint32_t descriptors;	      /* of all processes */
	uint32_t descriptors_one;     /* of the one that needs most */
	uint64_t descriptors_allowed; /* filled by the caller */
	uint64_t memory_mib;
};

/* cores: what `auto` means. */
void check_load_reckon(const struct inventory *inv,
    const struct monitor_config *config, unsigned cores,
    struct check_load *out);

#endif
