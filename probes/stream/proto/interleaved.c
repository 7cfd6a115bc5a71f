/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/interleaved.h"

#include <stdlib.h>
#include <string.h>

#define RESYNC_WINDOW_US 60000000 /* three in this time: give up */
#define RESYNC_FRAME_MAX 12000	  /* Tapo sends legal packets of 10000 */
#define RESYNC_FRAME_MIN 8
#define ANY 255

static const char resync_text[] = "RTSP/1.0 ";

enum state {
	STATE_BOUNDARY, /* a message or a frame may begin */
	STATE_HEAD,	/* its first bytes are in head[] */
	STATE_BODY,	/* it is put together in frame */
	STATE_SKIP,	/* its rest passes by */
	STATE_TEXT,	/* within RTSP text */
	STATE_RESYNC,	/* head[] holds what may begin a frame or text */
};

struct walk {
	struct interleaved *il;
	const struct interleaved_calls *calls;
	void *arg;
	struct span in; /* not yet read */
	int64_t now_us;
	bool lost;
};

void
interleaved_init(struct interleaved *il)
{
	memset(il, 0, sizeof(*il));
	il->payload_type = ANY;
}

void
interleaved_fini(struct interleaved *il)
{
	free(il->frame);
	il->frame = NULL;
}

void
interleaved_add_channel(struct interleaved *il, unsigned channel)
{
	if (channel < 32)
		il->channels |= 1u << channel;
}

void
interleaved_set_payload_type(struct interleaved *il, uint8_t type)
{
	il->payload_type = type;
}

void
interleaved_stop(struct interleaved *il)
{
	il->stop = true;
}

static bool
channel_known(const struct interleaved *il, unsigned channel)
{
	return channel < 32 && il->channels >> channel & 1;
}

/* Unknown channel and no version 2 behind it. b: 5 bytes or more, unless the
 * frame is empty. */
static bool
impossible(const struct interleaved *il, const uint8_t *b, uint32_t length)
{
	return !channel_known(il, b[1]) && length && b[4] >> 6 != 2;
}

static uint32_t
frame_length(const uint8_t *head)
{
	return (uint32_t)head[2] << 8 | head[3];
}

static void
advance(struct walk *w, size_t n)
{
	w->in.p += n;
	w->in.n -= n;
}

static void
deliver(struct walk *w, const uint8_t *frame, uint32_t length)
{
	w->calls->on_frame(w->arg, frame[1], (struct span){ frame + 4, length },
	    w->now_us);
}

static bool
head_suffices(struct walk *w, const uint8_t *frame, size_t have)
{
	return have > 4 && w->calls->on_head &&
	       w->calls->on_head(w->arg, frame[1],
		   (struct span){ frame + 4, have - 4 }, frame_length(frame),
		   w->now_us);
}

static void
to_boundary(struct interleaved *il)
{
	il->state = STATE_BOUNDARY;
	il->have = 0;
}

/* Could the window begin a frame that we know, or an RTSP answer? */
static bool
resync_possible(const struct interleaved *il)
{
	const uint8_t *b = il->head;
	uint32_t n = il->have, length;

	if (b[0] == 'R')
		return !memcmp(b, resync_text, n);
	if (b[0] != '$' || (n > 1 && !channel_known(il, b[1])))
		return false;
	length = n > 3 ? frame_length(b) : RESYNC_FRAME_MIN;
	if (length < RESYNC_FRAME_MIN || length > RESYNC_FRAME_MAX)
		return false;
	if (n > 4 && b[4] >> 6 != 2)
		return false;
	return n < 6 || (b[5] >= 200 && b[5] <= 204) ||
	       il->payload_type == ANY || (b[5] & 127) == il->payload_type;
}

/* One byte more. True when framing is found again. */
static bool
resync_byte(struct interleaved *il, uint8_t byte)
{
	il->head[il->have++] = byte;
	while (il->have && !resync_possible(il)) {
		memmove(il->head, il->head + 1, --il->have);
		il->garbage++;
	}
	if (il->have == 6 && il->head[0] == '$') {
		il->state = STATE_HEAD;
		return true;
	}
	return il->have == sizeof(resync_text) - 1;
}

static void
take_text(struct walk *w)
{
	struct interleaved *il = w->il;
	size_t used = w->in.n;

	switch (w->calls->on_text(w->arg, w->in, &used)) {
	case INTERLEAVED_TEXT_MORE:
		advance(w, w->in.n);
		return;
	case INTERLEAVED_TEXT_DONE:
		advance(w, used < w->in.n ? used : w->in.n);
		to_boundary(il);
		return;
	case INTERLEAVED_TEXT_BAD:
		break;
	}
	il->state = STATE_RESYNC;
	il->have = 0;
}

/* The answer's first words were found in the window: they are text. */
static void
resync_text_found(struct walk *w)
{
	struct walk again = *w;
	uint8_t text[sizeof(resync_text)];

	memcpy(text, w->il->head, sizeof(resync_text) - 1);
	w->il->state = STATE_TEXT;
	w->il->have = 0;
	again.in = (struct span){ text, sizeof(resync_text) - 1 };
	take_text(&again);
}

static void
take_resync(struct walk *w)
{
	struct interleaved *il = w->il;

	while (w->in.n) {
		uint8_t byte = *w->in.p;

		advance(w, 1);
		if (resync_byte(il, byte)) {
			if (il->state != STATE_HEAD)
				resync_text_found(w);
			return;
		}
		if (il->garbage > INTERLEAVED_GARBAGE_BYTES) {
			w->lost = true;
			return;
		}
	}
}

