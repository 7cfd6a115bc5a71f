/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libavutil/error.h>

#include "common/clock.h"
#include "common/visit.h"
#include "probes/demux/failure.h"
#include "probes/demux/seating.h"
#include "probes/demux/source_parts.h"

#define BACKOFF_FIRST_US 500000
#define GOOD_US (10 * US_PER_S) /* of media, then failures are forgotten */
#define SHORT_US 500000		/* until we try again what we lacked */
#define SNAPSHOT_EVERY_US 2000000
#define BURSTY_STALL_US 30000000 /* HLS segments of 10 s are usual */
#define GAP_MAX_US 60000000
#define LEAD_MAX_US 30000000LL /* a recording served as live: keep its pace */
#define DRIFT_SHARE 50	       /* no live source's clock is faster by more */
#define THREAD_STACK ((size_t)1 << 20)

bool
source_stopping(const struct source *s)
{
	return atomic_load(&s->stop);
}

bool
source_sleep(struct source *s, int64_t t_us, unsigned wakes)
{
	const struct timespec until = { t_us / US_PER_S,
		t_us % US_PER_S * 1000 };

	pthread_mutex_lock(&s->lock);
	while (!source_stopping(s) &&
	       !((wakes & SOURCE_WAKE_RETRY) != 0 && s->retry) &&
	       !((wakes & SOURCE_WAKE_PAUSE) != 0 && s->turned) &&
	       clock_mono_us() < t_us)
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	if ((wakes & SOURCE_WAKE_RETRY) != 0)
		s->retry = false;
	pthread_mutex_unlock(&s->lock);
	return !source_stopping(s);
}

void
source_report(struct source *s, enum phase phase, enum reason reason,
    int64_t at_us, int64_t next_us, const char *detail)
{
	struct note *n = note_new(s, NOTE_REPORT);

	atomic_store(&s->flowing, phase == PHASE_FLOWING);
	if (n == NULL)
		return;
	n->report = (struct link_report){ .ref = s->cfg.feed.ref,
		.at_us = at_us,
		.phase = phase,
		.reason = reason,
		.transport =
		    phase >= PHASE_PLAYING && phase < PHASE_BACKOFF ? 5 : 0,
		.status = s->status,
		.attempts = s->attempts,
		.last_media_us = s->last_media_us,
		.next_try_us = next_us };
	if (detail != NULL)
		snprintf(n->report.detail, sizeof(n->report.detail), "%s",
		    detail);
	outbox_post(s->cfg.outbox, n);
}

void
source_account(struct source *s, int64_t to_us)
{
	struct note *n = note_new(s, NOTE_ACCOUNT);

	if (s->media != NULL) {
		uint64_t bytes = media_received(s->media);

		tally_wire(&s->tally, bytes);
		atomic_fetch_add(&s->received, bytes);
		s->tally.stream = media_stream(s->media);
	}
	if (n == NULL)
		return;
	tally_flush(&s->tally, to_us, &n->account);
	outbox_post(s->cfg.outbox, n);
}

bool
source_take_ask(struct source *s, int64_t at_us, int64_t begun_us,
    struct wire_sample_ask *ask_out)
{
	bool taken;

	pthread_mutex_lock(&s->lock);
	taken = s->ask.ticket != 0 && at_us >= s->ask.not_before_us &&
		begun_us >= s->asked_us;
	if (taken) {
		*ask_out = s->ask;
		s->ask.ticket = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return taken;
}

static void
tell_gone(struct source *s, const struct wire_sample_ask *ask,
    enum sample_result why)
{
	struct note *n = note_new(s, NOTE_GONE);

