/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feeds: who holds which, the line of those to be handed over, their
 * tickets, and what the loss of a probe means for them. */
#include "monitor/fleet/fleet_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <fcntl.h>

#include <event2/event.h>

#include "common/address.h"
#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"

#define HAND_OVER_MAX 50u /* feeds per pump, so that no tick is long */
#define PUMP_MS 50
#define NAME_RETRY_MIN_US (5 * US_PER_S)
#define NAME_RETRY_MAX_US (60 * US_PER_S)
#define NO_ROOM_RETRY_US (2 * US_PER_S)
#define TOGETHER_MOST 64u /* feeds of a recorder */

/* names.c's tags: whose question it was. */
#define TAG_OURS (1ull << 63)

uint64_t
fleet_random(void)
{
	uint64_t r = 0;

	while (
	    getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r) && errno == EINTR)
		;
	return r;
}

bool
fleet_is_demux(const char *url, bool as_file)
{
	return as_file || (strncasecmp(url, "rtsp://", 7) != 0 &&
			      strncasecmp(url, "rtsps://", 8) != 0 &&
			      strncasecmp(url, "rtspu://", 8) != 0 &&
			      strncasecmp(url, "rtspt://", 8) != 0);
}

/* The UUIDs are random already, but a person may have written them. */
uint32_t
fleet_shard(const uint8_t uuid[16], uint32_t probes)
{
	uint32_t h = 2166136261u;

	for (int i = 0; i < 16; i++)
		h = (h ^ uuid[i]) * 16777619u;
	h ^= h >> 16;
	return h % LIMIT_SHARDS % probes;
}

/* What a device bears (its sessions, wrong passwords) is counted where its
 * feeds are: in one probe, but for one of so many feeds that sets no limit to
 * them that it would outweigh all others. */
static uint32_t
shard_of(const struct wire_feed_add *want, uint32_t probes)
{
	uint8_t device[16] = { 0 };
	bool together =
	    want->device_sessions != 0 ||
	    (want->device_feeds > 1 && want->device_feeds <= TOGETHER_MOST);

	if (!together)
		return fleet_shard(want->uuid, probes);
	memcpy(device, &want->device, sizeof(want->device));
	return fleet_shard(device, probes);
}

uint32_t
fleet_demux_capacity(const struct fleet *fl)
{
	return fl->demuxes * fl->configure.demux_threads;
}

uint32_t
fleet_demux_used(const struct fleet *fl)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < fl->demuxes; i++)
		n += fl->probes[fl->streams + i].feeds;
	return n;
}

/* --- the line of feeds to be handed over */

void
fleet_pump(struct fleet *fl)
{
	if (!event_pending(fl->pump, EV_TIMEOUT, NULL))
		event_active(fl->pump, EV_TIMEOUT, 1);
}

static void
line_push(struct fleet *fl, uint32_t feed)
{
	struct feed *f = &fl->feeds[feed];

	if (f->queued)
		return;
	f->queued = true;
	fl->line[(fl->line_head + fl->line_length++) % LIMIT_FEEDS] = feed;
	fleet_pump(fl);
}

static uint32_t
line_pop(struct fleet *fl)
{
	uint32_t feed = fl->line[fl->line_head];

	fl->line_head = (fl->line_head + 1) % LIMIT_FEEDS;
	fl->line_length--;
	fl->feeds[feed].queued = false;
	return feed;
}

