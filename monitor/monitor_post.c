/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deliveries: rows that are sent until each is done, each channel's beside the
 * others'. The row stays until its end is committed: what is sent twice after a
 * crash has the same Message-ID, or key. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_channels.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/store/store_read_ledger.h"

#define LOOK_US US_PER_S
#define LOOK_ROWS 16u
#define GONE "its channel is not in the settings any more"
#define STRAYS_US (2 * US_PER_S)
#define STRAYS_MOST 1000u
#define PATIENCE_US (15 * 60 * US_PER_S) /* of failures, before an incident */
#define STALE_US (86400 * US_PER_S) /* a notice that old is told to nobody */

/* --- places */

static struct posting *
place_of(struct post *p, int64_t delivery)
{
	for (int i = 0; i < POST_PLACES; i++)
		if (p->under_way[i].delivery == delivery)
			return &p->under_way[i];
	return NULL;
}

/* What may be under way by it at once: one, while nobody answers there. */
static int
places(const struct post *p, int channel)
{
	if (channel == POST_BY_MAIL)
		return POST_MAILS;
	return p->channels[channel].rest.fails > 0 ? 1 : POST_PER_CHANNEL;
}

/* A test's is beyond those. NULL: there is none now. */
static struct posting *
free_place(struct post *p, int channel, bool test)
{
	int used = 0;

	for (int i = 0; i < POST_PLACES; i++)
		used += p->under_way[i].delivery != 0 &&
			p->under_way[i].channel == channel;
	return test || used < places(p, channel) ? place_of(p, 0) : NULL;
}

/* --- the end of a try */

struct attempt {
	struct monitor *m;
	int64_t delivery;
	bool test, ok;
	char said[COURIER_DETAIL_BYTES];
};

static void
on_stored(void *arg, const struct store_result *r)
{
	struct attempt *a = arg;
	struct post *p = a->m->outside != NULL ? &a->m->outside->post : NULL;
	struct posting *at = p != NULL ? place_of(p, a->delivery) : NULL;

	if (!r->ok)
		log_error("post",
		    "delivery %lld: its outcome can't be "
		    "written: %s",
		    (long long)a->delivery, r->error);
	if (at != NULL)
		at->delivery = 0;
	if (p != NULL && a->test)
		post_tell_waiter(p, a->delivery, a->ok, a->said);
	if (p != NULL)
		p->look_us = 0;
	free(a);
}

static bool
is_over(const struct posting *at, int64_t now_utc, bool lasting)
{
	if (at->test)
		return true;
	return at->channel == POST_BY_MAIL
		   ? backoff_over(at->made_utc, now_utc, lasting)
		   : now_utc - at->made_utc > STALE_US;
}

/* Its server refused it, or some whom it is for: another notice may fare
 * better. */
static bool
is_its_own(const struct courier_result *r)
{
	return r->lasting || r->later != 0;
}

static int64_t
pause_of(const struct posting *at, const struct courier_result *r)
{
	return at->channel == POST_BY_MAIL ? backoff_us(at->tries + 1)
					   : backoff_notice_us(at->tries + 1,
						 is_its_own(r), r->asked_s);
}

static void
finish(struct monitor *m, struct posting *at, const struct courier_result *r,
    const char *said)
{
	int64_t now = monitor_utc(m, clock_mono_us());
	struct attempt *memory = malloc(sizeof(*memory));
	struct store_attempt a = { .delivery = at->delivery,
		.utc = now,
		.due_utc = now + pause_of(at, r),
		.said = said,
		.outcome = r->ok ? STORE_SENT : STORE_TRY_AGAIN };
	struct store_done done = { on_stored, memory };

	if (memory == NULL) {
		at->delivery = 0; /* it comes again */
		return;
	}
	if (!r->ok && is_over(at, now, r->lasting))
		a.outcome = STORE_GIVEN_UP;
	*memory = (struct attempt){ m, at->delivery, at->test, r->ok, "" };
	snprintf(memory->said, sizeof(memory->said), "%s", said);
	at->ending = true;
	if (!store_attempt(m->store, &a, &done)) {
		at->delivery = 0;
		free(memory);
	}
}

static struct post_channel *
channel_of(struct post *p, const struct posting *at)
{
	if (at->channel == POST_BY_NONE)
		return NULL;
	return at->channel == POST_BY_MAIL ? &p->mails
					   : &p->channels[at->channel];
}

