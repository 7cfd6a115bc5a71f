/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deliveries: rows that are sent until each is done, each channel's beside the
 * others'. The row stays until its end is committed: what is sent twice after a
 * crash has the same Message-ID, or key. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/courier/backoff.h"
#include "monitor/monitor_request.h"
#include "monitor/store/store_read_ledger.h"

#define LOOK_US US_PER_S
#define STRAYS_US (60 * US_PER_S)
#define STRAYS_MOST 1000u
#define PATIENCE_US (15 * 60 * US_PER_S) /* of failures, before an incident */
#define STALE_US (86400 * US_PER_S) /* a notice that old is told to nobody */
#define TEST_US (15 * US_PER_S)	    /* a page waits for twenty (changes.h) */

/* --- places: first those of mails, then so many of each channel */

static struct posting *
place_of(struct post *p, int64_t delivery)
{
	for (int i = 0; i < POST_MOST; i++)
		if (p->under_way[i].delivery == delivery)
			return &p->under_way[i];
	return NULL;
}

/* -1: a mail's. */
static int
channel_of(const struct post *p, const struct posting *at)
{
	int i = (int)(at - p->under_way);

	return i < POST_MAILS ? -1 : (i - POST_MAILS) / POST_PER_CHANNEL;
}

static struct posting *
free_place(struct post *p, int channel)
{
	int from = channel < 0 ? 0 : POST_MAILS + channel * POST_PER_CHANNEL;
	int count = channel < 0 ? POST_MAILS : POST_PER_CHANNEL;

	for (int i = from; i < from + count; i++)
		if (p->under_way[i].delivery == 0)
			return &p->under_way[i];
	return NULL;
}

/* --- who waits for a test */

static void
answer_waiter(struct post_waiter *w, bool ok, const char *text, int64_t id)
{
	struct post_waiter copy = *w;
	const struct monitor_answer a = { .ok = ok, .text = text, .id = id };

	w->delivery = 0;
	copy.answer(copy.arg, &a);
}

static void
tell_waiter(struct post *p, int64_t delivery, bool ok, const char *text)
{
	for (int i = 0; i < POST_WAITERS; i++)
		if (p->waiters[i].delivery == delivery)
			answer_waiter(&p->waiters[i], ok, text, delivery);
}

static void
waiters_second(struct post *p, int64_t now_us)
{
	for (int i = 0; i < POST_WAITERS; i++)
		if (p->waiters[i].delivery > 0 &&
		    now_us > p->waiters[i].until_us)
			answer_waiter(&p->waiters[i], false,
			    "it hasn't answered yet; camwarden deliveries "
			    "will tell",
			    p->waiters[i].delivery);
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
		tell_waiter(p, a->delivery, a->ok, a->said);
	if (p != NULL)
		p->look_us = 0;
	free(a);
}

static bool
is_over(const struct monitor *m, const struct posting *at, int64_t now_utc,
    bool lasting)
{
	if (at->test)
		return true;
	return channel_of(&m->outside->post, at) < 0
		   ? backoff_over(at->made_utc, now_utc, lasting)
		   : now_utc - at->made_utc > STALE_US;
}

static void
finish(struct monitor *m, struct posting *at, const struct courier_result *r,
    const char *said)
{
	int64_t now = monitor_utc(m, clock_mono_us());
	struct attempt *memory = malloc(sizeof(*memory));
	struct store_attempt a = { .delivery = at->delivery,
		.utc = now,
		.due_utc = now + backoff_us(at->tries + 1),
		.said = said,
		.outcome = r->ok ? STORE_SENT : STORE_TRY_AGAIN };
	struct store_done done = { on_stored, memory };

	if (memory == NULL) {
		at->delivery = 0; /* it comes again */
		return;
	}
	if (!r->ok && is_over(m, at, now, r->lasting))
		a.outcome = STORE_GIVEN_UP;
	*memory = (struct attempt){ m, at->delivery, at->test, r->ok, "" };
	snprintf(memory->said, sizeof(memory->said), "%s", said);
	at->ending = true;
	if (!store_attempt(m->store, &a, &done)) {
		at->delivery = 0;
		free(memory);
	}
}

/* A mail that fails for long, or a channel that is refused, is a trouble of
 * our own; it ends with the next that goes through. */
