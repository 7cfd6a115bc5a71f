/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_own.h: what goes wrong with the monitor's own duties, as incidents
 * without a place: one open of each kind at most, told again only when its
 * text changes, closed when the duty is done again. For the composition root's
 * files; texts are ours, and may quote what a child or a server said.
 */
#ifndef MONITOR_MONITOR_OWN_H
#define MONITOR_MONITOR_OWN_H

#include <stdint.h>

struct monitor;
struct store_incident_row;

enum own_trouble {
	OWN_REPORT = 0,
	OWN_WITNESS = 1, /* no receipt */
	OWN_DENIED = 2,	 /* one knows another record */
	OWN_MAIL = 3,
	OWN_CAPACITY = 4,    /* falls behind */
	OWN_CREDENTIALS = 5, /* passwords that can't be opened */
	OWN_DISK = 6,
	OWN_RELAY = 7, /* feeds are fetched from ones that don't serve */
};
#define OWN_TROUBLES 8
#define OWN_TEXT_BYTES 512
/* After the start, before one that is still open is said to be over. */
#define OWN_SETTLED_SECONDS 30u

struct own_incident {
	uint64_t number; /* 0 = none is open */
	char text[OWN_TEXT_BYTES];
};

/* Opens it, or changes its text: what is wrong, and what a person can do. The
 * kind's own words are put before it. */
void monitor_own_say(struct monitor *m, enum own_trouble kind, int64_t since_us,
    int64_t now_us, const char *text);
/* It is over; nothing when none was open. */
void monitor_own_over(struct monitor *m, enum own_trouble kind, int64_t now_us);
/* Which of them it is of, from 1; ALERTS_OWN_NETWORK: of none. */
unsigned monitor_own_number(const struct store_incident_row *row);
/* One without a place that was open when an earlier run ended. */
void monitor_own_restore(struct monitor *m,
    const struct store_incident_row *row);

/* monitor_disk.c: the store can't write, or is short of room, or no more. */
struct store_health;
void monitor_disk_told(struct monitor *m, const struct store_health *h,
    int64_t now_us);
void monitor_disk_second(struct monitor *m, int64_t now_us);

#endif
