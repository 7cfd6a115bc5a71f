/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a broker keeps for whoever comes later: the state of feeds, and how many
 * alerts are open. Each turn compares what is with what was told last and tells
 * some of what differs: a change that is undone meanwhile costs nothing, and
 * one that failed is told with the next. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hex.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/monitor_alerts.h"
#include "monitor/report/jot.h"

#define AGAIN_US (15 * US_PER_S) /* after a failure */
#define ALIVE_US (60 * US_PER_S) /* that the connection is still ours */
#define PAYLOAD_BYTES (2u << 10)

/* Of one feed: 0 nothing lies there, 1 something does and may be another,
 * else 2 + state << 8 | cause. */
struct told {
	uint16_t code;
	uint8_t uuid[16];
};

struct states {
	struct told feeds[LIMIT_FEEDS];
	uint32_t alerts; /* 1 + open << 16 | critical; 0 = not told */
	/* Under way: */
	bool busy;
	uint32_t number; /* of the job */
	struct {
		uint32_t feed;
		uint16_t code;
	} sent[COURIER_PUBLISHES];
	unsigned sent_count;
	uint32_t alerts_sent;
	uint16_t connection; /* on which it was told; 0 = none yet */
	int64_t retry_us;    /* no sooner, after a failure */
	int64_t alive_us;    /* .. and no later, were there nothing new */
};

/* One job being put together. */
struct batch {
	struct monitor *m;
	const struct config_channel *c;
	struct states *s;
	struct courier_job *job;
	char (*payloads)[PAYLOAD_BYTES];
};

static bool
has_room(const struct batch *b, unsigned publishes)
{
	return b->job->publish_count + publishes <= COURIER_PUBLISHES;
}

/* payload NULL: what lies there goes. */
static void
put(struct batch *b, const char *topic, const struct ink *payload)
{
	unsigned i = b->job->publish_count++;
	struct courier_publish *p = &b->job->publishes[i];
	size_t n = payload != NULL && !payload->failed &&
			   payload->length <= PAYLOAD_BYTES
		       ? payload->length
		       : 0;

	memcpy(b->payloads[i], n > 0 ? payload->text : "", n);
	p->payload = (struct span){ (const uint8_t *)b->payloads[i], n };
	p->retain = true;
	snprintf(p->topic, sizeof(p->topic), "%s", topic);
}

static void
feed_topic(const struct batch *b, const uint8_t uuid[16], char out[256])
{
	char name[UUID_TEXT];

	uuid_print(uuid, name);
	snprintf(out, 256, "%s/feed/%s", b->c->topic, name);
}

static void
config_topic(const struct batch *b, const uint8_t uuid[16], char out[256])
{
	char name[UUID_TEXT];

	uuid_print(uuid, name);
	snprintf(out, 256, "%s/binary_sensor/camwarden/%s/config",
	    b->c->discovery, name);
}

/* How Home Assistant finds it (its documentation, "MQTT Discovery"). */
static void
put_config(struct batch *b, const struct watched_feed *f)
{
	struct ink text = { 0 };
	struct jot j = { .out = &text };
	char topic[256], state[256], name[2 * LIMIT_NAME_BYTES],
	    unique[UUID_TEXT + 16], uuid[UUID_TEXT];

	feed_topic(b, f->uuid, state);
	config_topic(b, f->uuid, topic);
	uuid_print(f->uuid, uuid);
	snprintf(unique, sizeof(unique), "camwarden-%s", uuid);
	snprintf(name, sizeof(name), "%s%s%s", f->site,
	    f->site[0] != '\0' ? "/" : "", f->name);
	jot_open(&j, NULL, '{');
	jot_text(&j, "name", name);
	jot_text(&j, "unique_id", unique);
	jot_text(&j, "device_class", "connectivity");
	jot_text(&j, "state_topic", state);
	jot_text(&j, "value_template",
	    "{{ {'up': 'ON', 'degraded': 'ON', 'down': 'OFF'}"
	    ".get(value_json.state) }}");
	jot_text(&j, "json_attributes_topic", state);
	snprintf(state, sizeof(state), "%s/status", b->c->topic);
	jot_text(&j, "availability_topic", state);
	jot_open(&j, "device", '{');
	jot_open(&j, "identifiers", '[');
	jot_text(&j, NULL, b->c->topic);
	jot_close(&j, ']');
	jot_text(&j, "name", "camwarden");
	jot_close(&j, '}');
	jot_close(&j, '}');
	put(b, topic, &text);
	ink_free(&text);
}

static void
put_state(struct batch *b, const struct watched_feed *f,
    const struct verdict *v)
{
	struct ink text = { 0 };
	struct jot j = { .out = &text };
	char topic[256];

	feed_topic(b, f->uuid, topic);
	jot_open(&j, NULL, '{');
	jot_text(&j, "state", state_name(v->state));
	jot_text(&j, "cause", cause_name(v->cause));
	jot_time(&j, "since", monitor_utc(b->m, v->since_us));
	jot_text(&j, "site", f->site);
	jot_text(&j, "name", f->name);
	jot_close(&j, '}');
	put(b, topic, &text);
	ink_free(&text);
}

static bool
is_wanted(const struct config_channel *c, const struct watched_feed *f)
{
	const char *at = c->feeds;
	char tag[CONFIG_NAME_BYTES];

	while (config_alerts_next(&at, tag))
		if (strcmp(tag, "all") == 0 ||
		    tags_have(f->tags != NULL ? f->tags : "", tag))
			return true;
	return false;
}

