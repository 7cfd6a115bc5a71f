/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the house: the courier, and whose its answers are. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_channels.h"
#include "monitor/monitor_outside.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/clock.h"

#define LAST_US (2 * US_PER_S)
#define LAST_EVERY_US (20 * US_PER_MS)

static void
on_result(void *arg, const struct courier_result *r)
{
	struct monitor *m = arg;
	uint64_t number = r->id & ((1ull << 56) - 1);

	if (r->id >> 56 == OUTSIDE_POST && !m->stopping)
		post_on_result(m, number, r);
	else if (r->id >> 56 == OUTSIDE_WITNESS)
		record_on_result(m, (unsigned)number, r);
	else if (r->id >> 56 == OUTSIDE_AGAIN)
		alertmanager_on_result(m, (unsigned)(number & 0xff), r);
	else if (r->id >> 56 == OUTSIDE_STATES && !m->stopping)
		states_on_result(m, number, r);
	else if (r->id >> 56 == OUTSIDE_HEARTBEAT)
		heartbeat_on_result(m, r);
}

static bool
needs_courier(const struct monitor *m)
{
	const struct record *r = &m->outside->record;

	for (unsigned i = 0; i < r->count; i++)
		if (r->witnesses[i].config.kind != WITNESS_FILE &&
		    r->witnesses[i].config.kind != WITNESS_MAIL)
			return true;
	return m->config.mail_server[0] != '\0' ||
	       m->config.alerts.channel_count > 0 ||
	       m->config.heartbeat_url[0] != '\0' ||
	       m->config.heartbeat_url_file[0] != '\0';
}

static struct courier *
start(struct monitor *m)
{
	struct courier_trust trust;

	channels_trust(m, &trust);
	return courier_new(m->base, &trust, on_result, m);
}

bool
monitor_outside_start(struct monitor *m, char **error_out)
{
	struct outside *o = calloc(1, sizeof(*o));

	m->outside = o;
	if (o == NULL) {
		*error_out = strdup("memory is out");
		return false;
	}
	if (!record_start(m, error_out))
		return false;
	post_reload(m, NULL, 0);
	post_again(m);
	if (!needs_courier(m))
		return true;
	o->courier = start(m);
	if (o->courier == NULL)
		*error_out = strdup("memory is out");
	return o->courier != NULL;
}

void
monitor_outside_second(struct monitor *m, int64_t now_us)
{
	record_second(m, now_us);
	post_second(m, now_us);
	if (m->outside->courier == NULL)
		return;
	alertmanager_second(m, now_us);
	heartbeat_second(m, now_us);
	states_second(m, now_us);
}

void
monitor_outside_stop(struct monitor *m)
{
	record_stop(m);
}

static void
on_last(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	struct outside *o = m->outside;

	(void)fd;
	(void)what;
	if (record_last(m) && clock_mono_us() < o->last_until_us)
		return;
	event_del(o->last);
	o->last_done(m);
}

void
monitor_outside_last(struct monitor *m, void (*done)(struct monitor *m))
{
	static const struct timeval often = { .tv_usec = LAST_EVERY_US };
	struct outside *o = m->outside;

	o->last_done = done;
	o->last_until_us = clock_mono_us() + LAST_US;
	o->last = event_new(m->base, -1, EV_PERSIST, on_last, m);
	if (!record_last(m) || o->last == NULL ||
	    event_add(o->last, &often) != 0)
		done(m);
}

/* Who may vouch for servers, or how a broker knows us, is read when the process
 * starts, and so are the connections that it keeps. */
static bool
needs_another(const struct monitor *m, const struct monitor_config *cfg)
{
	const struct config_channel *old = m->config.alerts.channels,
				    *now = cfg->alerts.channels;
	bool other =
	    m->config.mail_ca_file[0] != '\0' || cfg->mail_ca_file[0] != '\0';

	for (unsigned i = 0; i < CONFIG_CHANNELS && !other; i++)
		other =
		    old[i].ca_file[0] != '\0' || now[i].ca_file[0] != '\0' ||
		    ((config_channel_kind(old[i].kind) == CHANNEL_MQTT ||
			 config_channel_kind(now[i].kind) == CHANNEL_MQTT) &&
			memcmp(&old[i], &now[i], sizeof(now[i])) != 0);
	return other;
}

/* Channels are others: what is under way, waits or lies at a broker is known
 * again before anything new is told. */
static void
take_alerts(struct monitor *m, const struct config_alerts *alerts)
{
	char was[CONFIG_CHANNELS][CONFIG_NAME_BYTES];
	uint32_t count = m->config.alerts.channel_count;

	for (uint32_t i = 0; i < count; i++)
		memcpy(was[i], m->config.alerts.channels[i].name,
		    sizeof(was[i]));
	states_reload(m, alerts);
	m->config.alerts = *alerts;
	m->outside->again_failed = 0;
	post_reload(m, was, count);
	monitor_alerts_reload(m);
}

#define TAKE(field) memcpy(&m->config.field, &cfg->field, sizeof(cfg->field))

bool
monitor_outside_reload(struct monitor *m, const struct monitor_config *cfg)
{
	struct outside *o = m->outside;
	struct courier_trust trust;
	bool another = needs_another(m, cfg);

	TAKE(mail_server);
	TAKE(mail_from);
	TAKE(mail_user);
	TAKE(mail_password_file);
	TAKE(mail_ca_file);
	TAKE(report_mail_to);
	TAKE(checkpoint_every_us);
	TAKE(heartbeat_url);
	TAKE(heartbeat_url_file);
	m->config.heartbeat_every_us = cfg->heartbeat_every_us;
	take_alerts(m, &cfg->alerts);
	o->heartbeat.due_us = 0;
	if (o->courier == NULL && needs_courier(m)) {
		o->courier = start(m);
	} else if (o->courier != NULL && another) {
		channels_trust(m, &trust);
		courier_reload(o->courier, &trust);
	}
	post_again(m);
	return strcmp(m->config.ledger_witnesses, cfg->ledger_witnesses) != 0 ||
	       strcmp(m->config.ledger_key_file, cfg->ledger_key_file) != 0;
}

void
monitor_outside_free(struct monitor *m)
{
	if (m->outside == NULL)
		return;
	if (m->outside->last != NULL)
		event_free(m->outside->last);
	record_free(m);
	states_free(m);
	courier_free(&m->outside->courier);
	free(m->outside);
	m->outside = NULL;
}