/* The host of "scheme://[user@]host[:port]/..."; false when there is none. */
static bool
url_host(const char *url, char *out, size_t size)
{
	const char *p = strstr(url, "://");
	size_t n;

	if (p == NULL)
		return false;
	p += 3;
	n = strcspn(p, "/?#");
	for (size_t i = 0; i < n; i++)
		if (p[i] == '@') {
			p += i + 1;
			n -= i + 1;
			i = (size_t)-1;
		}
	if (*p == '[')
		n = strcspn(p, "]") + 1;
	else if (memchr(p, ':', n) != NULL)
		n = (size_t)((const char *)memchr(p, ':', n) - p);
	if (n == 0 || n >= size)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

/* Nothing of it stays on our side: the channel wipes what it has sent. */
static void
put_wanted(const struct fleet_calls *calls, struct wire_feed_add *want,
    struct writer *w)
{
	if (calls->on_password != NULL)
		calls->on_password(calls->arg, want->ref.feed, want->password);
	wire_put_feed_add(w, want);
	if (calls->on_password != NULL)
		explicit_bzero(want->password, sizeof(want->password));
}

static bool
feed_send(struct feed *f)
{
	struct channel *ch = f->owner->channel;
	struct writer w = channel_scratch();
	size_t length;

	f->want->has_fd = f->fd >= 0;
	f->want->ref.generation = ++f->generation;
	f->want->not_before_us = f->locked_us;
	if (f->want->device_sessions != 0 &&
	    f->rest_device == f->want->device && f->rest_us > f->locked_us)
		f->want->not_before_us = f->rest_us;
	put_wanted(&f->owner->fl->calls, f->want, &w);
	length = writer_length(&w);
	f->added =
	    !w.bad &&
	    (f->fd >= 0
		    ? channel_send_fd(ch, WIRE_FEED_ADD, w.start, length, f->fd)
		    : channel_send(ch, WIRE_FEED_ADD, w.start, length));
	explicit_bzero(w.start, length);
	if (!f->added)
		log_error("fleet", "feed=%u can't be handed over",
		    f->want->ref.feed);
	return f->added;
}

/* A stream probe opens no resolver: its feeds go with their addresses. */
static bool
needs_name(const struct feed *f, char *host, size_t size)
{
	return f->owner->role == ROLE_STREAM &&
	       url_host(f->want->url, host, size) && !names_literal(host);
}

static void
name_failed(struct fleet *fl, struct feed *f, enum reason reason)
{
	int64_t now = clock_mono_us();
	int64_t wait = NAME_RETRY_MIN_US
		       << (f->name_failures < 4 ? f->name_failures : 4);
	struct link_report r = { .at_us = now,
		.phase = PHASE_BACKOFF,
		.reason = reason };

	if (wait > NAME_RETRY_MAX_US)
		wait = NAME_RETRY_MAX_US;
	f->name_failures++;
	if (f->retry_us == 0)
		fl->waiting++;
	f->retry_us = r.next_try_us = now + wait;
	r.attempts = f->name_failures;
	r.ref = (struct feed_ref){ f->want->ref.feed, f->generation };
	fl->calls.on_link(fl->calls.arg, &r);
	fleet_seeing(fl, r.ref.feed);
}

static uint64_t
tag_of(bool ours, uint32_t feed, uint32_t generation)
{
	return (ours ? TAG_OURS : 0) | (uint64_t)generation << 16 | feed;
}

static void
hand_over(struct fleet *fl, uint32_t feed)
{
	struct feed *f = &fl->feeds[feed];
	char host[LIMIT_HOST_BYTES];

	if (f->want == NULL || f->owner == NULL || f->added)
		return;
	if (!f->owner->hello)
		return; /* its greeting queues it again */
	f->want->address_count = 0;
	if (!needs_name(f, host, sizeof(host))) {
		feed_send(f);
		return;
	}
	f->resolving =
	    names_ask(fl->names, host, true, tag_of(true, feed, f->generation));
	if (!f->resolving)
		name_failed(fl, f, REASON_DNS_FAIL);
}

/* The answer to a probe's question, or to ours for a feed not yet added. */
static void
on_name(void *arg, uint64_t tag, const struct wire_resolved *answer)
{
	struct fleet *fl = arg;
	struct feed *f = &fl->feeds[tag & (LIMIT_FEEDS - 1)];

	if (f->want == NULL || f->owner == NULL ||
	    (uint32_t)((tag & ~TAG_OURS) >> 16) != f->generation)
		return;
	if ((tag & TAG_OURS) != 0)
		f->resolving = false;
	if (!f->owner->hello)
		return; /* its greeting starts again */
	if ((tag & TAG_OURS) == 0) {
		struct wire_resolved m = *answer;

		m.ref = f->want->ref;
		channel_put(f->owner->channel, resolved, WIRE_RESOLVED, &m);
		return;
	}
	if (f->added)
		return;
	if (answer->address_count == 0) {
		name_failed(fl, f,
		    answer->silent ? REASON_NAMES_SILENT : REASON_DNS_FAIL);
		return;
	}
	f->name_failures = 0;
	f->want->address_count = answer->address_count;
	memcpy(f->want->addresses, answer->addresses,
	    sizeof(answer->addresses));
	feed_send(f);
}

bool
fleet_names_ask(struct probe *p, const struct wire_resolve *ask)
{
	if (names_ask(p->fl->names, ask->host, false,
		tag_of(false, ask->ref.feed, ask->ref.generation)))
		return true;

	struct wire_resolved none = { .ref = ask->ref };

	memcpy(none.host, ask->host, sizeof(none.host));
	return channel_put(p->channel, resolved, WIRE_RESOLVED, &none);
}

/* --- who owns what */

/* A demux probe with room, the feed's own one first; of a device that limits
 * its sessions no other one, since they are counted there. */
static struct probe *
demux_with_room(struct fleet *fl, const struct wire_feed_add *want)
{
	uint32_t first = fl->demuxes > 0 ? shard_of(want, fl->demuxes) : 0;
	uint32_t most = want->device_sessions != 0 ? 1 : fl->demuxes;

	for (uint32_t i = 0; i < most && i < fl->demuxes; i++) {
		struct probe *p =
		    &fl->probes[fl->streams + (first + i) % fl->demuxes];

		if (p->feeds < fl->configure.demux_threads)
			return p;
	}
	return NULL;
}

static void
assign(struct fleet *fl, struct feed *f)
{
	const struct wire_feed_add *want = f->want;

	if (fleet_is_demux(want->url, want->as_file))
		f->owner = demux_with_room(fl, want);
	else if (fl->streams > 0)
		f->owner = &fl->probes[shard_of(want, fl->streams)];
	if (f->owner != NULL)
		f->owner->feeds++;
	else
		fl->waiting++;
}

static bool
fail(const char **error_out, const char *why)
{
	*error_out = why;
	return false;
}

bool
fleet_add(struct fleet *fl, const struct wire_feed_add *want, int fd,
    const char **error_out)
{
	struct feed *f;

	if (want->ref.feed >= LIMIT_FEEDS)
		return fail(error_out, "more feeds than a monitor can hold");
	f = &fl->feeds[want->ref.feed];
	if (f->want != NULL)
		return fail(error_out, "this feed's number is in use");
	f->want = malloc(sizeof(*f->want));
	if (f->want == NULL)
		return fail(error_out, "out of memory");
	*f->want = *want;
	f->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
	f->added = f->blind = f->resolving = false;
	f->owner = NULL;
	f->name_failures = 0;
	f->retry_us = f->quarantined_us = 0;
	f->locked_us = want->not_before_us;
	memset(f->crash_us, 0, sizeof(f->crash_us));
	assign(fl, f);
	if (f->owner == NULL)
		f->retry_us = -1; /* told as over-capacity by the next tick */
	line_push(fl, want->ref.feed);
	return true;
}

void
fleet_remove(struct fleet *fl, uint32_t feed)
{
	struct feed *f = feed < LIMIT_FEEDS ? &fl->feeds[feed] : NULL;

	if (f == NULL || f->want == NULL)
		return;
	if (f->added && f->owner->hello) {
		const struct feed_ref ref = { feed, f->generation };

		channel_put(f->owner->channel, ref, WIRE_FEED_REMOVE, &ref);
	}
	if (f->owner != NULL)
		f->owner->feeds--;
	if (f->retry_us != 0)
		fl->waiting--;
	explicit_bzero(f->want, sizeof(*f->want));
	free(f->want);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	f->want = NULL;
	f->owner = NULL;
	f->added = false;
	f->generation++;
	tickets_retire(&f->tickets);
}

bool
fleet_address(const struct fleet *fl, uint32_t feed, struct wire_address *out)
{
	const struct feed *f = &fl->feeds[feed];
	char host[LIMIT_HOST_BYTES];

	if (f->want == NULL)
		return false;
	if (f->want->address_count > 0) {
		*out = f->want->addresses[0];
		return true;
	}
	return url_host(f->want->url, host, sizeof(host)) &&
	       address_parse(host, out);
}

bool
fleet_has_name(const struct fleet *fl, uint32_t feed)
{
	const struct feed *f = &fl->feeds[feed];
	char host[LIMIT_HOST_BYTES];

	return f->want != NULL && url_host(f->want->url, host, sizeof(host)) &&
	       host[0] != '\0';
}

void
fleet_retry(struct fleet *fl, uint32_t feed)
{
	struct feed *f = feed < LIMIT_FEEDS ? &fl->feeds[feed] : NULL;

	if (f == NULL || f->want == NULL || f->owner == NULL)
		return;
	f->locked_us = 0;
	if (f->added && f->owner->hello) {
		const struct feed_ref ref = { feed, f->generation };

		channel_put(f->owner->channel, ref, WIRE_FEED_RETRY, &ref);
	} else if (f->retry_us > 0) {
		f->retry_us = 0;
		fl->waiting--;
		line_push(fl, feed);
	}
}

void
fleet_pause(struct fleet *fl, uint32_t feed, uint32_t least_ms,
    uint32_t most_ms)
{
	const struct feed *f = feed < LIMIT_FEEDS ? &fl->feeds[feed] : NULL;

	if (f == NULL || f->want == NULL || !f->added || !f->owner->hello)
		return;

	const struct wire_feed_pause m = { .ref = { feed, f->generation },
		.least_ms = least_ms,
		.most_ms = most_ms };

	channel_put(f->owner->channel, feed_pause, WIRE_FEED_PAUSE, &m);
}

/* --- samples */

void
fleet_no_sample(struct fleet *fl, uint32_t feed, uint64_t ticket,
    enum sample_result why)
{
	static struct sample s; /* large, mostly zero; only its head is set */

	s.ref = (struct feed_ref){ feed, fl->feeds[feed].generation };
	s.ticket = ticket;
	s.at_us = fl->feeds[feed].want->as_file ? 0 : clock_mono_us();
	s.result = why;
	fl->calls.on_sample(fl->calls.arg, &s);
}

enum fleet_asked
fleet_ask(struct fleet *fl, uint32_t feed, uint32_t flags,
    int64_t not_before_us)
{
	struct feed *f = feed < LIMIT_FEEDS ? &fl->feeds[feed] : NULL;
	int64_t now = clock_mono_us();

	if (f == NULL || f->want == NULL || !f->added || !f->owner->hello)
		return FLEET_NOT_NOW;
	if (now < f->quarantined_us)
		return FLEET_QUARANTINED;

	struct wire_sample_ask m = { .ref = { feed, f->generation },
		.flags = flags,
		.not_before_us = not_before_us };

	m.ticket = tickets_issue(&f->tickets, feed, fleet_random(), flags, now);
	if (m.ticket == 0)
		return FLEET_NOT_NOW;
	if (!channel_put(f->owner->channel, sample_ask, WIRE_SAMPLE_ASK, &m)) {
		tickets_done(tickets_find(&f->tickets, m.ticket));
		return FLEET_NOT_NOW;
	}
	return FLEET_ASKED;
}

bool
fleet_asking(const struct fleet *fl, uint32_t feed)
{
	return feed < LIMIT_FEEDS && fl->feeds[feed].want != NULL &&
	       tickets_pending(&fl->feeds[feed].tickets) != NULL;
}

/* --- loss and recovery */

void
fleet_seeing(struct fleet *fl, uint32_t feed)
{
	if (!fl->feeds[feed].blind)
		return;
	fl->feeds[feed].blind = false;
	fl->calls.on_blind(fl->calls.arg, feed, CAUSE_NONE);
}

static void
lose_samples(struct fleet *fl, uint32_t feed)
{
	if (tickets_retire(&fl->feeds[feed].tickets) > 0)
		fleet_no_sample(fl, feed, 0, SAMPLE_LOST);
}

static void
go_blind(struct fleet *fl, uint32_t feed)
{
	struct feed *f = &fl->feeds[feed];
	int64_t rest_us = clock_mono_us() + FLEET_LINGER_US;

	if (f->added) {
		/* We ended it: no fault of the camera's, no flapping. */
		const struct link_report ours = { .ref = { feed,
						      f->generation },
			.at_us = f->want->as_file ? 0 : clock_mono_us(),
			.phase = PHASE_WAITING,
			.reason = REASON_SHUTDOWN };

		f->added = false;
		f->blind = true;
		f->rest_us = rest_us;
		f->rest_device = f->want->device;
		fl->calls.on_link(fl->calls.arg, &ours);
		fl->calls.on_blind(fl->calls.arg, feed, CAUSE_PROBE_LOST);
		lose_samples(fl, feed);
	}
}

void
fleet_probe_lost(struct probe *p)
{
	struct fleet *fl = p->fl;

	if (fl->stopping)
		return;
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++) {
		if (fl->feeds[i].want == NULL)
			continue;
		if (p->role == ROLE_PICTURE && i % fl->pictures == p->number)
			lose_samples(fl, i);
		else if (fl->feeds[i].owner == p)
			go_blind(fl, i);
	}
}