static void
end_trouble(struct monitor *m)
{
	const struct post *p = &m->outside->post;
	bool failing = p->mails.failing;

	for (unsigned i = 0; i < CONFIG_CHANNELS; i++)
		failing = failing || p->channels[i].failing;
	if (!failing)
		monitor_own_over(m, OWN_MAIL, clock_mono_us());
}

/* A mail that fails for long, or a channel that is refused, is a trouble of
 * our own; it ends with the next that goes through. */
static void
tell_trouble(struct monitor *m, const struct posting *at,
    struct post_channel *c, const struct courier_result *r, const char *said)
{
	int64_t now = clock_mono_us();
	bool mail = at->channel == POST_BY_MAIL;
	char text[COURIER_DETAIL_BYTES + 100];

	if (r->ok) {
		c->failing = false;
		end_trouble(m);
		return;
	}
	if (at->test ||
	    (!r->lasting && monitor_utc(m, now) - at->made_utc <= PATIENCE_US))
		return;
	c->failing = true;
	snprintf(text, sizeof(text), "%s%s%s",
	    mail ? "" : m->config.alerts.channels[at->channel].name,
	    mail ? "" : ": ", said);
	monitor_own_say(m, OWN_MAIL, now, now, text);
}

/* The mail server took it, and asked to come back for some of those whom it is
 * for: they have a delivery of their own. Commas alone between them: a list of
 * some is never longer than that of all. */
static void
send_later(struct monitor *m, const struct posting *at, uint64_t later)
{
	const char *next = at->to;
	int64_t now = monitor_utc(m, clock_mono_us());
	char one[256], to[sizeof(at->to)] = "";
	size_t length = 0;
	struct store_delivery d = { .kind = STORE_DELIVERY_ALERT,
		.target = m->config.alerts.channels[at->channel].name,
		.subject = at->subject,
		.path = to,
		.body = "",
		.made_utc = at->made_utc,
		.due_utc = now + BACKOFF_NOTICE_US,
		.notice = at->notice };

	for (unsigned i = 0; i < 64 && config_mail_next(&next, one); i++)
		if ((later & 1ull << i) != 0)
			length +=
			    (size_t)snprintf(to + length, sizeof(to) - length,
				"%s%s", length > 0 ? "," : "", one);
	if (length > 0 && !store_delivery(m->store, &d, NULL))
		log_error("post", "delivery %lld: not kept for %s",
		    (long long)at->delivery, to);
}

/* How the channel fares, by what came of this. */
static void
note_channel(struct monitor *m, struct posting *at,
    const struct courier_result *r, const char *said)
{
	struct post_channel *c = channel_of(&m->outside->post, at);

	if (c == NULL) { /* it may go by another */
		m->outside->post.strays_us = clock_mono_us() + STRAYS_US;
		return;
	}
	tell_trouble(m, at, c, r, said);
	if (at->channel == POST_BY_MAIL)
		return;
	if (r->ok)
		backoff_taken(&c->rest);
	else if (is_its_own(r))
		backoff_refused(&c->rest, clock_mono_us());
	else
		backoff_failed(&c->rest, r->asked_s, clock_mono_us());
	if (r->ok && r->later != 0 && at->notice != 0)
		send_later(m, at, r->later);
	/* A person mended it: the others needn't wait. */
	if (r->ok && at->test)
		store_deliveries_due(m->store,
		    m->config.alerts.channels[at->channel].name,
		    monitor_utc(m, clock_mono_us()));
}

/* Without the channel's secrets; of one that is gone nobody knows them. */
static void
words_of(const struct monitor *m, const struct posting *at,
    const struct courier_result *r, char said[COURIER_DETAIL_BYTES])
{
	snprintf(said, COURIER_DETAIL_BYTES, "%s",
	    at->channel != POST_BY_NONE ? r->detail
	    : r->ok			? "accepted"
					: GONE);
	if (at->channel >= 0)
		channels_redact(m, (unsigned)at->channel, said);
}

void
post_on_result(struct monitor *m, uint64_t delivery,
    const struct courier_result *r)
{
	struct post *p = &m->outside->post;
	struct posting *at = place_of(p, (int64_t)delivery);
	char said[COURIER_DETAIL_BYTES];

	if (at == NULL || at->ending)
		return;
	words_of(m, at, r, said);
	if (r->ok) {
		log_info("post", "delivery %lld is sent", (long long)delivery);
		if (at->checkpoint != 0)
			record_mailed(m, at->checkpoint);
	} else if (at->tries > 0 && at->channel >= 0 &&
		   p->channels[at->channel].rest.fails > 0) {
		log_debug("post", "delivery %lld, try %u: %s",
		    (long long)delivery, at->tries + 1, said);
	} else {
		log_warn("post", "delivery %lld, try %u: %s",
		    (long long)delivery, at->tries + 1, said);
	}
	note_channel(m, at, r, said);
	finish(m, at, r, said);
}