	if (n == NULL)
		return;
	n->gone = (struct wire_sample_gone){ .ref = s->cfg.feed.ref,
		.ticket = ask->ticket,
		.why = why };
	outbox_post(s->cfg.outbox, n);
}

void
source_send_unit(struct source *s, const struct wire_sample_ask *ask,
    int64_t at_us)
{
	struct media_unit u;
	struct note *n;

	if (!media_unit(s->media, &u)) {
		tell_gone(s, ask, SAMPLE_UNDECODABLE);
		return;
	}
	n = note_new(s, NOTE_UNIT);
	if (n == NULL) {
		free(u.bytes);
		return;
	}
	n->unit.bytes = u.bytes;
	n->unit.head = (struct unit_head){ .ticket = ask->ticket,
		.at_us = at_us,
		.utc_us = clock_mono_us() + s->cfg.configure.utc_anchor_us,
		.flags = ask->flags,
		.total = u.length,
		.codec = (uint8_t)u.codec,
		.codec_id = u.codec_id,
		.ref = s->cfg.feed.ref };
	memcpy(n->unit.head.uuid, s->cfg.feed.uuid, sizeof(n->unit.head.uuid));
	outbox_post(s->cfg.outbox, n);
}

/* Asked by libavformat whenever it waits, at least each 100 ms. */
static bool
on_wait(void *arg)
{
	struct source *s = arg;
	int64_t now = clock_mono_us();

	if (source_stopping(s))
		return true;
	if (s->opened && now >= s->account_due_us) {
		source_account(s, now);
		s->account_due_us =
		    now + s->cfg.configure.account_interval_ms * US_PER_MS;
	}
	if (s->deadline_us != 0 && now > s->deadline_us)
		s->timed_out = true;
	return s->timed_out;
}

static int64_t
stall_us(const struct source *s)
{
	uint32_t ms = s->cfg.feed.stall_timeout_ms != 0
			  ? s->cfg.feed.stall_timeout_ms
			  : s->cfg.configure.stall_timeout_ms;
	int64_t us = ms * US_PER_MS, gap = s->cfg.feed.gap_us;

	if (s->media != NULL && media_is_bursty(s->media)) {
		if (us < BURSTY_STALL_US)
			us = BURSTY_STALL_US;
		if (gap < tally_habit_us(&s->tally))
			gap = tally_habit_us(&s->tally);
	}
	if (gap > GAP_MAX_US)
		gap = GAP_MAX_US;
	return us > 3 * gap ? us : 3 * gap;
}

static uint64_t
draw(struct source *s)
{
	s->random ^= s->random << 13; /* xorshift64 */
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* A person must act first: to try it often would do harm. */
static bool
must_wait(enum reason reason)
{
	return reason == REASON_AUTH_WRONG || reason == REASON_AUTH_MISSING ||
	       reason == REASON_CONFIG_ERROR;
}

/* Grows with the failures; a wrong password waits longest, lest the camera
 * lock the account. Half of it is chance, so that feeds don't march in step. */
static int64_t
backoff_us(struct source *s, enum reason reason)
{
	int64_t most = s->cfg.configure.backoff_max_ms * US_PER_MS;
	uint32_t doublings = s->failures > 1 ? s->failures - 1 : 0;
	int64_t us = BACKOFF_FIRST_US << (doublings < 16 ? doublings : 16);

	if (us > most || must_wait(reason))
		us = most;
	if (reason == REASON_OVER_CAPACITY) /* not the source's fault */
		us = SHORT_US;
	if (us < 2)
		us = 2;
	return us / 2 + (int64_t)(draw(s) % (uint64_t)(us / 2 + 1));
}

/* libavformat doesn't tell why a name couldn't be asked for. */
static bool
lacks_descriptors(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool lacks = fd < 0 && (errno == EMFILE || errno == ENFILE);

	if (fd >= 0)
		close(fd);
	return lacks;
}

/* The pauses as told last; true when they are others since the last asked. */
static bool
take_pause(struct source *s, uint32_t *least_ms, uint32_t *most_ms)
{
	bool turned;

	pthread_mutex_lock(&s->lock);
	turned = s->turned;
	s->turned = false;
	*least_ms = s->least_ms;
	*most_ms = s->most_ms;
	pthread_mutex_unlock(&s->lock);
	return turned;
}

static int64_t
pause_us(struct source *s, enum reason reason)
{
	uint32_t least, most;

	take_pause(s, &least, &most);
	if (most == 0 || must_wait(reason) || reason == REASON_OVER_CAPACITY)
		return backoff_us(s, reason);
	return (least + (int64_t)(draw(s) % (most - least + 1ull))) * US_PER_MS;
}

/* Waits for the next try; pauses told meanwhile count at once. */
static void
await_try(struct source *s, enum reason reason, int64_t next)
{
	uint32_t least, most;

	while (source_sleep(s, next, SOURCE_WAKE_RETRY | SOURCE_WAKE_PAUSE) &&
	       take_pause(s, &least, &most)) {
		if (must_wait(reason))
			continue;
		if (most == 0) {
			s->attempts = s->failures = 0;
			return;
		}
		next = clock_mono_us() + pause_us(s, reason);
	}
}

static struct failure_case
failed_with(const struct source *s, int error)
{
	return (struct failure_case){ .error = error,
		.timed_out = s->timed_out,
		.lacking = lacks_descriptors(),
		.tls = s->locator.tls,
		.datagrams = s->locator.datagrams,
		.credentials = s->cfg.feed.user[0] != '\0',
		.opened = s->accepted,
		.flowed = s->flowed,
		.marks = failure_seen() };
}

static int64_t
next_visit(const struct source *s, int64_t now_us)
{
	const struct wire_feed_add *f = &s->cfg.feed;
	uint32_t every = f->visit_every_seconds > f->visit_seconds
			     ? f->visit_every_seconds
			     : f->visit_seconds + 1;

	return visit_next_us(every, f->visit_phase_seconds, now_us);
}

/* Who shows a little and ends is asked as rarely as who shows nothing. */
static void
count_failure(struct source *s, enum reason reason, int64_t now)
{
	if (s->flowing_us != 0 && now - s->flowing_us >= GOOD_US)
		s->failures = 0;
	if (reason == REASON_YIELDED) {
		s->attempts = s->failures = 0;
	} else if (reason != REASON_OVER_CAPACITY) {
		s->attempts++;
		s->failures++;
	}
}

/* Reports why the attempt ended and waits for the next one. */
static void
back_off(struct source *s, int error)
{
	const struct failure_case c = failed_with(s, error);
	enum reason reason = failure_reason(&c);
	char detail[LIMIT_DETAIL_BYTES];
	int64_t now = clock_mono_us(), next;

	/* A live source has no end of its own. */
	if (reason == REASON_END_OF_STREAM)
		reason = REASON_PEER_CLOSED;
	failure_describe(&c, detail, sizeof(detail));
	if (reason == REASON_BUSY_503 && source_seat_is_others(s))
		reason = REASON_YIELDED; /* they have it: no trouble */
	s->status = (uint16_t)c.marks.status;
	if (reason == REASON_STALL_DEAD)
		source_report(s, PHASE_STALLED, reason, now, 0, detail);
	count_failure(s, reason, now);
	next = s->cfg.feed.visit_seconds > 0 ? next_visit(s, now)
					     : now + pause_us(s, reason);
	source_report(s, PHASE_BACKOFF, reason, now, next, detail);
	await_try(s, reason, next);
}

/* From now on it is media that we wait for. */
static void
on_accepted(void *arg)
{
	struct source *s = arg;

	s->accepted = true;
	s->deadline_us = clock_mono_us() +
			 s->cfg.configure.first_media_timeout_ms * US_PER_MS;
}

static int
open_media(struct source *s)
{
	const struct media_config config = { .url = s->locator.url,
		.headers =
		    s->locator.headers[0] != '\0' ? s->locator.headers : NULL,
		.fd = -1,
		.live = true,
		.interrupted = on_wait,
		.accepted = on_accepted,
		.arg = s };

	failure_clear();
	s->timed_out = false;
	s->deadline_us =
	    clock_mono_us() + (s->cfg.configure.connect_timeout_ms +
				  (int64_t)s->cfg.configure.reply_timeout_ms) *
				  US_PER_MS;
	return media_open(&config, &s->media);
}

/* A snapshot's source gives one picture per request. */
static int
next_snapshot(struct source *s)
{
	media_close(&s->media);
	s->deadline_us = 0;
	if (!source_sleep(s, s->previous_us + SNAPSHOT_EVERY_US, 0))
		return AVERROR_EXIT;
	s->previous_us = clock_mono_us();
	return open_media(s);
}

struct pace {
	int64_t start_us; /* our time at the source's zero; TALLY_NO_TIME */
	int64_t seen_us;  /* the last packet */
};

/* A recording on a web server would come as fast as the wire: keep its pace,
 * so that it doesn't fill the line. A live source has its own, by a clock that
 * may be a little faster than ours, or be put forward: if that added up, we
 * would read too slowly, and what we see were older each day. */
static void
keep_pace(struct source *s, const struct media_packet *p, struct pace *k,
    int64_t now)
{
	int64_t ahead;

	if (p->media_us == TALLY_NO_TIME)
		return;
	if (k->start_us == TALLY_NO_TIME)
		k->start_us = now - p->media_us;
	else
		k->start_us -= (now - k->seen_us) / DRIFT_SHARE;
	k->seen_us = now;
	ahead = k->start_us + p->media_us - now;
	if (ahead < 0)
		k->start_us = now - p->media_us; /* late */
	else if (ahead > LEAD_MAX_US)
		source_sleep(s, now + ahead - LEAD_MAX_US, 0);
}

static void
take_packet(struct source *s, const struct media_packet *p, int64_t now)
{
	const struct tally_unit u = { .at_us = now,
		.media_us = p->media_us,
		.bytes = p->bytes,
		.key = p->key,
		.damaged = p->damaged };
	struct wire_sample_ask ask;

	s->last_media_us = now;
	if (!s->flowed) {
		s->flowed = true;
		s->flowing_us = now;
		s->attempts = 0;
		source_report(s, PHASE_FLOWING, REASON_NONE, now, 0, NULL);
	}
	tally_add(&s->tally, &u);
	if (p->key && source_take_ask(s, now, s->previous_us, &ask))
		source_send_unit(s, &ask, now);
	s->previous_us = now;
	s->deadline_us = now + stall_us(s);
}

/* Reads until it fails, is stopped or the visit is over (then 0). */
static int
read_media(struct source *s)
{
	struct pace pace = { TALLY_NO_TIME, 0 };

	for (;;) {
		struct media_packet p;
		int rc = media_read(s->media, &p);
		int64_t now = clock_mono_us();
		uint32_t jumps = s->tally.account.discontinuities;

		if (rc == AVERROR_EOF && s->flowed &&
		    media_is_snapshot(s->media)) {
			rc = next_snapshot(s);
			if (rc < 0)
				return rc;
			s->deadline_us = clock_mono_us() + stall_us(s);
			continue;
		}
		if (rc < 0)
			return rc;
		take_packet(s, &p, now);
		if (s->tally.account.discontinuities != jumps)
			pace.start_us = TALLY_NO_TIME; /* another time line */
		on_wait(s); /* accounts are due even when nothing blocks */
		keep_pace(s, &p, &pace, now);
		if (source_stopping(s))
			return AVERROR_EXIT;
		if (s->visit_end_us != 0 && now >= s->visit_end_us)
			return 0;
	}
}

static int
attempt(struct source *s)
{
	int64_t now = clock_mono_us();
	int rc;

	s->accepted = s->opened = s->flowed = false;
	s->flowing_us = 0;
	s->status = 0;
	s->previous_us = now;
	source_report(s, PHASE_CONNECTING, REASON_NONE, now, 0, NULL);
	rc = open_media(s);
	if (rc < 0)
		return rc;
	now = clock_mono_us();
	s->opened = true;
	if (s->connections++ > 0)
		tally_reconnect(&s->tally);
	else
		tally_init(&s->tally, s->cfg.feed.ref, now);
	s->account_due_us =
	    now + s->cfg.configure.account_interval_ms * US_PER_MS;
	s->deadline_us =
	    now + s->cfg.configure.first_media_timeout_ms * US_PER_MS;
	source_report(s, PHASE_PLAYING, REASON_NONE, now, 0, NULL);
	return read_media(s);
}

static void
end_attempt(struct source *s)
{
	if (s->opened && s->media != NULL)
		source_account(s, clock_mono_us());
	s->opened = false;
	media_close(&s->media);
	source_seat_leave(s);
}

/* Between visits the feed is idle on purpose. */
static void
rest_until_visit(struct source *s)
{
	int64_t now = clock_mono_us(), next = next_visit(s, now);

	source_report(s, PHASE_IDLE, REASON_SHUTDOWN, now, next, NULL);
	source_sleep(s, next, SOURCE_WAKE_RETRY);
}

static const char *
refuse(struct source *s)
{
	const char *why = locator_make(&s->cfg.feed, &s->locator);

	if (why == NULL && s->cfg.configure.loopback_only &&
	    !s->locator.loopback)
		why = "only loopback addresses are allowed here";
	return why;
}

/* It is never begun: another URL, or other wishes, are another feed. */
static void
never(struct source *s, enum reason reason, const char *why)
{
	source_report(s, PHASE_BACKOFF, reason, clock_mono_us(), 0, why);
	source_sleep(s, INT64_MAX, 0);
}

static void
run_live(struct source *s)
{
	uint32_t visit = s->cfg.feed.visit_seconds;
	const char *why = refuse(s);

	if (why != NULL) {
		never(s, REASON_CONFIG_ERROR, why);
		return;
	}
	if (visit == 0 && source_seat_is_others(s)) {
		never(s, REASON_YIELDED,
		    "its session is left to others; it can be visited");
		return;
	}
	source_sleep(s, s->cfg.feed.not_before_us, SOURCE_WAKE_RETRY);
	if (visit > 0)
		rest_until_visit(s);
	while (!source_stopping(s)) {
		int rc = 0;

		s->visit_end_us =
		    visit > 0 ? clock_mono_us() + visit * US_PER_S : 0;
		if (source_seat_take(s)) {
			rc = attempt(s);
			end_attempt(s);
		}
		if (source_stopping(s))
			break;
		if (rc == 0)
			rest_until_visit(s);
		else
			back_off(s, rc);
	}
}

static void *
run(void *arg)
{
	struct source *s = arg;

	if (s->cfg.feed.as_file)
		source_run_file(s);
	else
		run_live(s);
	atomic_store(&s->flowing, false);
	outbox_post(s->cfg.outbox, s->ended); /* nothing of s after this */
	return NULL;
}

static bool
make_thread(struct source *s)
{
	pthread_attr_t attr;
	pthread_condattr_t cond;
	int rc;

	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&cond);
	pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &cond);
	pthread_condattr_destroy(&cond);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	rc = pthread_create(&s->thread, &attr, run, s);
	pthread_attr_destroy(&attr);
	return rc == 0;
}