static void
begin_resync(struct walk *w)
{
	struct interleaved *il = w->il;

	if (il->resyncs >= 2 && w->now_us - il->resync_us[0] < RESYNC_WINDOW_US)
		w->lost = true;
	il->resync_us[0] = il->resync_us[1];
	il->resync_us[1] = w->now_us;
	il->resyncs++;
	il->garbage = 0;
	il->have = 0;
	il->state = STATE_RESYNC;
}

static void walk_all(struct walk *w);

/* The head is no frame: its bytes but the first may hide one. */
static void
head_lost(struct walk *w)
{
	struct walk again = *w;
	uint8_t bytes[INTERLEAVED_HEAD_BYTES];
	uint32_t n = w->il->have;

	memcpy(bytes, w->il->head, n);
	begin_resync(w);
	again.in = (struct span){ bytes + 1, n - 1 };
	again.lost = w->lost;
	walk_all(&again);
	w->lost = again.lost;
}

/* The head is full and doesn't suffice: put the whole frame together. */
static void
grow_frame(struct walk *w, const uint8_t *bytes, uint32_t have)
{
	struct interleaved *il = w->il;
	uint32_t total = 4 + frame_length(bytes);

	il->frame = malloc(total);
	if (!il->frame) { /* no memory: let the frame pass by */
		il->skip = total - have;
		il->have = 0;
		il->state = STATE_SKIP;
		return;
	}
	memcpy(il->frame, bytes, have);
	il->have = have;
	il->state = STATE_BODY;
}

/* Fill head[] up to n bytes in all. */
static void
fill_head(struct walk *w, uint32_t n)
{
	struct interleaved *il = w->il;
	uint32_t take = n > il->have ? n - il->have : 0;

	if (take > w->in.n)
		take = (uint32_t)w->in.n;
	memcpy(il->head + il->have, w->in.p, take);
	il->have += take;
	advance(w, take);
}

static void
take_head(struct walk *w)
{
	struct interleaved *il = w->il;
	uint32_t total;

	fill_head(w, 4);
	if (il->have < 4)
		return;
	total = 4 + frame_length(il->head);
	fill_head(w, total < 5 ? total : 5);
	if (il->have < 5 && il->have < total)
		return;
	if (impossible(il, il->head, total - 4)) {
		head_lost(w);
		return;
	}
	fill_head(w, total < sizeof(il->head) ? total : sizeof(il->head));
	if (il->have == total) {
		to_boundary(il);
		deliver(w, il->head, total - 4);
	} else if (il->have == sizeof(il->head)) {
		if (head_suffices(w, il->head, il->have)) {
			il->skip = total - il->have;
			il->have = 0;
			il->state = STATE_SKIP;
		} else {
			grow_frame(w, il->head, il->have);
		}
	}
}

static void
take_body(struct walk *w)
{
	struct interleaved *il = w->il;
	uint32_t total = 4 + frame_length(il->frame);
	uint32_t take = total - il->have;
	uint8_t *frame = il->frame;

	if (take > w->in.n)
		take = (uint32_t)w->in.n;
	memcpy(frame + il->have, w->in.p, take);
	il->have += take;
	advance(w, take);
	if (il->have < total)
		return;
	il->frame = NULL;
	to_boundary(il);
	deliver(w, frame, total - 4);
	free(frame);
}

static void
take_skip(struct walk *w)
{
	struct interleaved *il = w->il;
	uint32_t take = il->skip;

	if (take > w->in.n)
		take = (uint32_t)w->in.n;
	il->skip -= take;
	advance(w, take);
	if (!il->skip)
		to_boundary(il);
}

/* A `$` at the boundary: mostly a whole frame, handled where it lies. */
static void
take_frame(struct walk *w)
{
	struct interleaved *il = w->il;
	const uint8_t *b = w->in.p;
	uint32_t have = (uint32_t)w->in.n, total;

	il->state = STATE_HEAD;
	if (have < 5)
		return; /* take_head does it */
	total = 4 + frame_length(b);
	if (impossible(il, b, total - 4))
		return;
	if (have >= total) {
		to_boundary(il);
		advance(w, total);
		deliver(w, b, total - 4);
		return;
	}
	if (have <= sizeof(il->head))
		return;
	advance(w, have);
	if (head_suffices(w, b, have)) {
		il->skip = total - have;
		il->state = STATE_SKIP;
	} else {
		grow_frame(w, b, have);
	}
}

static void
take_boundary(struct walk *w)
{
	uint8_t c = *w->in.p;

	if (c == '$')
		take_frame(w);
	else if (c == '\r' || c == '\n')
		advance(w, 1); /* noise that some cameras send */
	else if (c >= 'A' && c <= 'Z')
		w->il->state = STATE_TEXT;
	else
		begin_resync(w);
}

static void
walk_all(struct walk *w)
{
	while (w->in.n && !w->lost && !w->il->stop) {
		switch ((enum state)w->il->state) {
		case STATE_BOUNDARY:
			take_boundary(w);
			break;
		case STATE_HEAD:
			take_head(w);
			break;
		case STATE_BODY:
			take_body(w);
			break;
		case STATE_SKIP:
			take_skip(w);
			break;
		case STATE_TEXT:
			take_text(w);
			if (w->il->state == STATE_RESYNC)
				begin_resync(w);
			break;
		case STATE_RESYNC:
			take_resync(w);
			break;
		}
	}
}

enum interleaved_result
interleaved_feed(struct interleaved *il, const struct interleaved_calls *calls,
    void *arg, struct span bytes, int64_t now_us)
{
	struct walk w = { il, calls, arg, bytes, now_us, false };

	walk_all(&w);
	if (il->stop)
		return INTERLEAVED_STOPPED;
	return w.lost ? INTERLEAVED_LOST : INTERLEAVED_OK;
}