static void
forget_feed(struct batch *b, struct told *t)
{
	char topic[256];

	feed_topic(b, t->uuid, topic);
	put(b, topic, NULL);
	if (b->c->home_assistant) {
		config_topic(b, t->uuid, topic);
		put(b, topic, NULL);
	}
}

static void
note(struct batch *b, uint32_t feed, uint16_t code)
{
	b->s->sent[b->s->sent_count].feed = feed;
	b->s->sent[b->s->sent_count++].code = code;
}

/* False: no room is left. */
static bool
look_at(struct batch *b, uint32_t number)
{
	const struct watched_feed *f = b->m->feeds[number];
	struct told *t = &b->s->feeds[number];
	const struct verdict *v;
	uint16_t code;

	if (!has_room(b, 2))
		return false;
	if (f == NULL || !is_wanted(b->c, f) ||
	    (t->code != 0 && memcmp(t->uuid, f->uuid, 16) != 0)) {
		if (t->code == 0)
			return true;
		forget_feed(b, t);
		note(b, number, 0);
		return true;
	}
	v = judge_verdict(f->judge);
	code = (uint16_t)(2u + ((unsigned)v->state << 8 | (unsigned)v->cause));
	if (code == t->code)
		return true;
	if (t->code < 2 && b->c->home_assistant)
		put_config(b, f);
	put_state(b, f, v);
	memcpy(t->uuid, f->uuid, 16);
	note(b, number, code);
	return true;
}

/* --- alerts */

static bool
count(void *arg, const struct alert_view *view)
{
	uint32_t *counts = arg;

	if (view->closed_us == 0) {
		counts[0]++;
		counts[1] += view->severity == NOTICE_CRITICAL;
	}
	return true;
}

static void
look_at_alerts(struct batch *b)
{
	uint32_t counts[2] = { 0 };
	struct ink text = { 0 };
	struct jot j = { .out = &text };
	char topic[256];

	if (b->m->alerts != NULL)
		alert_each(b->m->alerts->book, count, counts);
	b->s->alerts_sent =
	    1 + ((counts[0] & 0x7fff) << 16 | (counts[1] & 0xffff));
	if (b->s->alerts_sent == b->s->alerts)
		return;
	jot_open(&j, NULL, '{');
	jot_number(&j, "open", counts[0]);
	jot_number(&j, "critical", counts[1]);
	jot_close(&j, '}');
	snprintf(topic, sizeof(topic), "%s/alerts", b->c->topic);
	put(b, topic, &text);
	ink_free(&text);
}

/* --- turns */

static void
tell(struct monitor *m, unsigned channel, struct states *s, int64_t now_us)
{
	static char payloads[COURIER_PUBLISHES][PAYLOAD_BYTES];
	static struct channel_job job; /* one thread */
	struct batch b = { m, &m->config.alerts.channels[channel], s, &job.job,
		payloads };
	const char *why;

	memset(&job, 0, sizeof(job));
	s->sent_count = 0;
	look_at_alerts(&b);
	for (uint32_t i = 0; i < LIMIT_FEEDS && look_at(&b, i); i++)
		;
	if (b.job->publish_count == 0 && now_us < s->alive_us)
		return;
	/* Nothing new: a word that opens the connection again, were it lost. */
	if (b.job->publish_count == 0) {
		s->alerts = 0;
		look_at_alerts(&b);
	}
	s->alive_us = now_us + ALIVE_US;
	why = channels_broker(m, channel, b.job);
	b.job->id =
	    OUTSIDE_JOB(OUTSIDE_STATES, (uint64_t)++s->number << 8 | channel);
	s->busy = why == NULL && courier_send(m->outside->courier, b.job, -1);
	channels_drop(&job);
	if (!s->busy)
		s->retry_us = now_us + AGAIN_US;
}

static bool
is_broker(const struct monitor *m, unsigned channel)
{
	return channel < m->config.alerts.channel_count &&
	       config_channel_kind(m->config.alerts.channels[channel].kind) ==
		   CHANNEL_MQTT;
}

void
states_second(struct monitor *m, int64_t now_us)
{
	for (unsigned i = 0; i < CONFIG_CHANNELS; i++) {
		struct states **s = &m->outside->states[i];

		if (!is_broker(m, i)) {
			free(*s);
			*s = NULL;
			continue;
		}
		if (*s == NULL)
			*s = calloc(1, sizeof(**s));
		if (*s != NULL && !(*s)->busy && now_us >= (*s)->retry_us)
			tell(m, i, *s, now_us);
	}
}

/* All may be gone there: it is told anew. */
static void
doubt(struct states *s)
{
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++)
		if (s->feeds[i].code > 1)
			s->feeds[i].code = 1;
	s->alerts = 0;
}

void
states_on_result(struct monitor *m, uint64_t number,
    const struct courier_result *r)
{
	unsigned channel = (unsigned)(number & 0xff);
	struct states *s =
	    channel < CONFIG_CHANNELS ? m->outside->states[channel] : NULL;
	int64_t now = clock_mono_us();

	if (s == NULL || !s->busy || number >> 8 != s->number)
		return;
	s->busy = false;
	if (!r->ok) {
		s->retry_us = now + AGAIN_US;
		return;
	}
	/* On another connection: what was told before it may be lost. */
	if (r->status != s->connection)
		doubt(s);
	s->connection = r->status;
	for (unsigned i = 0; i < s->sent_count; i++)
		s->feeds[s->sent[i].feed].code = s->sent[i].code;
	s->alerts = s->alerts_sent;
	tell(m, channel, s, now);
}

void
states_free(struct monitor *m)
{
	for (unsigned i = 0; i < CONFIG_CHANNELS; i++) {
		free(m->outside->states[i]);
		m->outside->states[i] = NULL;
	}
}
