/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "camwarden/wire.h"
#include "common/channel.h"
#include "common/clock.h"
#include "common/confine.h"
#include "common/log.h"
#include "common/wire.h"
#include "probes/demux/outbox.h"
#include "probes/demux/outlet.h"
#include "probes/demux/seating.h"
#include "probes/demux/source.h"

#define QUEUE_LIMIT (16u << 20)
#define STOP_MS 900 /* the monitor gives us a second */

struct entry { /* one feed given to us */
	struct wire_feed_add feed;
	int fd;		       /* owned while it waits; -1 none */
	struct source *source; /* NULL: waits for a thread to be free */
};

struct probe {
	struct event_base *base;
	struct channel *channel;
	struct outbox *outbox;
	struct seating *seating;
	struct event *notes;
	struct event *leave;
	struct outlet *outlets[LIMIT_PROBES];
	struct wire_configure cfg;
	struct entry *entries;
	size_t count;
	size_t size;
	uint32_t running; /* threads of entries */
	uint32_t ending;  /* threads told to stop and not gone yet */
	uint32_t number;
	uint64_t wire_bytes; /* of sources that are gone */
	uint64_t samples;
	uint64_t busy;
	bool greeted;
	bool configured;
	bool stopping;
	int status;
};

static struct entry *
find(struct probe *p, const struct feed_ref *ref)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->entries[i].feed.ref.feed == ref->feed &&
		    p->entries[i].feed.ref.generation == ref->generation)
			return &p->entries[i];
	return NULL;
}

static void
tell_gone(struct probe *p, const struct feed_ref *ref, uint64_t ticket,
    enum sample_result why)
{
	const struct wire_sample_gone m = { *ref, ticket, why };

	channel_put(p->channel, sample_gone, WIRE_SAMPLE_GONE, &m);
}

static void
tell_over_capacity(struct probe *p, const struct entry *e)
{
	struct link_report m = { .ref = e->feed.ref,
		.at_us = e->feed.as_file ? 0 : clock_mono_us(),
		.phase = PHASE_BACKOFF,
		.reason = REASON_OVER_CAPACITY };

	snprintf(m.detail, sizeof(m.detail),
	    "all %u threads of this demux probe are taken",
	    p->cfg.demux_threads);
	channel_put(p->channel, link_report, WIRE_LINK_REPORT, &m);
}

/* A thread for the entry, when one may be had. Threads that are ending count
 * a second time over at most: one may hang in the resolver for long. */
static bool
start(struct probe *p, struct entry *e)
{
	struct source_config cfg = { .configure = p->cfg,
		.feed = e->feed,
		.fd = e->fd,
		.outbox = p->outbox,
		.seating = p->seating,
		.seed = p->cfg.seed + e->feed.ref.feed };

	if (p->running >= p->cfg.demux_threads ||
	    p->running + p->ending >= 2 * p->cfg.demux_threads)
		return false;
	e->source = source_start(&cfg);
	e->fd = -1;
	if (e->source == NULL)
		return false;
	p->running++;
	return true;
}

static void
start_waiting(struct probe *p)
{
	for (size_t i = 0; i < p->count && !p->stopping; i++)
		if (p->entries[i].source == NULL && !start(p, &p->entries[i]))
			return;
}

static void
drop(struct probe *p, struct entry *e)
{
	if (e->source != NULL) {
		source_stop(e->source);
		p->running--;
		p->ending++;
	}
	if (e->fd >= 0)
		close(e->fd);
	explicit_bzero(e->feed.password, sizeof(e->feed.password));
	*e = p->entries[--p->count];
}

static struct entry *
add(struct probe *p)
{
	if (p->count == p->size) {
		size_t size = p->size * 2 + 16;
		struct entry *entries =
		    realloc(p->entries, size * sizeof(*entries));

		if (entries == NULL)
			return NULL;
		p->entries = entries;
		p->size = size;
	}
	return &p->entries[p->count++];
}

static bool
on_hello(struct probe *p, struct span body)
{
	struct wire_hello m;

	if (!wire_get_hello(body, &m) || m.version != WIRE_VERSION)
		return false;
	p->number = m.number;
	p->greeted = true;
	return true;
}

static void
on_lost_unit(void *arg, const struct note *unit)
{
	struct probe *p = arg;

	tell_gone(p, &unit->unit.head.ref, unit->unit.head.ticket, SAMPLE_LOST);
}