/* --- what waits is sent */

struct look {
	struct monitor *m;
	int channel; /* its number, or POST_BY_MAIL */
	bool rests;  /* nobody answers there: tests alone */
};

static void
take_place(struct posting *at, const struct look *l,
    const struct store_delivery_row *row, bool test)
{
	*at = (struct posting){ .delivery = row->id,
		.channel = l->channel,
		.made_utc = row->made_utc,
		.tries = row->tries,
		.checkpoint =
		    l->channel == POST_BY_MAIL ? post_checkpoint(row) : 0,
		.notice = row->notice,
		.test = test };
}

static bool
send_row(void *arg, const struct store_delivery_row *row)
{
	const struct look *l = arg;
	struct post *p = &l->m->outside->post;
	bool test = row->kind == STORE_DELIVERY_TEST ||
		    row->kind == STORE_DELIVERY_TRIAL;
	struct posting *at;
	struct courier_result failed = { .lasting =
					     true }; /* settings' fault */
	static struct channel_job job;		     /* one thread */
	const char *why;
	int fd;

	if (place_of(p, row->id) != NULL || (l->rests && !test))
		return true;
	at = free_place(p, l->channel, test);
	if (at == NULL)
		return false;
	take_place(at, l, row, test);
	why = post_make(l->m, l->channel, row, &job, &fd);
	post_row_text(at->subject, sizeof(at->subject), row->subject);
	snprintf(at->to, sizeof(at->to), "%s", job.job.to);
	if (why != NULL) {
		snprintf(failed.detail, sizeof(failed.detail), "%s", why);
		post_on_result(l->m, (uint64_t)row->id, &failed);
	} else if (!courier_send(l->m->outside->courier, &job.job, fd)) {
		at->delivery = 0; /* another time */
	}
	channels_drop(&job);
	if (fd >= 0)
		close(fd);
	return true;
}

/* --- another way, for what doesn't get through */

static bool
send_otherwise(void *arg, const struct store_delivery_row *row)
{
	const struct look *l = arg;
	const struct config_channel *c =
	    &l->m->config.alerts.channels[l->channel];
	int64_t now = monitor_utc(l->m, clock_mono_us());
	char subject[300];
	struct store_delivery d = { .kind = STORE_DELIVERY_ALERT,
		.target = c->or_else,
		.subject = subject,
		.path = "",
		.body = "",
		.made_utc = now,
		.due_utc = now,
		.notice = row->notice,
		.instead = row->id };

	post_row_text(subject, sizeof(subject), row->subject);
	log_warn("post", "delivery %lld: by %s, since %s fails",
	    (long long)row->id, c->or_else, c->name);
	return store_delivery(l->m->store, &d, NULL);
}

/* A notice to somebody whose channels are others now goes by those. */
static void
go_by_others(struct monitor *m, const struct store_delivery_row *row)
{
	static struct notice n; /* one thread */
	char channels[1024], name[CONFIG_NAME_BYTES], subject[300];
	const char *next = channels;
	int64_t now = monitor_utc(m, clock_mono_us());
	struct store_delivery d = { .kind = STORE_DELIVERY_ALERT,
		.target = name,
		.subject = subject,
		.path = "",
		.body = "",
		.made_utc = row->made_utc,
		.due_utc = now,
		.notice = row->notice };

	if (row->notice == 0 || !notice_read(&n, row->body, row->length))
		return;
	post_row_text(subject, sizeof(subject), row->subject);
	monitor_alerts_channels(&m->config.alerts, n.to, channels,
	    sizeof(channels));
	while (config_alerts_next(&next, name))
		store_delivery(m->store, &d, NULL);
}

static bool
look_at_stray(void *arg, const struct store_delivery_row *row)
{
	struct monitor *m = arg;
	char name[CONFIG_NAME_BYTES];
	struct store_attempt a = { .delivery = row->id,
		.utc = monitor_utc(m, clock_mono_us()),
		.outcome = STORE_GIVEN_UP,
		.said = GONE };

	post_row_text(name, sizeof(name), row->target);
	if (channels_find(m, name) >= 0)
		return true;
	m->outside->post.strays_us = clock_mono_us() + STRAYS_US;
	/* One that is under way is perhaps told. */
	if (place_of(&m->outside->post, row->id) != NULL)
		return true;
	go_by_others(m, row);
	store_attempt(m->store, &a, NULL);
	return true;
}

