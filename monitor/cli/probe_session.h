/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_session.h: one source, through the real probes and the real judge, to
 * printed verdicts; no daemon, no database. Used by `camwarden probe` only.
 * Owns its event loop while it runs.
 */
#ifndef MONITOR_CLI_PROBE_SESSION_H
#define MONITOR_CLI_PROBE_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "camwarden/wire.h"

struct probe_source {
	const char *name; /* as the person wrote it, without a password */
	struct wire_feed_add add; /* url, user, password, transport, as_file */
	int fd;			  /* of a file, -1 */
};

struct probe_options {
	bool json;
	int64_t for_us; /* live: how long; a file: at most that far, 0 = all */
	int64_t interval_us;   /* of samples */
	const char *thumbnail; /* path or NULL */
	const char *record;
	const char *program_dir;
	bool verbose;
	bool ptz;  /* declared: it is turned on purpose */
	bool dark; /* declared: it may be dark all the time */
};

/* The exit status of the command. */
int probe_session_run(const struct probe_source *src,
    const struct probe_options *opt);

#endif