void
fleet_suspect(struct fleet *fl, uint64_t ticket)
{
	uint32_t feed = tickets_feed(ticket);
	struct feed *f = &fl->feeds[feed];
	int64_t now = clock_mono_us();

	if (f->want == NULL)
		return;
	for (uint32_t i = CRASHES_KEPT - 1; i > 0; i--)
		f->crash_us[i] = f->crash_us[i - 1];
	f->crash_us[0] = now;
	log_warn("fleet", "feed=%u its picture ended a decoder", feed);

	int64_t oldest = f->crash_us[CRASHES_KEPT - 1];

	if (oldest == 0 || now - oldest > CRASH_WINDOW_US)
		return;
	f->quarantined_us = now + QUARANTINE_US;
	log_warn("fleet", "feed=%u no picture is decoded for %d minutes", feed,
	    (int)(QUARANTINE_US / US_PER_S / 60));
	tickets_retire(&f->tickets);
	fleet_no_sample(fl, feed, 0, SAMPLE_QUARANTINED);
}

int64_t
fleet_not_held(struct fleet *fl, uint32_t feed)
{
	struct feed *f = &fl->feeds[feed];

	if (f->retry_us == 0)
		fl->waiting++;
	f->retry_us = clock_mono_us() + NO_ROOM_RETRY_US;
	return f->retry_us;
}

