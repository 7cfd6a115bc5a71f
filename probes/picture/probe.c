/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/picture/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/event.h>

#include "camwarden/wire.h"
#include "common/channel.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "common/wire.h"
#include "probes/picture/decoder.h"
#include "probes/picture/thumbnail.h"

#define QUEUE_LIMIT (16u << 20)
/* Above this many bytes the monitor is too slow: no unit is taken from the
 * links, whose writers then see them full and say so (SAMPLE_BUSY). */
#define QUEUE_PAUSE (1u << 20)
#define PAUSE_MS 5
#define PACKETS_PER_TURN 32 /* of one link, then the others have a turn */
#define UNIT_SECONDS 5	    /* CPU time; then SIGPROF ends us */
#define LINKS_MAX (2u * LIMIT_PROBES)
#define PACKET_BYTES (UNIT_HEAD_BYTES + LIMIT_CHUNK_BYTES)

struct probe;

struct source { /* one link */
	struct probe *probe;
	struct link_reader reader;
	struct event *readable;
	int fd;
};

struct probe {
	struct event_base *base;
	struct channel *channel;
	struct decoder *decoder;
	struct event *resume;
	struct source *sources;
	uint32_t source_count;
	uint32_t number;
	uint32_t thumb_width;
	uint64_t samples;
	uint32_t lag_max_us;
	bool greeted;
	bool paused;
	int status;
	struct sample sample; /* 36 KiB: not on the stack */
	uint8_t packet[PACKET_BYTES];
};

static void
watchdog(int seconds)
{
	const struct itimerval t = { .it_value.tv_sec = seconds };

	setitimer(ITIMER_PROF, &t, NULL);
}

static void
tell_begin(struct probe *p, uint64_t ticket)
{
	uint8_t body[8];
	struct writer w = writer_of(body, sizeof(body));

	writer_le64(&w, ticket);
	channel_send(p->channel, WIRE_DECODE_BEGIN, body, sizeof(body));
	channel_flush(p->channel); /* it must be out before we may die */
}

static void
send_png(struct probe *p, const struct unit_head *head,
    const struct picture_view *view)
{
	struct thumbnail_about about = { .utc_us = head->utc_us,
		.probe = p->number };
	struct thumbnail png;

	memcpy(about.uuid, head->uuid, sizeof(about.uuid));
	if (!thumbnail_make(view, p->thumb_width, &about, &png))
		return;

	const struct wire_png m = { .ticket = head->ticket,
		.width = (uint16_t)png.width,
		.height = (uint16_t)png.height,
		.length = (uint32_t)png.length,
		.bytes = png.bytes };

	channel_put(p->channel, png, WIRE_PNG, &m);
	free(png.bytes);
}

/* Decodes and measures into p->sample; true when there is a picture. */
static bool
examine(struct probe *p, const struct source *s, struct picture_view *view)
{
	const struct unit_head *head = &s->reader.head;
	const struct decoder_unit unit = { .codec = (enum codec)head->codec,
		.codec_id = head->codec_id,
		.bytes = s->reader.bytes,
		.length = head->total };
	struct measures *m = &p->sample.measures;
	int64_t start = clock_mono_us(), decoded;
	uint32_t damage = 0;

	p->sample.result = decoder_decode(p->decoder, &unit, view, &damage);
	decoded = clock_mono_us();
	if (p->sample.result > SAMPLE_DAMAGED)
		return false;
	if (!measure_picture(view, m)) {
		p->sample.result = SAMPLE_UNDECODABLE;
		return false;
	}
	m->decode_us = (uint32_t)(decoded - start);
	m->measure_us = (uint32_t)(clock_mono_us() - decoded);
	m->damage = damage;
	return true;
}

static void
answer(struct probe *p, struct source *s)
{
	const struct unit_head *head = &s->reader.head;
	int64_t start_us = clock_mono_us();
	struct picture_view view;

	tell_begin(p, head->ticket);
	watchdog(UNIT_SECONDS);
	memset(&p->sample, 0, sizeof(p->sample));
	p->sample.ref = head->ref;
	p->sample.ticket = head->ticket;
	p->sample.at_us = head->at_us;
	p->sample.codec = (enum codec)head->codec;
	p->sample.au_bytes = head->total;

	bool picture = examine(p, s, &view);

	channel_put(p->channel, sample, WIRE_SAMPLE, &p->sample);
	if (picture && (head->flags & WIRE_SAMPLE_PNG))
		send_png(p, head, &view);
	decoder_release(p->decoder);
	watchdog(0);
	channel_flush(p->channel);
	p->samples++;
	/* So long did everybody else wait. */
	start_us = clock_mono_us() - start_us;
	if (start_us > p->lag_max_us)
		p->lag_max_us = (uint32_t)start_us;
}

