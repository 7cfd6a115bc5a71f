/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discover_session.h: the process that asks devices (camwarden-device) is
 * started, told whom, and heard to its end. What it says is checked: it met
 * hostile devices. Owns its event loop while it runs.
 */
#ifndef MONITOR_CLI_DISCOVER_SESSION_H
#define MONITOR_CLI_DISCOVER_SESSION_H

#include "monitor/cli/discover_choose.h"
#include "monitor/cli/discover_targets.h"

struct discover_ask {
	struct device_begin begin;
	struct discover_targets targets;
	struct device_key *keys; /* owned; wiped */
	uint32_t key_count;
};

struct discover_found {
	struct discover_device *devices; /* by address; owned */
	uint32_t count, room;
	struct device_word *words; /* owned */
	uint32_t word_count, word_room;
	struct device_progress progress;
	bool whole; /* it came to its end */
};

/* progress: said on a terminal's standard error. False: it could not be
 * started, which was said. */
bool discover_session(const char *program_dir, const struct discover_ask *ask,
    struct discover_found *out);
void discover_found_fini(struct discover_found *f);

#endif