/* --- the loop's turns */

/* Every feed of a probe that has just greeted, and those in the line. */
static void
queue_orphans(struct fleet *fl)
{
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++) {
		const struct feed *f = &fl->feeds[i];

		if (f->want != NULL && !f->added && !f->queued &&
		    f->retry_us == 0 && f->owner != NULL && f->owner->hello &&
		    !f->resolving)
			line_push(fl, i);
	}
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, PUMP_MS * 1000 };
	struct fleet *fl = arg;
	uint32_t again = fl->line_length;

	(void)fd;
	(void)what;
	queue_orphans(fl);
	again = fl->line_length;
	for (uint32_t n = 0; again > 0 && n < HAND_OVER_MAX; again--) {
		uint32_t feed = line_pop(fl);
		struct feed *f = &fl->feeds[feed];

		if (f->want != NULL && f->owner != NULL && !f->owner->hello) {
			line_push(fl, feed); /* not yet: keep its place */
			continue;
		}
		if (f->retry_us == -1) {
			f->blind = true;
			f->retry_us = -2;
			fl->calls.on_blind(fl->calls.arg, feed,
			    CAUSE_OVER_CAPACITY);
			continue;
		}
		hand_over(fl, feed);
		n++;
	}
	if (fl->line_length > 0)
		event_add(fl->pump, &soon);
}