static void
tell_trouble(struct monitor *m, const struct posting *at, int channel,
    const struct courier_result *r, const char *said)
{
	int64_t now = clock_mono_us();
	uint32_t bit = channel >= 0 ? 1u << channel : 0;
	char text[COURIER_DETAIL_BYTES + 100];

	if (r->ok) {
		m->outside->post.failing &= ~bit;
		if (m->outside->post.failing == 0)
			monitor_own_over(m, OWN_MAIL, now);
		return;
	}
	if (at->test ||
	    (!r->lasting && monitor_utc(m, now) - at->made_utc <= PATIENCE_US))
		return;
	m->outside->post.failing |= bit;
	snprintf(text, sizeof(text), "%s%s%s",
	    channel >= 0 ? m->config.alerts.channels[channel].name : "",
	    channel >= 0 ? ": " : "", said);
	monitor_own_say(m, OWN_MAIL, now, now, text);
}

void
post_on_result(struct monitor *m, uint64_t delivery,
    const struct courier_result *r)
{
	struct post *p = &m->outside->post;
	struct posting *at = place_of(p, (int64_t)delivery);
	char said[COURIER_DETAIL_BYTES];
	int channel;

	if (at == NULL || at->ending)
		return;
	channel = channel_of(p, at);
	snprintf(said, sizeof(said), "%s", r->detail);
	if (channel >= 0)
		channels_redact(m, (unsigned)channel, said);
	if (r->ok) {
		log_info("post", "delivery %lld is sent", (long long)delivery);
		if (at->checkpoint != 0)
			record_mailed(m, at->checkpoint);
	} else {
		log_warn("post", "delivery %lld, try %u: %s",
		    (long long)delivery, at->tries + 1, said);
	}
	tell_trouble(m, at, channel, r, said);
	finish(m, at, r, said);
}

/* --- what waits is sent */

struct look {
	struct monitor *m;
	int channel; /* -1: mails */
};

static bool
send_row(void *arg, const struct store_delivery_row *row)
{
	const struct look *l = arg;
	struct post *p = &l->m->outside->post;
	struct posting *at;
	struct courier_result failed = { 0 };
	static struct channel_job job; /* one thread */
	const char *why;
	int fd;

	if (place_of(p, row->id) != NULL)
		return true;
	at = free_place(p, l->channel);
	if (at == NULL)
		return false;
	*at = (struct posting){ .delivery = row->id,
		.made_utc = row->made_utc,
		.tries = row->tries,
		.checkpoint = l->channel < 0 ? post_checkpoint(row) : 0,
		.test = row->kind == STORE_DELIVERY_TEST ||
			row->kind == STORE_DELIVERY_TRIAL };
	why = post_make(l->m, l->channel, row, &job, &fd);
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

	snprintf(subject, sizeof(subject), "%.*s", (int)row->subject.n,
	    row->subject.p != NULL ? row->subject.p : "");
	log_warn("post", "delivery %lld: by %s, since %s fails",
	    (long long)row->id, c->or_else, c->name);
	return store_delivery(l->m->store, &d, NULL);
}

static bool
give_up_stray(void *arg, const struct store_delivery_row *row)
{
	struct monitor *m = arg;
	char name[CONFIG_NAME_BYTES];
	struct store_attempt a = { .delivery = row->id,
		.utc = monitor_utc(m, clock_mono_us()),
		.outcome = STORE_GIVEN_UP,
		.said = "its channel is not in the settings any more" };

	snprintf(name, sizeof(name), "%.*s", (int)row->target.n,
	    row->target.p != NULL ? row->target.p : "");
	if (channels_find(m, name) < 0)
		store_attempt(m->store, &a, NULL);
	return true;
}

static void
look_at_channel(struct monitor *m, unsigned channel, int64_t now_utc)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	struct look l = { m, (int)channel };

	if ((free_place(&m->outside->post, l.channel) != NULL &&
		!store_read_due(m->reader, c->name, now_utc, 16, send_row,
		    &l)) ||
	    (c->or_else[0] != '\0' &&
		!store_read_stuck(m->reader, c->name, c->or_else_tries,
		    now_utc - c->or_else_us, 16, send_otherwise, &l)))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
}

