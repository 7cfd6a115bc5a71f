/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.h: feeds that nobody watches yet -> whether each can be seen, through
 * the real probes and the real judge, as `camwarden probe` does with one; some
 * at a time, few of a device, and a device that refuses a password is asked no
 * more. Owns its event loop while it runs.
 */
#ifndef MONITOR_CLI_TRIAL_H
#define MONITOR_CLI_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/wire.h"
#include "monitor/config/config.h"

struct trial_feed {
	/* url, user, password, transport, quirks, device_sessions; `device`:
	 * the same small number for those that are one; 0: none */
	struct wire_feed_add add;
	bool ptz, dark; /* declared: no fault */
	bool begun;
	/* What came of it. */
	bool told;
	bool seen; /* its stream is there, whatever it shows */
	enum state state;
	enum cause cause;
	char detail[LIMIT_DETAIL_BYTES];
};

enum trial_end { TRIAL_DONE, TRIAL_STOPPED, TRIAL_FAILED };
/* Shows progress on a terminal. STOPPED: by a signal; FAILED was said. */
enum trial_end trial_run(struct trial_feed *feeds, size_t count,
    const struct monitor_config *config);

#endif
