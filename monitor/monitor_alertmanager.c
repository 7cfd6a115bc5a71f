/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alertmanager forgets what it isn't told again: what is open at the time goes
 * to it each minute, in one request or a few. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/message/message.h"
#include "monitor/report/jot.h"
#include "monitor/store/store_read_ledger.h"

#define AGAIN_US (60 * US_PER_S)
#define ENDS_US (5 * AGAIN_US)
#define BODY_BYTES (COURIER_BODY_BYTES - 8192u)
#define OPEN_MOST 2000u /* told again; what is beyond is told once */

/* What an alert is known by there must not change while it is open; all else
 * is annotation. */
struct known {
	const char *key, *severity, *place, *host;
};

static void
put_labels(struct jot *j, const struct known *k)
{
	jot_open(j, "labels", '{');
	jot_text(j, "alertname", "camwarden");
	jot_text(j, "alert", k->key);
	jot_text(j, "severity", k->severity);
	jot_text(j, "place", k->place);
	jot_text(j, "instance", k->host);
	jot_close(j, '}');
}

static void
put_item(struct jot *j, const struct message *m, const struct notice_item *item,
    int64_t ends_utc)
{
	char key[48];
	const struct known known = { key, notice_severity_name(item->severity),
		item->place, m->host };

	snprintf(key, sizeof(key), "camwarden-%llu",
	    (unsigned long long)item->alert);
	jot_open(j, NULL, '{');
	put_labels(j, &known);
	jot_open(j, "annotations", '{');
	jot_text(j, "cause", cause_name(item->cause));
	jot_text(j, "summary", report_words_cause(m->language, item->cause));
	jot_close(j, '}');
	jot_time(j, "startsAt", item->since_utc);
	jot_time(j, "endsAt", ends_utc);
	jot_close(j, '}');
}

static void
put_one(struct jot *j, const struct message *m, int64_t ends_utc)
{
	const struct notice *n = m->notice;
	char key[48], subject[MESSAGE_SUBJECT_BYTES];
	const struct known known = { key, notice_severity_name(n->severity),
		n->place, m->host };
	struct ink text = { 0 };

	notice_key(n, key);
	message_subject(m, subject);
	message_plain(m, &text);
	jot_open(j, NULL, '{');
	put_labels(j, &known);
	jot_open(j, "annotations", '{');
	jot_text(j, "summary", subject);
	jot_text(j, "description", text.text);
	jot_text(j, "cause", cause_name(n->cause));
	jot_text(j, "site", n->site);
	jot_text(j, "contact", n->contact);
	jot_text(j, "rule", n->rule);
	jot_close(j, '}');
	jot_time(j, "startsAt", n->since_utc != 0 ? n->since_utc : n->made_utc);
	jot_time(j, "endsAt", ends_utc);
	if (strncmp(n->url, "http", 4) == 0)
		jot_text(j, "generatorURL", n->url);
	jot_close(j, '}');
	ink_free(&text);
}

void
alertmanager_put(const struct message *m, int64_t now_utc, bool others,
    struct ink *out)
{
	const struct notice *n = m->notice;
	struct jot j = { .out = out, .some = others };
	int64_t ends = n->kind == NOTICE_RESOLVED && n->over_utc != 0
			   ? n->over_utc
		       : n->kind == NOTICE_RESOLVED || n->kind == NOTICE_TEST
			   ? now_utc
			   : now_utc + ENDS_US;

	if (n->kind != NOTICE_DIGEST) {
		put_one(&j, m, ends > n->since_utc ? ends : n->since_utc + 1);
		return;
	}
	for (uint32_t i = 0; i < n->item_count; i++)
		put_item(&j, m, &n->items[i],
		    n->items[i].over ? now_utc : ends);
}

/* --- again */

struct again {
	struct monitor *m;
	unsigned channel;
	struct ink body;
	const char *why; /* it can't be sent */
};

static void
send_batch(struct again *a)
{
	struct monitor *m = a->m;
	struct courier_job j = { 0 };

	if (a->body.length == 0)
		return;
	ink_put(&a->body, "]");
	a->why = a->body.failed ? "memory is out"
				: channels_alertmanager(m, a->channel, &j);
	j.id = OUTSIDE_JOB(OUTSIDE_AGAIN,
	    (uint64_t)m->outside->again++ << 8 | a->channel);
	j.body = (struct span){ (const uint8_t *)a->body.text, a->body.length };
	if (a->why == NULL && !courier_send(m->outside->courier, &j, -1))
		a->why = "too much is under way";
	explicit_bzero(&j, sizeof(j));
	ink_free(&a->body);
}

static bool
put_again(void *arg, const struct store_delivery_row *row)
{
	static struct notice n; /* one thread */
	struct again *a = arg;
	struct message message;
	char host[256] = "";

	/* Of one that flaps the last may tell that it was over. */
	if (!notice_read(&n, row->body, row->length) ||
	    n.kind == NOTICE_RESOLVED)
		return true;
	channels_message(a->m, &n, &message, host);
	ink_put(&a->body, a->body.length == 0 ? "[" : "");
	alertmanager_put(&message, monitor_utc(a->m, clock_mono_us()),
	    a->body.length > 1, &a->body);
	if (a->body.length > BODY_BYTES)
		send_batch(a);
	return a->why == NULL;
}

void
alertmanager_second(struct monitor *m, int64_t now_us)
{
	const struct config_alerts *c = &m->config.alerts;

	if (now_us < m->outside->again_us)
		return;
	m->outside->again_us = now_us + AGAIN_US;
	for (uint32_t i = 0; i < c->channel_count; i++) {
		struct again a = { .m = m, .channel = i };

		if (config_channel_kind(c->channels[i].kind) !=
		    CHANNEL_ALERTMANAGER)
			continue;
		if (!store_read_open_there(m->reader, c->channels[i].name,
			OPEN_MOST, put_again, &a))
			a.why = store_reader_error(m->reader);
		send_batch(&a);
		if (a.why != NULL)
			log_warn("post", "channel %s, told again: %s",
			    c->channels[i].name, a.why);
		ink_free(&a.body);
	}
}

void
alertmanager_on_result(struct monitor *m, unsigned channel,
    const struct courier_result *r)
{
	uint32_t bit = 1u << channel;
	const struct config_alerts *c = &m->config.alerts;
	char said[COURIER_DETAIL_BYTES];

	if (channel >= c->channel_count ||
	    r->ok == ((m->outside->again_failed & bit) == 0))
		return;
	m->outside->again_failed ^= bit;
	snprintf(said, sizeof(said), "%s", r->detail);
	channels_redact(m, channel, said);
	log_warn("post", "channel %s, told again: %s",
	    c->channels[channel].name, r->ok ? "it takes it" : said);
}
