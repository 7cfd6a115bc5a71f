/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_alerts.h: incidents on their way to the database and to those who are
 * told; for the composition root's files only. monitor_incident.c: every
 * incident is opened, changed and closed through it. monitor_alerts.c: the book
 * of alerts, its rows, its turns. monitor_notice.c: what a notice says beyond
 * what the book knows. monitor_alerts_config.c: settings -> recipients and
 * rules, and who is on duty.
 */
#ifndef MONITOR_MONITOR_ALERTS_H
#define MONITOR_MONITOR_ALERTS_H

#include "monitor/alert/alert.h"
#include "monitor/monitor_parts.h"

#define ALERTS_OWN_NETWORK 100u /* place_id of our own network */
#define ALERTS_OWN_PLACE "camwarden"

struct alerts_site { /* of the committed inventory */
	int64_t id;
	char path[LIMIT_NAME_BYTES];
	char zone[NOTICE_NAME_BYTES], contact[LIMIT_NAME_BYTES];
};

struct alerts {
	struct alert_book *book;
	struct alerts_site *sites; /* owned */
	size_t site_count;
	bool settled; /* the inventory is there, and what was left open taken */
	uint64_t told, dropped; /* notices, since the start */
};

/* --- monitor_incident.c */
/* own: of the monitor itself (no feed, site, room or console): which of its
 * troubles, from 1. False: the store took it not; nothing happened. */
bool monitor_incident_open(struct monitor *m, const struct store_incident *i,
    unsigned own);
bool monitor_incident_change(struct monitor *m, const struct store_incident *i,
    unsigned own);
bool monitor_incident_close(struct monitor *m, int64_t incident,
    int64_t good_us, int64_t now_us);

/* --- monitor_alerts.c */
/* What earlier runs left is taken up. Before any incident of this run. False:
 * error_out (static). */
bool monitor_alerts_start(struct monitor *m, const char **error_out);
/* Inventory and floor are held: what is open and has no alert gets one. */
void monitor_alerts_settle(struct monitor *m);
void monitor_alerts_on_inventory(struct monitor *m);
void monitor_alerts_reload(struct monitor *m);
/* An incident as it is now; it may alert. */
void monitor_alerts_on_incident(struct monitor *m,
    const struct store_incident *i, unsigned own);
void monitor_alerts_on_close(struct monitor *m, int64_t incident,
    int64_t good_us, int64_t now_us);
void monitor_alerts_on_acknowledge(struct monitor *m, int64_t incident);
/* Maintenance and mutes were put on the feeds. */
void monitor_alerts_excuse(struct monitor *m, int64_t now_us);
void monitor_alerts_second(struct monitor *m, int64_t now_us);
void monitor_alerts_totals(const struct monitor *m, struct monitor_totals *out);
void monitor_alerts_free(struct monitor *m);

/* --- monitor_notice.c */
/* Completes what alert_fill gave. */
void monitor_notice_complete(struct monitor *m, struct notice *n);
/* A line for lists: "firing: North/Gate: stalled". */
void monitor_notice_subject(const struct notice *n, char *out, size_t size);
const struct alerts_site *monitor_alerts_site(const struct monitor *m,
    int64_t id);

/* --- monitor_alerts_config.c */
void monitor_alerts_config(const struct config_alerts *c,
    struct alert_config *out);
/* Names of a recipient's channels, by comma. */
void monitor_alerts_channels(const struct config_alerts *c,
    const char *recipient, char *out, size_t size);
/* Bits of the recipients that are on duty. */
uint32_t monitor_alerts_duty(struct monitor *m, int64_t now_us);

#endif
