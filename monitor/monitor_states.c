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
#include "monitor/store/store_read.h"

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
	/* Feeds that earlier runs may have told, and that are no more. */
	uint8_t (*gone)[16]; /* owned */
	uint32_t gone_count, gone_at, gone_sent;
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
is_wanted(const struct config_channel *c, const char *tags)
{
	const char *at = c->feeds;
	char tag[CONFIG_NAME_BYTES];

	while (config_alerts_next(&at, tag))
		if (strcmp(tag, "all") == 0 ||
		    tags_have(tags != NULL ? tags : "", tag))
			return true;
	return false;
}

static void
forget_feed(struct batch *b, const uint8_t uuid[16])
{
	char topic[256];

	feed_topic(b, uuid, topic);
	put(b, topic, NULL);
	if (b->c->home_assistant) {
		config_topic(b, uuid, topic);
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
	if (f == NULL || !is_wanted(b->c, f->tags) ||
	    (t->code != 0 && memcmp(t->uuid, f->uuid, 16) != 0)) {
		if (t->code == 0)
			return true;
		forget_feed(b, t->uuid);
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

/* --- feeds that left the inventory while nobody was here */

struct finding {
	struct monitor *m;
	const struct config_channel *c;
	struct states *s;
};

static bool
take_gone(void *arg, const struct store_gone_row *row)
{
	struct finding *f = arg;

	/* One that came back is looked at like all others. */
	if (is_wanted(f->c, row->tags) &&
	    monitor_feed_find(f->m, row->uuid) == NULL)
		memcpy(f->s->gone[f->s->gone_count++], row->uuid, 16);
	return true;
}

static struct states *
states_new(struct monitor *m, unsigned channel)
{
	struct finding f = { m, &m->config.alerts.channels[channel],
		calloc(1, sizeof(struct states)) };

	if (f.s == NULL || f.c->feeds[0] == '\0')
		return f.s;
	f.s->gone = calloc(LIMIT_FEEDS, sizeof(f.s->gone[0]));
	if (f.s->gone != NULL &&
	    !store_read_gone_feeds(m->reader, LIMIT_FEEDS, take_gone, &f))
		log_error("post", "feeds that are no more can't be read: %s",
		    store_reader_error(m->reader));
	return f.s;
}

static void
states_drop(struct states **s)
{
	if (*s != NULL)
		free((*s)->gone);
	free(*s);
	*s = NULL;
}

static void
look_at_gone(struct batch *b)
{
	struct states *s = b->s;

	for (s->gone_sent = 0;
	     s->gone_at + s->gone_sent < s->gone_count && has_room(b, 2);
	     s->gone_sent++)
		forget_feed(b, s->gone[s->gone_at + s->gone_sent]);
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
	look_at_gone(&b);
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
			states_drop(s);
			continue;
		}
		if (*s == NULL)
			*s = states_new(m, i);
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
	s->gone_at += s->gone_sent;
	tell(m, channel, s, now);
}

static bool
same_place(const struct config_channel *a, const struct config_channel *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->kind, b->kind) == 0 &&
	       strcmp(a->url, b->url) == 0 &&
	       strcmp(a->url_file, b->url_file) == 0 &&
	       strcmp(a->topic, b->topic) == 0 &&
	       a->home_assistant == b->home_assistant &&
	       strcmp(a->discovery, b->discovery) == 0;
}

void
states_reload(struct monitor *m, const struct config_alerts *now)
{
	const struct config_alerts *old = &m->config.alerts;
	struct states *kept[CONFIG_CHANNELS] = { NULL };

	for (uint32_t i = 0; i < old->channel_count; i++)
		for (uint32_t k = 0; k < now->channel_count; k++) {
			struct states *s = m->outside->states[i];

			if (s == NULL ||
			    !same_place(&old->channels[i], &now->channels[k]))
				continue;
			s->busy = false; /* nobody waits for that answer */
			kept[k] = s;
			m->outside->states[i] = NULL;
		}
	states_free(m);
	memcpy(m->outside->states, kept, sizeof(kept));
}

void
states_free(struct monitor *m)
{
	for (unsigned i = 0; i < CONFIG_CHANNELS; i++)
		states_drop(&m->outside->states[i]);
}
