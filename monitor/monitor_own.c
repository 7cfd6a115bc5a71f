/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_own.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_parts.h"

/* What an incident's text begins with, and by which it is known again. */
static const char *const words[OWN_TROUBLES] = {
	[OWN_REPORT] = "The nightly report: ",
	[OWN_WITNESS] = "The record's witnesses: ",
	[OWN_DENIED] = "The record is contradicted: ",
	[OWN_MAIL] = "Mail: ",
	[OWN_CAPACITY] = "camwarden falls behind: ",
	[OWN_CREDENTIALS] = "Passwords of cameras: ",
	[OWN_DISK] = "The disk: ",
	[OWN_RELAY] = "Relays: ",
};

void
monitor_own_say(struct monitor *m, enum own_trouble kind, int64_t since_us,
    int64_t now_us, const char *text)
{
	struct own_incident *own = &m->own[kind];
	char whole[OWN_TEXT_BYTES];
	struct store_incident i = { .since_us = since_us,
		.at_us = now_us,
		.cause = CAUSE_NONE,
		.alertable = true,
		.text = whole };

	/* What doesn't fit is cut where it is. */
	if (snprintf(whole, sizeof(whole), "%s%s", words[kind], text) < 0 ||
	    (own->number != 0 && strcmp(whole, own->text) == 0))
		return;
	bool fresh = own->number == 0;

	if (fresh)
		own->number = incident_number_take(m->incidents);
	i.id = (int64_t)own->number;
	if (fresh ? monitor_incident_open(m, &i, kind + 1u)
		  : monitor_incident_change(m, &i, kind + 1u))
		memcpy(own->text, whole, sizeof(whole));
	else if (fresh)
		own->number = 0; /* the store took it not: said again later */
}

void
monitor_own_over(struct monitor *m, enum own_trouble kind, int64_t now_us)
{
	struct own_incident *own = &m->own[kind];

	if (own->number != 0 &&
	    monitor_incident_close(m, (int64_t)own->number, now_us, now_us))
		own->number = 0;
}

unsigned
monitor_own_number(const struct store_incident_row *row)
{
	for (unsigned i = 0; i < OWN_TROUBLES; i++)
		if (strncmp(row->text, words[i], strlen(words[i])) == 0)
			return i + 1u;
	return ALERTS_OWN_NETWORK;
}

void
monitor_own_restore(struct monitor *m, const struct store_incident_row *row)
{
	for (unsigned i = 0; i < OWN_TROUBLES; i++) {
		if (strncmp(row->text, words[i], strlen(words[i])) != 0)
			continue;
		m->own[i].number = (uint64_t)row->id;
		snprintf(m->own[i].text, sizeof(m->own[i].text), "%s",
		    row->text);
		return;
	}
	log_warn("monitor", "incident %lld is of nobody here",
	    (long long)row->id);
}