/* Names that failed are asked again; a freed place is filled. */
static void
retry_waiting(struct fleet *fl, int64_t now)
{
	for (uint32_t i = 0; fl->waiting > 0 && i < LIMIT_FEEDS; i++) {
		struct feed *f = &fl->feeds[i];

		if (f->want == NULL || f->retry_us == 0)
			continue;
		if (f->retry_us < 0) {
			f->owner = demux_with_room(fl, f->want);
			if (f->owner == NULL)
				continue;
			f->owner->feeds++;
		} else if (now < f->retry_us) {
			continue;
		}
		f->added = false; /* or never was */
		f->retry_us = 0;
		fl->waiting--;
		line_push(fl, i);
	}
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct fleet *fl = arg;
	int64_t now = clock_mono_us();
	int64_t late = now - fl->ticked_us - fl->tick_us;

	(void)fd;
	(void)what;
	fl->ticked_us = now;
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		fleet_probe_tick(&fl->probes[i], now, late > 0 ? late : 0);
	retry_waiting(fl, now);
}

static void
check_stopped(struct fleet *fl)
{
	if (!fl->stopping || fl->on_stopped == NULL)
		return;
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		if (fl->probes[i].pid != 0)
			return;

	void (*done)(void *) = fl->on_stopped;

	fl->on_stopped = NULL;
	event_del(fl->stop);
	done(fl->stopped_arg);
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct fleet *fl = arg;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		fleet_probe_reap(&fl->probes[i]);
	names_reap(fl->names);
	check_stopped(fl);
}