void
post_second(struct monitor *m, int64_t now_us)
{
	struct post *p = &m->outside->post;
	struct look mails = { m, -1 };
	int64_t now = monitor_utc(m, now_us);

	waiters_second(p, now_us);
	if (m->outside->courier == NULL || now_us < p->look_us)
		return;
	p->look_us = now_us + LOOK_US;
	if (!store_read_due(m->reader, NULL, now, 64, send_row, &mails))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
	for (uint32_t i = 0; i < m->config.alerts.channel_count; i++)
		look_at_channel(m, i, now);
	if (now_us < p->strays_us)
		return;
	p->strays_us = now_us + STRAYS_US;
	store_read_waiting_notices(m->reader, STRAYS_MOST, give_up_stray, m);
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

/* --- a test of mail, for which somebody looks at its row */

struct mail_test {
	struct monitor *m;
	monitor_answer_fn *answer;
	void *arg;
};

static void
on_test_kept(void *arg, const struct store_result *r)
{
	struct mail_test *t = arg;
	struct monitor_answer a = { .ok = r->ok,
		.text = r->error,
		.seq = r->id };

	post_soon(t->m);
	t->answer(t->arg, &a);
	free(t);
}

void
monitor_mail_test(struct monitor *m, const char *to, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	struct mail_test *t = malloc(sizeof(*t));
	struct store_done done = { on_test_kept, t };
	int64_t now = monitor_utc(m, clock_mono_us());
	char host[256] = "?", body[900];
	struct store_delivery d = { .kind = STORE_DELIVERY_TEST,
		.target = to,
		.subject = "camwarden: a test",
		.path = "",
		.body = body,
		.made_utc = now,
		.due_utc = now };

	gethostname(host, sizeof(host) - 1);
	d.length = (size_t)snprintf(body, sizeof(body),
	    "camwarden on %s sent this because %.100s asked for it.\n"
	    "Mail arrives here: so will the reports.\n",
	    host, actor);
	if (m->config.mail_server[0] == '\0' || !config_mail_address(to))
		monitor_answer_now(answer, arg, false,
		    m->config.mail_server[0] == '\0' ? "mail.server is not set"
						     : "its address is none");
	else if (t == NULL)
		monitor_answer_later(answer, arg, "memory is out");
	else {
		*t = (struct mail_test){ m, answer, arg };
		if (store_delivery(m->store, &d, &done))
			return;
		monitor_answer_later(answer, arg, MONITOR_STORE_BUSY);
	}
	free(t);
}

/* --- a test of a channel, for whose outcome somebody waits */

struct trial {
	struct monitor *m;
	struct post_waiter *waiter;
};

static void
on_trial_kept(void *arg, const struct store_result *r)
{
	struct trial *t = arg;

	/* The monitor's end frees those who wait with itself. */
	if (t->m->outside != NULL && !r->ok)
		answer_waiter(t->waiter, false, r->error, 0);
	else if (t->m->outside != NULL)
		t->waiter->delivery = r->id;
	post_soon(t->m);
	free(t);
}

static const char *
keep_trial(struct monitor *m, const char *channel, struct trial *t)
{
	static struct notice n; /* one thread */
	static uint8_t bytes[NOTICE_BYTES];
	int64_t now = monitor_utc(m, clock_mono_us());
	struct store_done done = { on_trial_kept, t };
	struct store_delivery d = { .kind = STORE_DELIVERY_TRIAL,
		.target = channel,
		.subject = "camwarden: a test",
		.path = "",
		.body = bytes,
		.made_utc = now,
		.due_utc = now };

	memset(&n, 0, sizeof(n));
	n.kind = NOTICE_TEST;
	n.severity = NOTICE_LOW;
	n.of = NOTICE_OF_OWN;
	n.made_utc = now;
	snprintf(n.to, sizeof(n.to), "%s", channel);
	d.length = notice_write(&n, bytes, sizeof(bytes));
	return d.length > 0 && store_delivery(m->store, &d, &done)
		   ? NULL
		   : "the database takes nothing now";
}

void
monitor_channel_test(struct monitor *m, const char *channel, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	struct post *p = &m->outside->post;
	struct post_waiter *w = p->waiters;
	struct trial *t = malloc(sizeof(*t));
	const char *why = NULL;

	while (w < p->waiters + POST_WAITERS && w->delivery != 0)
		w++;
	if (channels_find(m, channel) < 0)
		why = "no channel of the settings is called so";
	else if (w == p->waiters + POST_WAITERS)
		why = "other tests are under way";
	else if (t == NULL)
		why = "memory is out";
	if (why == NULL) {
		log_info("post", "channel %s is tested by %s", channel, actor);
		*w = (struct post_waiter){ -1, clock_mono_us() + TEST_US,
			answer, arg };
		*t = (struct trial){ m, w };
		why = keep_trial(m, channel, t);
		if (why == NULL)
			return;
		w->delivery = 0;
	}
	free(t);
	monitor_answer_now(answer, arg, false, why);
}