static bool
on_configure(struct probe *p, struct span body)
{
	if (!p->greeted || !wire_get_configure(body, &p->cfg) ||
	    p->cfg.links == 0 || p->cfg.links > LIMIT_PROBES)
		return false;
	for (uint32_t i = 0; i < p->cfg.links; i++) {
		if (p->outlets[i] == NULL)
			p->outlets[i] = outlet_new(p->base,
			    WIRE_FD_LINK_FIRST + (int)i, on_lost_unit, p);
		if (p->outlets[i] == NULL)
			return false;
	}
	p->configured = true;
	return true;
}

static bool
on_feed_add(struct probe *p, struct span body)
{
	struct wire_feed_add m;
	struct entry *e;

	if (!p->configured || !wire_get_feed_add(body, &m))
		return false;
	for (size_t i = 0; i < p->count; i++) /* an earlier life of it */
		if (p->entries[i].feed.ref.feed == m.ref.feed) {
			drop(p, &p->entries[i]);
			break;
		}
	e = p->count < LIMIT_FEEDS ? add(p) : NULL;
	if (e == NULL)
		return false;
	*e = (struct entry){ .feed = m,
		.fd = m.has_fd ? channel_take_fd(p->channel) : -1 };
	explicit_bzero(m.password, sizeof(m.password));
	if (!start(p, e))
		tell_over_capacity(p, e);
	return true;
}

static bool
on_feed_remove(struct probe *p, struct span body)
{
	struct feed_ref ref;
	struct entry *e;

	if (!wire_get_ref(body, &ref))
		return false;
	e = find(p, &ref);
	if (e != NULL)
		drop(p, e);
	start_waiting(p);
	return true;
}

static bool
on_feed_retry(struct probe *p, struct span body)
{
	struct feed_ref ref;
	struct entry *e;

	if (!wire_get_ref(body, &ref))
		return false;
	e = find(p, &ref);
	if (e != NULL && e->source != NULL)
		source_retry(e->source);
	return true;
}

static bool
on_feed_pause(struct probe *p, struct span body)
{
	struct wire_feed_pause m;
	struct entry *e;

	if (!wire_get_feed_pause(body, &m))
		return false;
	e = find(p, &m.ref);
	if (e != NULL && e->source != NULL)
		source_pause(e->source, m.least_ms, m.most_ms);
	return true;
}

static bool
on_sample_ask(struct probe *p, struct span body)
{
	struct wire_sample_ask m;
	struct entry *e;
	uint64_t displaced;

	if (!wire_get_sample_ask(body, &m))
		return false;
	e = find(p, &m.ref);
	if (e == NULL)
		return true; /* crossed with its removal */
	if (e->source == NULL)
		tell_gone(p, &m.ref, m.ticket, SAMPLE_NO_KEYFRAME);
	else if (source_ask(e->source, &m, &displaced))
		tell_gone(p, &m.ref, displaced, SAMPLE_NO_KEYFRAME);
	return true;
}

static bool
on_ping(struct probe *p, struct span body)
{
	struct wire_pong m = { .feeds = (uint32_t)p->count,
		.cpu_us = clock_cpu_us(),
		.wire_bytes = p->wire_bytes,
		.samples = p->samples,
		.busy = p->busy };

	if (!wire_get_u64(body, &m.nonce))
		return false;
	for (size_t i = 0; i < p->count; i++) {
		if (p->entries[i].source == NULL)
			continue;
		m.flowing += source_is_flowing(p->entries[i].source);
		m.wire_bytes += source_received(p->entries[i].source);
	}
	return channel_put(p->channel, pong, WIRE_PONG, &m);
}

static bool
on_stop(struct probe *p)
{
	const struct timeval late = { 0, STOP_MS * 1000 };

	p->stopping = true;
	while (p->count > 0)
		drop(p, &p->entries[p->count - 1]);
	if (p->ending == 0)
		event_base_loopbreak(p->base);
	else
		event_add(p->leave, &late);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct probe *p = arg;

	switch (type) {
	case WIRE_HELLO:
		return on_hello(p, body);
	case WIRE_CONFIGURE:
		return on_configure(p, body);
	case WIRE_PING:
		return on_ping(p, body);
	case WIRE_STOP:
		return on_stop(p);
	case WIRE_FEED_ADD:
		return on_feed_add(p, body);
	case WIRE_FEED_REMOVE:
		return on_feed_remove(p, body);
	case WIRE_FEED_RETRY:
		return on_feed_retry(p, body);
	case WIRE_FEED_PAUSE:
		return on_feed_pause(p, body);
	case WIRE_SAMPLE_ASK:
		return on_sample_ask(p, body);
	case WIRE_RESOLVED:
		return true; /* libavformat resolves what we weren't given */
	}
	return false;
}

