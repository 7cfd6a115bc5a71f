/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of mail and of channels: deliveries that are tried once, while somebody
 * waits for what comes of it. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor_request.h"
#include "monitor/store/store_read_ledger.h"

#define TEST_US (15 * US_PER_S) /* a page waits for twenty (changes.h) */

/* --- who waits for a test */

static void
answer_waiter(struct post_waiter *w, bool ok, const char *text, int64_t id)
{
	struct post_waiter copy = *w;
	const struct monitor_answer a = { .ok = ok, .text = text, .id = id };

	w->delivery = 0;
	copy.answer(copy.arg, &a);
}

void
post_tell_waiter(struct post *p, int64_t delivery, bool ok, const char *text)
{
	for (int i = 0; i < POST_WAITERS; i++)
		if (p->waiters[i].delivery == delivery)
			answer_waiter(&p->waiters[i], ok, text, delivery);
}

void
post_waiters_second(struct post *p, int64_t now_us)
{
	for (int i = 0; i < POST_WAITERS; i++)
		if (p->waiters[i].delivery > 0 &&
		    now_us > p->waiters[i].until_us)
			answer_waiter(&p->waiters[i], false,
			    "it hasn't answered yet; camwarden deliveries "
			    "will tell",
			    p->waiters[i].delivery);
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
		.due_utc = 0 }; /* before all others */

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
		/* So named that a support bundle leaves out who. */
		log_info("post", "channel %s is tested, user=%s", channel,
		    actor);
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