static void
look_at_strays(struct monitor *m)
{
	m->outside->post.strays_us = INT64_MAX; /* unless there is one */
	if (!store_read_waiting_notices(m->reader, STRAYS_MOST, look_at_stray,
		m))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
}

static void
look_at_channel(struct monitor *m, unsigned channel, int64_t now_us)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	struct post *p = &m->outside->post;
	const struct backoff_rest *rest = &p->channels[channel].rest;
	int64_t now = monitor_utc(m, now_us);
	struct look l = { m, (int)channel, now_us < rest->until_us };
	/* Where nobody answered so often, that is so of all. */
	const struct store_stuck_ask ask = { .channel = c->name,
		.or_else = c->or_else,
		.tries = rest->fails < c->or_else_tries ? c->or_else_tries : 0,
		.made_utc = now - c->or_else_us,
		.limit = LOOK_ROWS };

	if (!store_read_due(m->reader, c->name, now, LOOK_ROWS, send_row, &l) ||
	    (c->or_else[0] != '\0' &&
		!store_read_stuck(m->reader, &ask, send_otherwise, &l)))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
}

static void
look_at_all(struct monitor *m, int64_t now_us)
{
	struct look mails = { m, POST_BY_MAIL, false };

	if (now_us >= m->outside->post.strays_us)
		look_at_strays(m);
	if (!store_read_due(m->reader, NULL, monitor_utc(m, now_us), 64,
		send_row, &mails))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
	for (uint32_t i = 0; i < m->config.alerts.channel_count; i++)
		look_at_channel(m, i, now_us);
}

void
post_second(struct monitor *m, int64_t now_us)
{
	struct post *p = &m->outside->post;

	post_waiters_second(p, now_us);
	if (m->outside->courier == NULL || now_us < p->look_us)
		return;
	p->look_us = now_us + LOOK_US;
	/* While a row is at hand its picture is read, and who acknowledged. */
	if (store_reader_hold(m->reader))
		look_at_all(m, now_us);
	else
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
	store_reader_release(m->reader);
}

/* --- other settings */

void
post_reload(struct monitor *m, char (*was)[CONFIG_NAME_BYTES], uint32_t count)
{
	struct post *p = &m->outside->post;
	struct post_channel before[CONFIG_CHANNELS];
	int to[CONFIG_CHANNELS];
	bool ended = false;

	memcpy(before, p->channels, sizeof(before));
	memset(p->channels, 0, sizeof(p->channels));
	for (uint32_t i = 0; i < count; i++) {
		int is = channels_find(m, was[i]);

		to[i] = is >= 0 ? is : POST_BY_NONE;
		ended = ended || (is < 0 && before[i].failing);
		if (is >= 0)
			p->channels[is].failing = before[i].failing;
	}
	for (int i = 0; i < POST_PLACES; i++) {
		struct posting *at = &p->under_way[i];

		if (at->delivery != 0 && at->channel >= 0)
			at->channel = to[at->channel];
	}
	if (ended)
		end_trouble(m);
	look_at_strays(m);
}

void
post_again(struct monitor *m)
{
	struct post *p = &m->outside->post;

	for (unsigned i = 0; i < CONFIG_CHANNELS; i++)
		backoff_taken(&p->channels[i].rest);
	store_deliveries_due(m->store, "", monitor_utc(m, clock_mono_us()));
	p->look_us = 0;
}

void
post_soon(struct monitor *m)
{
	if (m->outside != NULL)
		m->outside->post.look_us = 0;
}

/* --- what is to be sent */

void
post_mail(struct monitor *m, const char *subject, const char *body,
    const char *path)
{
	const char *at = m->config.report_mail_to;
	int64_t now = monitor_utc(m, clock_mono_us());
	char to[256];

	while (config_mail_next(&at, to)) {
		struct store_delivery d = { .kind = STORE_DELIVERY_MAIL,
			.target = to,
			.subject = subject,
			.path = path,
			.body = body,
			.length = strlen(body),
			.made_utc = now,
			.due_utc = now };

		if (!store_delivery(m->store, &d, NULL))
			log_error("post", "a mail to %s could not be kept", to);
	}
	post_soon(m);
}