static void
discard(struct source *s)
{
	if (s->cfg.fd >= 0)
		close(s->cfg.fd);
	note_free(&s->ended);
	if (s->seat != NULL)
		seating_put(s->cfg.seating, &s->seat);
	explicit_bzero(&s->cfg.feed.password, sizeof(s->cfg.feed.password));
	explicit_bzero(&s->locator, sizeof(s->locator));
	free(s);
}

struct source *
source_start(const struct source_config *config)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		if (config->fd >= 0)
			close(config->fd);
		return NULL;
	}
	s->cfg = *config;
	if (config->feed.device_sessions != 0)
		s->seat = seating_get(config->seating, config->feed.device);
	s->random = (config->seed ^ 0x9e3779b97f4a7c15u) | 1;
	s->ended = note_new(s, NOTE_ENDED);
	if (s->ended == NULL || !make_thread(s)) {
		discard(s);
		return NULL;
	}
	return s;
}

bool
source_ask(struct source *s, const struct wire_sample_ask *ask,
    uint64_t *displaced_out)
{
	bool displaced;

	pthread_mutex_lock(&s->lock);
	displaced = s->ask.ticket != 0;
	if (displaced)
		*displaced_out = s->ask.ticket;
	s->ask = *ask;
	/* Files have a time line of their own, where nothing is "already". */
	s->asked_us = s->cfg.feed.as_file ? INT64_MIN : clock_mono_us();
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	return displaced;
}

void
source_retry(struct source *s)
{
	pthread_mutex_lock(&s->lock);
	s->retry = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void
source_pause(struct source *s, uint32_t least_ms, uint32_t most_ms)
{
	pthread_mutex_lock(&s->lock);
	s->least_ms = least_ms;
	s->most_ms = most_ms;
	s->turned = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void
source_stop(struct source *s)
{
	atomic_store(&s->stop, true);
	pthread_mutex_lock(&s->lock);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

bool
source_is_stopped(const struct source *s)
{
	return source_stopping(s);
}

bool
source_is_flowing(const struct source *s)
{
	return atomic_load(&s->flowing);
}

uint64_t
source_received(const struct source *s)
{
	return atomic_load(&s->received);
}

void
source_join(struct source **sp)
{
	struct source *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	pthread_join(s->thread, NULL);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->wake);
	s->ended = NULL; /* was taken from the outbox */
	discard(s);
}
