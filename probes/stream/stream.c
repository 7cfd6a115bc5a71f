/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"
#include "probes/stream/conn.h"
#include "probes/stream/feed.h"
#include "probes/stream/hash.h"
#include "probes/stream/tls.h"

#define QUEUE_BYTES (16u << 20) /* unsent to the monitor: then it is hung */
#define FEED_NUMBERS (1u << 20)
#define STOP_US 1000000
#define GRANTS_PER_SWEEP 64

uint64_t
stream_random(struct stream *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* ---- the queue for a grant ---- */

void
stream_wait(struct stream *s, struct feed *f, bool first)
{
	f->waiting = true;
	f->waiting_next = first ? s->waiting_head : NULL;
	f->waiting_prev = first ? NULL : s->waiting_tail;
	if (f->waiting_next != NULL)
		f->waiting_next->waiting_prev = f;
	else
		s->waiting_tail = f;
	if (f->waiting_prev != NULL)
		f->waiting_prev->waiting_next = f;
	else
		s->waiting_head = f;
}

void
stream_wait_not(struct stream *s, struct feed *f)
{
	if (f->waiting_next != NULL)
		f->waiting_next->waiting_prev = f->waiting_prev;
	else
		s->waiting_tail = f->waiting_prev;
	if (f->waiting_prev != NULL)
		f->waiting_prev->waiting_next = f->waiting_next;
	else
		s->waiting_head = f->waiting_next;
	f->waiting_next = f->waiting_prev = NULL;
	f->waiting = false;
}

static void
grant(struct stream *s, int64_t now_us)
{
	struct feed *f = s->waiting_head;
	unsigned granted = 0;

	while (f != NULL && granted < GRANTS_PER_SWEEP) {
		struct feed *next = f->waiting_next;

		if (!feed_try_grant(f, now_us))
			return;
		granted += !f->waiting;
		f = next;
	}
}

/* ---- the sweep ---- */

void
stream_due(struct stream *s, const struct feed *f, int64_t at_us)
{
	s->due_us[f->ref.feed] = at_us;
}

/* To close at once with media unread would reset the connection, and the
 * camera might never see our TEARDOWN: its session would live on. */
static void
leave(struct stream *s, int fd, int64_t now_us)
{
	if (fd < 0)
		return;
	if (s->leaving_count == STREAM_LEAVING) {
		close(fd);
		return;
	}
	s->leaving[s->leaving_count].fd = fd;
	s->leaving[s->leaving_count++].until_us = now_us + STOP_US;
}

static void
sweep_leaving(struct stream *s, int64_t now_us)
{
	for (uint32_t i = s->leaving_count; i-- > 0;) {
		int fd = s->leaving[i].fd;
		ssize_t n;

		do
			n = recv(fd, s->scratch, STREAM_SCRATCH_BYTES,
			    MSG_DONTWAIT);
		while (n == STREAM_SCRATCH_BYTES);
		if (n > 0 || (n < 0 && errno == EAGAIN))
			if (now_us < s->leaving[i].until_us)
				continue;
		close(fd);
		s->leaving[i] = s->leaving[--s->leaving_count];
	}
}

static bool
all_closed(const struct stream *s)
{
	for (uint32_t i = 0; i < s->feed_room; i++)
		if (s->feeds[i] != NULL && s->feeds[i]->fd >= 0)
			return false;
	return true;
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	int64_t now_us = clock_mono_us();
	int64_t late = now_us - s->swept_us - STREAM_SWEEP_US;

	(void)fd;
	(void)what;
	if (s->swept_us != 0 && late > s->counts.lag_max_us)
		s->counts.lag_max_us = (uint32_t)late;
	s->swept_us = now_us;
	for (uint32_t i = 0; i < s->feed_room; i++)
		if (s->due_us[i] != 0 && s->due_us[i] <= now_us)
			feed_sweep(s->feeds[i], now_us);
	sweep_leaving(s, now_us);
	if (s->stopping) {
		if (all_closed(s) && s->leaving_count == 0)
			event_base_loopbreak(s->base);
		return;
	}
	grant(s, now_us);
}

/* ---- messages ---- */

static bool
on_hello(struct stream *s, struct span body)
{
	struct wire_hello h;
	struct wire_hello mine = { .version = WIRE_VERSION,
		.role = ROLE_STREAM,
		.pid = (uint32_t)getpid() };

	if (!wire_get_hello(body, &h) || h.version != WIRE_VERSION)
		return false;
	mine.number = h.number;
	s->greeted = true;
	channel_put(s->channel, hello, WIRE_HELLO, &mine);
	return true;
}

static int64_t
us_or(uint32_t ms, uint32_t otherwise_ms)
{
	return (int64_t)(ms != 0 ? ms : otherwise_ms) * 1000;
}

static bool
on_configure(struct stream *s, struct span body)
{
	struct wire_configure c;

	if (!wire_get_configure(body, &c))
		return false;
	if (c.account_interval_ms == 0)
		c.account_interval_ms = 10000;
	if (!s->configured) {
		s->random = c.seed;
		if (!sample_out_init(&s->out, s->base, c.links))
			return false;
	}
	s->config = c;
	s->configured = true;
	s->options = (struct rtsp_options){
		.connect_us = us_or(c.connect_timeout_ms, 10000),
		.reply_us = us_or(c.reply_timeout_ms, 10000),
		.first_media_us = us_or(c.first_media_timeout_ms, 10000),
		.stall_us = us_or(c.stall_timeout_ms, 10000),
		.backoff_max_us = us_or(c.backoff_max_ms, 60000),
		.hash = hash_digest,
	};
	s->pace.per_second = c.connects_per_second;
	s->pace.host_per_second = c.connects_per_host_second;
	s->pace.host_opening = c.connects_per_host;
	return true;
}

static struct feed *
find(struct stream *s, const struct feed_ref *ref)
{
	if (ref->feed >= s->feed_room || s->feeds[ref->feed] == NULL ||
	    s->feeds[ref->feed]->ref.generation != ref->generation)
		return NULL;
	return s->feeds[ref->feed];
}

static bool
make_room(struct stream *s, uint32_t number)
{
	uint32_t room = s->feed_room > 0 ? s->feed_room : 256;
	struct feed **feeds;
	int64_t *due;

	if (number >= FEED_NUMBERS)
		return false;
	if (number < s->feed_room)
		return true;
	while (room <= number)
		room *= 2;
	feeds = realloc(s->feeds, room * sizeof(struct feed *));
	if (feeds == NULL)
		return false;
	s->feeds = feeds;
	due = realloc(s->due_us, room * sizeof(*due));
	if (due == NULL)
		return false;
	s->due_us = due;
	memset(feeds + s->feed_room, 0,
	    (room - s->feed_room) * sizeof(struct feed *));
	memset(due + s->feed_room, 0, (room - s->feed_room) * sizeof(*due));
	s->feed_room = room;
	return true;
}

static void
drop(struct stream *s, uint32_t number)
{
	struct feed *f = s->feeds[number];
	int64_t now_us = clock_mono_us();

	if (f == NULL)
		return;
	feed_event(f, RTSP_EV_UNWANT, "removed", now_us);
	/* until its socket is closed, and a second more */
	if (f->counted & FEED_IN_DEVICE && f->device_sessions != 0)
		seats_rest(f->device, now_us, now_us + 2 * STOP_US);
	if (f->session.state == RTSP_TEARDOWN)
		leave(s, conn_release(f), now_us);
	s->due_us[number] = 0;
	feed_free(&s->feeds[number]);
	s->counts.feeds--;
}

static void
tell_no_room(struct stream *s, const struct feed_ref *ref, int64_t now_us)
{
	struct link_report r = { .ref = *ref,
		.at_us = now_us,
		.phase = PHASE_BACKOFF,
		.reason = REASON_OVER_CAPACITY,
		.detail = "memory is out" };

	log_error("stream", "out of memory for feed=%u", ref->feed);
	channel_put(s->channel, link_report, WIRE_LINK_REPORT, &r);
}

static bool
on_add(struct stream *s, struct span body)
{
	struct wire_feed_add add;
	int64_t now_us = clock_mono_us();

	if (!wire_get_feed_add(body, &add) || !s->configured ||
	    !make_room(s, add.ref.feed))
		return false;
	drop(s, add.ref.feed);

	struct feed *f = feed_new(s, &add, now_us);

	explicit_bzero(add.password, sizeof(add.password));
	if (f == NULL) {
		tell_no_room(s, &add.ref, now_us);
		return true;
	}
	s->feeds[add.ref.feed] = f;
	s->counts.feeds++;
	stream_due(s, f, now_us);
	if (f->visit_us == 0)
		feed_event(f, RTSP_EV_WANT, NULL, now_us);
	return true;
}

static bool
on_ref(struct stream *s, unsigned type, struct span body)
{
	struct feed_ref ref;
	struct feed *f;

	if (!wire_get_ref(body, &ref))
		return false;
	f = find(s, &ref);
	if (f == NULL)
		return true;
	if (type == WIRE_FEED_REMOVE) {
		drop(s, ref.feed);
		return true;
	}
	/* An operator wants it tried now: he has looked at the password. */
	if (f->host != NULL)
		f->host->bad_logins = 0;
	feed_event(f, RTSP_EV_RETRY, NULL, clock_mono_us());
	return true;
}

static bool
on_pause(struct stream *s, struct span body)
{
	struct wire_feed_pause m;
	struct feed *f;

	if (!wire_get_feed_pause(body, &m))
		return false;
	f = find(s, &m.ref);
	if (f != NULL)
		feed_step(f,
		    &(struct rtsp_event){ .kind = RTSP_EV_PAUSE,
			.least_ms = m.least_ms,
			.most_ms = m.most_ms },
		    clock_mono_us());
	return true;
}

static bool
on_ask(struct stream *s, struct span body)
{
	struct wire_sample_ask ask;
	struct feed *f;

	if (!wire_get_sample_ask(body, &ask))
		return false;
	f = find(s, &ask.ref);
	if (f != NULL)
		feed_ask(f, &ask);
	return true;
}

static bool
on_resolved(struct stream *s, struct span body)
{
	struct wire_resolved r;
	struct feed *f;

	if (!wire_get_resolved(body, &r))
		return false;
	f = find(s, &r.ref);
	if (f != NULL)
		feed_resolved(f, &r, clock_mono_us());
	return true;
}

static bool
on_ping(struct stream *s, struct span body)
{
	struct wire_pong p = { .feeds = s->counts.feeds,
		.flowing = s->counts.flowing,
		.lag_max_us = s->counts.lag_max_us,
		.cpu_us = clock_cpu_us(),
		.wire_bytes = s->counts.wire_bytes,
		.lost_bytes = s->counts.lost_bytes,
		.samples = s->counts.samples,
		.busy = s->counts.busy };

	if (!wire_get_u64(body, &p.nonce))
		return false;
	s->counts.lag_max_us = 0;
	channel_put(s->channel, pong, WIRE_PONG, &p);
	return true;
}

static void
stop(struct stream *s)
{
	int64_t now_us = clock_mono_us();
	struct timeval limit = { 0, STOP_US - 100000 };

	if (s->stopping)
		return;
	s->stopping = true;
	for (uint32_t i = 0; i < s->feed_room; i++)
		if (s->feeds[i] != NULL)
			feed_event(s->feeds[i], RTSP_EV_UNWANT, "stopping",
			    now_us);
	event_base_loopexit(s->base, &limit);
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct stream *s = arg;

	if (!s->greeted)
		return type == WIRE_HELLO && on_hello(s, body);
	switch (type) {
	case WIRE_CONFIGURE:
		return on_configure(s, body);
	case WIRE_PING:
		return on_ping(s, body);
	case WIRE_STOP:
		stop(s);
		return true;
	case WIRE_FEED_ADD:
		return on_add(s, body);
	case WIRE_FEED_REMOVE:
	case WIRE_FEED_RETRY:
		return on_ref(s, type, body);
	case WIRE_FEED_PAUSE:
		return on_pause(s, body);
	case WIRE_SAMPLE_ASK:
		return on_ask(s, body);
	case WIRE_RESOLVED:
		return on_resolved(s, body);
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct stream *s = arg;

	log_to(NULL, NULL);
	log_info("stream", "the monitor is gone: %s", why);
	stop(s);
}

static void
on_gone(void *arg, const struct unit_head *head)
{
	struct stream *s = arg;
	struct wire_sample_gone gone = { head->ref, head->ticket, SAMPLE_BUSY };

	s->counts.busy++;
	channel_put(s->channel, sample_gone, WIRE_SAMPLE_GONE, &gone);
}

static void
on_log(void *arg, enum log_level level, const char *line)
{
	struct stream *s = arg;
	struct wire_log m = { .level = (uint8_t)level };

	snprintf(m.text, sizeof(m.text), "%s", line);
	channel_put(s->channel, log, WIRE_LOG, &m);
}

bool
stream_init(struct stream *s, struct event_base *base)
{
	struct channel_calls calls = { on_message, on_closed, s };
	struct timeval every = { 0, STREAM_SWEEP_US };

	*s = (struct stream){ .base = base, .room.most = STREAM_ROOM_BYTES };
	s->out.on_gone = on_gone;
	s->out.arg = s;
	s->scratch = malloc(STREAM_SCRATCH_BYTES);
	s->tls = tls_context_new();
	s->sweep = event_new(base, -1, EV_PERSIST, on_sweep, s);
	if (s->scratch == NULL || s->sweep == NULL || !hash_load() ||
	    event_add(s->sweep, &every) != 0)
		return false;
	s->channel = channel_new(base, WIRE_FD_CHANNEL, QUEUE_BYTES, &calls);
	if (s->channel == NULL)
		return false;
	channel_wipe(s->channel); /* passwords */
	log_to(on_log, s);
	return true;
}

/* Sleeps until the next turn. Thousands of cameras would wake us for one read
 * each: a switch to and fro costs more than the read, and between two reads
 * others empty the caches. In a turn many are read one after the other. */
static void
await_turn(const struct stream *s)
{
	int64_t turn_us =
	    s->pairs != NULL ? STREAM_TURN_UDP_US : STREAM_TURN_US;
	int64_t past_us = clock_mono_us() - s->swept_us;
	int64_t at_us = s->swept_us + (past_us / turn_us + 1) * turn_us;
	struct timespec at = { at_us / 1000000, at_us % 1000000 * 1000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

void
stream_serve(struct stream *s)
{
	while (
	    !event_base_got_exit(s->base) && !event_base_got_break(s->base)) {
		event_base_loop(s->base, EVLOOP_ONCE);
		if (s->counts.flowing < STREAM_TURN_FEEDS || s->stopping)
			continue;
		await_turn(s);
		/* libevent's clock is coarse: left to it, the sweep would come
		 * a turn too late. */
		if (clock_mono_us() - s->swept_us >= STREAM_SWEEP_US)
			event_active(s->sweep, EV_TIMEOUT, 0);
	}
}

void
stream_fini(struct stream *s)
{
	log_to(NULL, NULL);
	for (uint32_t i = 0; i < s->feed_room; i++)
		feed_free(&s->feeds[i]);
	if (s->channel != NULL) {
		channel_flush(s->channel);
		channel_free(&s->channel);
	}
	sample_out_fini(&s->out);
	if (s->sweep != NULL)
		event_free(s->sweep);
	tls_context_free(&s->tls);
	free(s->feeds);
	free(s->due_us);
	free(s->scratch);
}
