/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_duties.h: what people ask of the monitor's own duties (backup, mail)
 * while it runs. Part of monitor.h; its rules hold, and its answers are given
 * the same way.
 */
#ifndef MONITOR_MONITOR_DUTIES_H
#define MONITOR_MONITOR_DUTIES_H

#include "monitor/monitor.h"

/* Before a backup is made: the line that says so, for the backup to hold. */
void monitor_backup(struct monitor *m, const char *file, bool credentials,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

/* A mail to that address, sent now and tried once. answer: it is kept, its
 * `seq` is the delivery's number, whose row says what comes of it. */
void monitor_mail_test(struct monitor *m, const char *to, const char *actor,
    monitor_answer_fn *answer, void *arg);

/* A test of that channel, sent now and tried once. answer: what came of it, in
 * the server's words; within 15 s, else that it hasn't answered. */
void monitor_channel_test(struct monitor *m, const char *channel,
    const char *actor, monitor_answer_fn *answer, void *arg);
/* A heartbeat was last taken then (UTC); 0 = never, or there is none. */
int64_t monitor_heartbeat_utc(const struct monitor *m);

/* What of the record's settings is in force: only the next start takes others.
 * Names borrowed. */
#define MONITOR_WITNESSES 8
struct monitor_record_state {
	unsigned people_days; /* what is told of people is kept so long */
	unsigned witness_count;
	struct {
		const char *name;
		int kind; /* enum store_witness_kind */
	} witnesses[MONITOR_WITNESSES];
};
void monitor_record_state(const struct monitor *m,
    struct monitor_record_state *out);

/* Channels, roles and rules in force; borrowed until the next reload. */
struct config_alerts;
const struct config_alerts *monitor_alert_settings(const struct monitor *m);

#endif
