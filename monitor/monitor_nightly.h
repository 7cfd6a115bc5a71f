/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_nightly.h: the report of each local day, made by a child the next
 * morning, its hashes a line of the ledger, its mail queued, what is too old
 * deleted. For the composition root's files; its state also for `status`.
 */
#ifndef MONITOR_MONITOR_NIGHTLY_H
#define MONITOR_MONITOR_NIGHTLY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/config/config.h"
#include "monitor/nightly/nightly_said.h"

struct monitor;
struct nightly_duty;

/* False: no memory. */
bool monitor_nightly_start(struct monitor *m);
/* Each second. */
void monitor_nightly_second(struct monitor *m, int64_t now_us);
/* Takes the new settings that concern it. */
void monitor_nightly_reload(struct monitor *m,
    const struct monitor_config *cfg);
/* What is under way is ended; it is made anew at the next start. */
void monitor_nightly_stop(struct monitor *m);
/* After the store is closed, whose answers come here. */
void monitor_nightly_free(struct monitor *m);

/* The nightly report. Times UTC microseconds, 0 = never; dates are the local
 * days reported on. trouble: borrowed, "" = none. */
struct monitor_report_state {
	bool enabled;
	bool making; /* one is being made, or old ones looked for */
	int64_t made_utc, next_utc;
	char made_date[16], next_date[16];
	const char *trouble;
};
void monitor_report_state(const struct monitor *m,
    struct monitor_report_state *out);

/* --- monitor_nightly_mail.c */
/* Where a copy of the mailed page waits, "" = beside the report: the loop opens
 * it, and report.folder may hang. */
const char *monitor_nightly_outbox(const struct monitor *m,
    char out[2 * CONFIG_PATH_BYTES]);
/* Queues the mail to each of report.mail_to. False: no memory. */
bool monitor_nightly_mail(struct monitor *m, const struct nightly_made *made,
    const char *folder);

#endif