static void
on_closed(void *arg, const char *why)
{
	struct probe *p = arg;

	(void)why; /* the monitor knows; there is nobody else to tell */
	p->status = 1;
	event_base_loopbreak(p->base);
}

static void
send_unit(struct probe *p, struct note *n)
{
	const struct unit_head *head = &n->unit.head;

	if (outlet_push(p->outlets[head->ref.feed % p->cfg.links], n)) {
		p->samples++;
		return;
	}
	p->busy++;
	tell_gone(p, &head->ref, head->ticket, SAMPLE_BUSY);
	note_free(&n);
}

static void
on_ended(struct probe *p, struct source *s)
{
	p->wire_bytes += source_received(s);
	source_join(&s);
	p->ending--;
	if (p->stopping && p->ending == 0)
		event_base_loopbreak(p->base);
	start_waiting(p);
}

/* No camera's fault: the monitor starts another, who finds names. */
static bool
names_lost(struct probe *p, const struct link_report *r)
{
	bool unnamed =
	    r->reason == REASON_DNS_FAIL || r->reason == REASON_NAMES_SILENT;

	if (!unnamed || !confine_names_lost())
		return false;
	log_warn("demux", "files of the name service were replaced; it begins "
			  "anew");
	event_base_loopbreak(p->base);
	return true;
}

static void
take_note(struct probe *p, struct note *n)
{
	/* Nothing of a feed that was taken away from us. */
	bool late = source_is_stopped(n->source);

	switch (n->kind) {
	case NOTE_ENDED:
		on_ended(p, n->source);
		break;
	case NOTE_REPORT:
		if (!late && !names_lost(p, &n->report))
			channel_put(p->channel, link_report, WIRE_LINK_REPORT,
			    &n->report);
		break;
	case NOTE_ACCOUNT:
		if (!late)
			channel_put(p->channel, account, WIRE_ACCOUNT,
			    &n->account);
		break;
	case NOTE_GONE:
		if (!late)
			tell_gone(p, &n->gone.ref, n->gone.ticket, n->gone.why);
		break;
	case NOTE_UNIT:
		if (late)
			break;
		/* The account before it must be there before its measures. */
		channel_flush(p->channel);
		send_unit(p, n);
		return;
	}
	note_free(&n);
}

static void
on_notes(evutil_socket_t fd, short what, void *arg)
{
	struct probe *p = arg;

	(void)fd;
	(void)what;
	for (struct note *n = outbox_take(p->outbox); n != NULL;) {
		struct note *next = n->next;

		take_note(p, n);
		n = next;
	}
}

static void
on_leave(evutil_socket_t fd, short what, void *arg)
{
	struct probe *p = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(p->base);
}

struct probe *
probe_new(struct event_base *base)
{
	struct probe *p = calloc(1, sizeof(*p));
	const struct channel_calls calls = { .on_message = on_message,
		.on_closed = on_closed,
		.arg = p };
	const struct wire_hello hello = { .version = WIRE_VERSION,
		.role = ROLE_DEMUX,
		.pid = (uint32_t)getpid() };

	if (p == NULL)
		return NULL;
	p->base = base;
	p->outbox = outbox_new();
	p->seating = seating_new();
	p->channel = channel_new(base, WIRE_FD_CHANNEL, QUEUE_LIMIT, &calls);
	p->leave = event_new(base, -1, 0, on_leave, p);
	if (p->outbox == NULL || p->seating == NULL || p->channel == NULL ||
	    p->leave == NULL)
		return NULL;
	channel_wipe(p->channel); /* passwords */
	p->notes = event_new(base, outbox_fd(p->outbox), EV_READ | EV_PERSIST,
	    on_notes, p);
	if (p->notes == NULL || event_add(p->notes, NULL) != 0 ||
	    !channel_put(p->channel, hello, WIRE_HELLO, &hello))
		return NULL;
	return p;
}

int
probe_serve(struct probe *p)
{
	event_base_dispatch(p->base);
	channel_flush(p->channel);
	return p->status;
}