static void
on_stop_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct fleet *fl = arg;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		if (fl->probes[i].pid > 0)
			kill(fl->probes[i].pid, SIGKILL);
	check_stopped(fl);
}

void
fleet_stop(struct fleet *fl, void (*on_stopped)(void *arg), void *arg)
{
	static const struct timeval patience = { 1, 500000 };

	fl->stopping = true;
	fl->on_stopped = on_stopped;
	fl->stopped_arg = arg;
	event_del(fl->second);
	event_del(fl->pump);
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		if (fl->probes[i].channel != NULL)
			channel_send(fl->probes[i].channel, WIRE_STOP, NULL, 0);
	event_add(fl->stop, &patience);
	event_active(fl->child, EV_SIGNAL, 1);
}

uint32_t
fleet_probe_count(const struct fleet *fl)
{
	return fl->streams + fl->demuxes + fl->pictures;
}

void
fleet_probe_at(const struct fleet *fl, uint32_t index, struct fleet_probe *out)
{
	const struct probe *p = &fl->probes[index];

	*out = (struct fleet_probe){ .role = p->role,
		.number = p->number,
		.pid = (int32_t)p->pid,
		.restarts = p->restarts,
		.feeds = p->feeds,
		.last = p->last,
		.owes_us = p->pinged_us,
		.heard_us = p->heard_us };
}

struct fleet *
fleet_new(struct event_base *base, const struct fleet_config *cfg,
    const struct fleet_calls *calls, const char **error_out)
{
	static const struct fleet_turns turns = { .second = on_second,
		.pump = on_pump,
		.child = on_child,
		.stop_deadline = on_stop_deadline,
		.name = on_name };

	return fleet_build(base, cfg, calls, &turns, error_out);
}
