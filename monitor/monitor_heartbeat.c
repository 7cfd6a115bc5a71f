/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outgoing heartbeat: somebody outside who is asked each minute while all is
 * well, and raises the alarm when he isn't asked any more. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor_setup.h"

static const char *
make(const struct monitor *m, struct courier_job *j)
{
	const struct monitor_config *c = &m->config;
	char text[CONFIG_CHANNEL_URL_BYTES];
	struct config_url url;
	const char *why;

	snprintf(text, sizeof(text), "%s", c->heartbeat_url);
	if (c->heartbeat_url_file[0] != '\0' &&
	    !channels_secret(c->heartbeat_url_file, text, sizeof(text)))
		return "heartbeat.url_file can't be read";
	why = config_channel_url(CHANNEL_WEBHOOK, text, &url);
	explicit_bzero(text, sizeof(text));
	if (why != NULL)
		return "heartbeat.url_file holds no URL";
	j->id = OUTSIDE_JOB(OUTSIDE_HEARTBEAT, m->outside->heartbeat.number);
	j->kind = COURIER_HTTP;
	j->method = COURIER_GET;
	j->trust = CHANNELS_TRUST_MAIL;
	j->tls =
	    config_channel_tls(&url) ? COURIER_TLS_ALWAYS : COURIER_TLS_NEVER;
	snprintf(j->host, sizeof(j->host), "%s", url.host);
	snprintf(j->path, sizeof(j->path), "%s", url.path);
	j->port = url.port;
	explicit_bzero(&url, sizeof(url));
	return NULL;
}

static void
tell(struct outward_beat *h, bool fails, const char *why)
{
	if (fails != h->fails)
		log_warn("heartbeat", "%s", fails ? why : "is heard again");
	h->fails = fails;
}

void
heartbeat_second(struct monitor *m, int64_t now_us)
{
	struct outward_beat *h = &m->outside->heartbeat;
	struct health health;
	struct courier_job j = { 0 };
	const char *why;

	if ((m->config.heartbeat_url[0] == '\0' &&
		m->config.heartbeat_url_file[0] == '\0') ||
	    now_us < h->due_us)
		return;
	h->due_us = now_us + m->config.heartbeat_every_us;
	health = monitor_health(m);
	if (health.faults != 0) {
		tell(h, true, "not sent: camwarden is not well");
		return;
	}
	h->number++;
	why = make(m, &j);
	if (why == NULL && !courier_send(m->outside->courier, &j, -1))
		why = "not sent: too much is under way";
	explicit_bzero(&j, sizeof(j));
	if (why != NULL)
		tell(h, true, why);
}

int64_t
monitor_heartbeat_utc(const struct monitor *m)
{
	return m->outside != NULL ? m->outside->heartbeat.heard_utc : 0;
}

void
heartbeat_on_result(struct monitor *m, const struct courier_result *r)
{
	struct outward_beat *h = &m->outside->heartbeat;
	char why[64];

	/* Nothing of what the server says: its URL may be a secret. */
	if (r->status != 0)
		snprintf(why, sizeof(why), "the server answers %u", r->status);
	else
		snprintf(why, sizeof(why), "nobody answers");
	if (r->ok)
		h->heard_utc = monitor_utc(m, clock_mono_us());
	tell(h, !r->ok, why);
}