static void
pause_sources(struct probe *p)
{
	const struct timeval soon = { 0, PAUSE_MS * 1000 };

	if (!p->paused)
		for (uint32_t i = 0; i < p->source_count; i++)
			event_del(p->sources[i].readable);
	p->paused = true;
	event_add(p->resume, &soon);
}

static bool
too_slow(struct probe *p)
{
	channel_flush(p->channel);
	return channel_queued(p->channel) > QUEUE_PAUSE;
}

/* Up to one whole unit in; false when there is nothing more to read now. */
static bool
take_unit(struct probe *p, struct source *s)
{
	for (int i = 0; i < PACKETS_PER_TURN; i++) {
		ssize_t n = recv(s->fd, p->packet, sizeof(p->packet),
		    MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0) { /* every writer is gone, the monitor too */
			event_del(s->readable);
			return false;
		}
		if ((size_t)n > sizeof(p->packet))
			continue;

		const struct span packet = { p->packet, (size_t)n };

		if (link_reader_feed(&s->reader, packet))
			return true;
	}
	return false;
}

/* One unit of one link, then the loop gives the others their turn. */
static void
on_link(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	struct probe *p = s->probe;

	(void)fd;
	(void)what;
	if (too_slow(p))
		pause_sources(p);
	else if (take_unit(p, s))
		answer(p, s);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct probe *p = arg;

	(void)fd;
	(void)what;
	if (too_slow(p)) {
		pause_sources(p);
		return;
	}
	p->paused = false;
	for (uint32_t i = 0; i < p->source_count; i++)
		event_add(p->sources[i].readable, NULL);
}

static bool
open_sources(struct probe *p, uint32_t count)
{
	p->sources = calloc(count, sizeof(*p->sources));
	if (p->sources == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct source *s = &p->sources[i];

		s->probe = p;
		s->fd = WIRE_FD_LINK_FIRST + (int)i;
		link_reader_init(&s->reader);
		s->readable =
		    event_new(p->base, s->fd, EV_READ | EV_PERSIST, on_link, s);
		if (s->readable == NULL)
			return false;
		p->source_count++;
		event_priority_set(s->readable, 2); /* after the channel */
		if (event_add(s->readable, NULL) != 0)
			return false;
	}
	return true;
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

static bool
on_configure(struct probe *p, struct span body)
{
	struct wire_configure m;

	if (!wire_get_configure(body, &m) || !p->greeted || m.links > LINKS_MAX)
		return false;
	p->thumb_width = m.thumb_width;
	decoder_limit(p->decoder, m.max_pixels);
	return p->sources != NULL || open_sources(p, m.links);
}

static bool
on_ping(struct probe *p, struct span body)
{
	struct wire_pong pong = { .cpu_us = clock_cpu_us(),
		.samples = p->samples,
		.lag_max_us = p->lag_max_us };

	if (!wire_get_u64(body, &pong.nonce))
		return false;
	for (uint32_t i = 0; i < p->source_count; i++)
		pong.busy += p->sources[i].reader.dropped;
	p->lag_max_us = 0;
	return channel_put(p->channel, pong, WIRE_PONG, &pong);
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
		event_base_loopbreak(p->base);
		return true;
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

static bool
start(struct probe *p)
{
	const struct channel_calls calls = { .on_message = on_message,
		.on_closed = on_closed,
		.arg = p };
	const struct wire_hello hello = { .version = WIRE_VERSION,
		.role = ROLE_PICTURE,
		.pid = (uint32_t)getpid() };

	p->channel = channel_new(p->base, WIRE_FD_CHANNEL, QUEUE_LIMIT, &calls);
	p->resume = event_new(p->base, -1, 0, on_resume, p);
	return p->channel != NULL && p->resume != NULL &&
	       channel_put(p->channel, hello, WIRE_HELLO, &hello);
}

struct probe *
probe_new(struct event_base *base, struct decoder *decoder)
{
	struct probe *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->base = base;
	p->decoder = decoder;
	p->thumb_width = 320;
	if (!start(p))
		probe_free(&p);
	return p;
}

int
probe_serve(struct probe *p)
{
	event_base_dispatch(p->base);
	channel_flush(p->channel);
	return p->status;
}

void
probe_free(struct probe **pp)
{
	struct probe *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->source_count; i++) {
		event_free(p->sources[i].readable);
		link_reader_fini(&p->sources[i].reader);
	}
	free(p->sources);
	if (p->resume != NULL)
		event_free(p->resume);
	channel_free(&p->channel);
	decoder_free(&p->decoder);
	event_base_free(p->base);
	free(p);
}
