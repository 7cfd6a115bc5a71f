/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is read as fast as possible on its own time line, in lockstep: up to
 * the first keyframe that answers the pending ask; the account up to there and
 * then the keyframe go out, and nothing more is read until the next ask. So
 * the monitor sees observations and pictures in the file's own order, however
 * fast or slow either side is. */
#include <errno.h>
#include <unistd.h>

#include <libavutil/error.h>

#include "common/clock.h"
#include "probes/demux/failure.h"
#include "probes/demux/source_parts.h"

/* Nobody asks at all: go on by one account, so that the feed can't hang on a
 * monitor that wants nothing of it yet. */
#define IMPATIENCE_US 3000000
#define REBASE_BACK_US 1000000
#define REBASE_AHEAD_US 3600000000 /* a gap in a recording, or a new clock? */
#define FRAME_US 40000		   /* where the file gives no times */

struct file_clock {
	int64_t offset_us; /* file time = media time + offset */
	int64_t now_us;
	int64_t step_us; /* between the last two packets: how long one lasts */
	bool begun;
};

/* The file's own time of a packet, from 0 on, never backwards. */
static int64_t
file_time(struct file_clock *c, int64_t media_us)
{
	int64_t t;

	if (media_us == TALLY_NO_TIME) {
		c->now_us += c->begun ? FRAME_US : 0;
		c->begun = true;
		return c->now_us;
	}
	if (!c->begun)
		c->offset_us = -media_us;
	c->begun = true;
	t = media_us + c->offset_us;
	if (t < c->now_us - REBASE_BACK_US || t > c->now_us + REBASE_AHEAD_US) {
		c->offset_us = c->now_us + FRAME_US - media_us;
		t = c->now_us + FRAME_US;
	}
	if (t > c->now_us) {
		c->step_us = t - c->now_us;
		c->now_us = t;
	}
	return c->now_us;
}

/* Waits for an ask; false when to be stopped. *asked_out: there is one. */
static bool
await_ask(struct source *s, bool *asked_out)
{
	int64_t until_us = clock_mono_us() + IMPATIENCE_US;
	const struct timespec until = { until_us / US_PER_S,
		until_us % US_PER_S * 1000 };

	pthread_mutex_lock(&s->lock);
	while (s->ask.ticket == 0 && !source_stopping(s) &&
	       clock_mono_us() < until_us)
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	*asked_out = s->ask.ticket != 0;
	pthread_mutex_unlock(&s->lock);
	return !source_stopping(s);
}

static bool
on_wait(void *arg)
{
	return source_stopping(arg);
}

static int
open_file(struct source *s)
{
	const struct media_config config = { .fd = s->cfg.fd,
		.interrupted = on_wait,
		.arg = s };
	int rc;

	failure_clear();
	if (s->cfg.fd < 0)
		return AVERROR(EBADF);
	source_report(s, PHASE_CONNECTING, REASON_NONE, 0, 0, NULL);
	rc = media_open(&config, &s->media);
	if (rc < 0)
		return rc;
	s->opened = true;
	tally_init(&s->tally, s->cfg.feed.ref, 0);
	source_report(s, PHASE_PLAYING, REASON_NONE, 0, 0, NULL);
	source_report(s, PHASE_FLOWING, REASON_NONE, 0, 0, NULL);
	return 0;
}

/* What is due when the file's time comes to t: the accounts before it. */
static void
accounts_before(struct source *s, int64_t t, int64_t interval_us)
{
	while (t >= s->account_due_us) {
		source_account(s, s->account_due_us);
		s->account_due_us += interval_us;
	}
}

static void
take_packet(struct source *s, const struct media_packet *p, int64_t t)
{
	const struct tally_unit u = { .at_us = t,
		.media_us = p->media_us,
		.bytes = p->bytes,
		.key = p->key,
		.damaged = p->damaged };

	tally_add(&s->tally, &u);
	s->flowed = true;
	s->last_media_us = t;
}

/* Reads on until stopped or the file ends; then its AVERROR. */
static int
read_file(struct source *s, struct file_clock *c)
{
	int64_t interval = s->cfg.configure.account_interval_ms * US_PER_MS;
	int64_t free_until = INT64_MIN; /* may run without an ask up to here */

	if (interval < 100 * US_PER_MS)
		interval = 100 * US_PER_MS;
	s->account_due_us = interval;
	for (;;) {
		struct wire_sample_ask ask;
		struct media_packet p;
		int64_t t;
		bool asked = true;
		int rc;

		if (c->now_us >= free_until && !await_ask(s, &asked))
			return AVERROR_EXIT;
		if (!asked)
			free_until = c->now_us + interval;
		rc = media_read(s->media, &p);
		if (rc < 0)
			return rc;
		t = file_time(c, p.media_us);
		accounts_before(s, t, interval);
		asked = p.key && source_take_ask(s, t, INT64_MAX, &ask);
		if (asked && t > s->tally.account.from_us)
			source_account(s, t); /* the watermark first */
		take_packet(s, &p, t);
		if (!asked)
			continue;
		source_send_unit(s, &ask, t);
		free_until = INT64_MIN;
	}
}

void
source_run_file(struct source *s)
{
	struct file_clock c = { 0 };
	struct failure_case why = { 0 };
	enum reason reason = REASON_END_OF_STREAM;
	char detail[LIMIT_DETAIL_BYTES] = "";
	int rc = open_file(s);

	if (rc == 0) {
		rc = read_file(s, &c);
		if (source_stopping(s))
			goto out;
		c.now_us += c.step_us; /* the last picture's own time */
		source_account(s, c.now_us);
	}
	/* A cut-off recording ends where it ends; one that never began has a
	 * reason. */
	if (rc != AVERROR_EOF || !s->flowed) {
		why.error = rc;
		failure_describe(&why, detail, sizeof(detail));
	}
	if (!s->flowed)
		reason = rc == AVERROR_STREAM_NOT_FOUND || rc == AVERROR_EOF
			     ? REASON_SDP_NO_VIDEO
			     : REASON_OPEN_FAILED;
	source_report(s, PHASE_BACKOFF, reason, c.now_us, 0, detail);
out:
	media_close(&s->media);
	while (!source_stopping(s))
		source_sleep(s, clock_mono_us() + 3600 * US_PER_S, false);
}
