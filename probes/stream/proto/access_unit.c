/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/access_unit.h"

#include <stdlib.h>
#include <string.h>

#include "camwarden/limits.h"
#include "probes/stream/proto/depacketise.h"
#include "probes/stream/proto/media.h"

#define FLUSH_US 500000		  /* after its marker */
#define FLUSH_UNMARKED_US 3000000 /* where markers are usual, but not here */
#define SPOILT_MAX 2 /* damaged keyframes passed over before one is given */
#define KEYLESS_US 30000000 /* then plain I pictures count as keyframes */
#define COLLECT_MIN 2048u
#define COLLECT_ANYHOW (256u << 10) /* however little room is left */
#define ROOM_SHARE 8u

static void
note_size(struct access_unit *u, uint32_t size)
{
	if (u->room) {
		u->room->used -= u->size;
		u->room->used += size;
	}
	u->size = size;
}

static void
drop_bytes(struct access_unit *u)
{
	free(u->bytes);
	u->bytes = NULL;
	u->length = 0;
	note_size(u, 0);
}

static void
clear(struct access_unit *u)
{
	drop_bytes(u);
	u->account_bytes = 0;
	u->nal_bytes = 0;
	u->offset = 0;
	u->slices = 0;
	u->collect = COLLECT_NO;
	u->first_slices = 0;
	u->open = false;
	u->picture = false;
	u->key = false;
	u->recovery = false;
	u->damaged = false;
	u->marker = false;
	u->in_nal = false;
	u->refused = SAMPLE_OK;
}

void
access_unit_reset(struct media *m, int64_t now_us)
{
	m->unit.key_us = now_us;
	clear(&m->unit);
	m->unit.lost = false;
	m->unit.markers = false;
	m->unit.spoilt = 0;
}

void
access_unit_fini(struct media *m)
{
	drop_bytes(&m->unit);
	free(m->unit.jpeg);
	m->unit.jpeg = NULL;
}

void
access_unit_drop(struct media *m)
{
	drop_bytes(&m->unit);
}

void
access_unit_refuse(struct media *m, enum sample_result why)
{
	if (m->unit.refused == SAMPLE_OK)
		m->unit.refused = (uint8_t)why;
	drop_bytes(&m->unit);
}

bool
access_unit_quiet(const struct media *m)
{
	return !m->want && m->unit.collect == COLLECT_NO;
}

void
access_unit_begin(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	clear(u);
	u->open = true;
	u->first_us = now_us;
	u->last_us = now_us;
	u->rtp_time = p->timestamp;
	if (m->want && now_us >= m->want_from_us)
		u->collect = COLLECT_MAYBE;
}

static bool
may_hold(const struct access_unit *u, uint32_t size)
{
	const struct access_unit_room *r = u->room;
	size_t others = r ? r->used - u->size : 0;

	return !r || size <= COLLECT_ANYHOW ||
	       (others < r->most && size <= (r->most - others) / ROOM_SHARE);
}

/* Room for n more bytes; false ends the collecting of this unit. Until it is
 * known to be a keyframe, what is in front of its slices needs little. */
static bool
reserve(struct media *m, uint32_t n)
{
	struct access_unit *u = &m->unit;
	uint32_t size = u->collect == COLLECT_YES ? u->hint_bytes : 0;
	uint8_t *grown;

	if (u->refused != SAMPLE_OK)
		return false;
	if (u->length + n <= u->size)
		return true;
	if (u->length + n > LIMIT_AU_BYTES) {
		access_unit_refuse(m, SAMPLE_TOO_LARGE);
		return false;
	}
	if (size < u->size)
		size = u->size;
	if (size < COLLECT_MIN)
		size = COLLECT_MIN;
	while (size < u->length + n)
		size *= 2;
	grown = may_hold(u, size) ? realloc(u->bytes, size) : NULL;
	if (!grown) {
		access_unit_refuse(m, SAMPLE_BUSY);
		return false;
	}
	u->bytes = grown;
	note_size(u, size);
	return true;
}

void
access_unit_append(struct media *m, struct span bytes)
{
	struct access_unit *u = &m->unit;

	if (u->collect == COLLECT_NO || !bytes.n ||
	    !reserve(m, (uint32_t)bytes.n))
		return;
	memcpy(u->bytes + u->length, bytes.p, bytes.n);
	u->length += (uint32_t)bytes.n;
}

/* The feed's parameter sets go in front of what was collected so far. */
static void
put_sets_in_front(struct media *m)
{
	struct access_unit *u = &m->unit;
	uint32_t n = parameter_sets_annexb_bytes(&m->sets);

	if (!n || !reserve(m, n))
		return;
	memmove(u->bytes + n, u->bytes, u->length);
	parameter_sets_annexb(&m->sets, u->bytes);
	u->length += n;
}

void
access_unit_decide(struct media *m, bool key)
{
	struct access_unit *u = &m->unit;

	u->picture = true;
	u->key = key;
	if (key)
		u->key_us = u->first_us;
	if (u->collect != COLLECT_MAYBE)
		return;
	u->collect = key ? COLLECT_YES : COLLECT_NO;
	if (key)
		put_sets_in_front(m);
	else
		drop_bytes(u);
}

static void
put_jpeg_end(struct media *m)
{
	struct access_unit *u = &m->unit;

	if (m->formats[m->format].codec == CODEC_MJPEG &&
	    (u->length < 2 || u->bytes[u->length - 2] != 0xff ||
		u->bytes[u->length - 1] != 0xd9))
		access_unit_append(m,
		    (struct span){ (const uint8_t *)"\xff\xd9", 2 });
}

static void
give(struct media *m)
{
	struct access_unit *u = &m->unit;
	struct media_unit unit = { 0 };

	if (u->refused == SAMPLE_OK)
		put_jpeg_end(m);

	unit.result = (enum sample_result)u->refused;
	unit.bytes = u->bytes;
	unit.length = u->length;
	unit.codec = (enum codec)m->formats[m->format].codec;
	unit.at_us = u->first_us;
	unit.ticket = m->want;
	unit.damaged = u->damaged;
	u->hint_bytes = u->length;
	u->bytes = NULL;
	drop_bytes(u);
	u->collect = COLLECT_NO;
	u->spoilt = 0;
	m->want = 0;
	m->calls->on_unit(m->arg, m, &unit);
}

static void
finish_collecting(struct media *m)
{
	struct access_unit *u = &m->unit;

	if (u->collect != COLLECT_YES || !m->want ||
	    u->refused == SAMPLE_DAMAGED || (!u->length && !u->refused))
		return;
	if (u->damaged && !u->refused && u->spoilt < SPOILT_MAX)
		u->spoilt++;
	else
		give(m);
}

void
access_unit_end(struct media *m)
{
	struct access_unit *u = &m->unit;
	struct account_unit ended = {
		.first_us = u->first_us,
		.last_us = u->last_us,
		.bytes = u->account_bytes,
		.rtp_time = u->rtp_time,
		.clock_rate = m->formats[m->format].clock_rate,
		.key = u->key,
		.damaged = u->damaged,
	};

	if (!u->open)
		return;
	u->open = false;
	if (u->picture) {
		account_unit(&m->account, &ended);
		finish_collecting(m);
	}
	clear(u);
}

bool
access_unit_is_next(const struct media *m, const struct rtp_packet *p)
{
	const struct access_unit *u = &m->unit;

	/* two fields share a timestamp; a third "first slice" is a new unit,
	 * for cameras whose timestamp stands still and that mark nothing */
	return u->open && u->picture &&
	       (p->timestamp != u->rtp_time || u->marker ||
		   u->first_slices >= 2);
}

/* After a loss the first slice of the next unit may be the missing one: then
 * only the timestamp tells. */
static bool
begins_next(const struct media *m, const struct nal_class *c,
    const struct rtp_packet *p)
{
	if (!access_unit_is_next(m, p))
		return false;
	if (c->slice && c->first)
		return true;
	if (!c->slice && c->starts)
		return p->timestamp != m->unit.rtp_time || m->unit.marker;
	return m->unit.lost && p->timestamp != m->unit.rtp_time;
}

static bool
is_key(struct media *m, const struct nal_class *c, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (c->key)
		return true;
	if (!c->intra)
		return false;
	return u->recovery ||
	       (now_us - u->key_us > KEYLESS_US &&
		   now_us - u->key_us > 2 * (int64_t)m->account.gop_us);
}

static void
note_slice(struct media *m, const struct nal_class *c, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (!u->picture) {
		if (!c->first && u->account_bytes == 0)
			u->damaged = true;
		access_unit_decide(m, is_key(m, c, now_us));
	}
	if (c->first && u->first_slices < 255)
		u->first_slices++;
	if (u->slices < UINT16_MAX)
		u->slices++;
	if (u->slices > LIMIT_AU_SLICES)
		access_unit_refuse(m, SAMPLE_TOO_LARGE);
}

static struct nal_class
classify(const struct media *m, const struct nal_piece *piece)
{
	uint8_t bytes[DEPACKETISE_HEAD_BYTES];
	size_t n = piece->data.n;

	if (n > sizeof(bytes) - 2)
		n = sizeof(bytes) - 2;
	memcpy(bytes, piece->head, piece->head_bytes);
	if (n)
		memcpy(bytes + piece->head_bytes, piece->data.p, n);
	n += piece->head_bytes;
	return m->formats[m->format].codec == CODEC_H265
		   ? h265_classify((struct span){ bytes, n })
		   : h264_classify((struct span){ bytes, n });
}

/* A set or SEI has its few bytes in one piece: look at them whole. */
static void
note_small_nal(struct media *m, const struct nal_class *c,
    const struct nal_piece *piece)
{
	uint8_t nal[LIMIT_PARAMETER_SET_BYTES + 2];
	size_t n = piece->data.n;

	if (!piece->end || n > LIMIT_PARAMETER_SET_BYTES)
		return;
	memcpy(nal, piece->head, piece->head_bytes);
	if (n)
		memcpy(nal + piece->head_bytes, piece->data.p, n);
	n += piece->head_bytes;
	if (c->set)
		m->sets.in_band |= parameter_sets_put(&m->sets,
		    (enum codec)m->formats[m->format].codec,
		    (struct span){ nal, n });
	else if (m->formats[m->format].codec == CODEC_H264 &&
		 h264_sei_is_recovery((struct span){ nal, n }))
		m->unit.recovery = true;
}

static void
start_piece(struct media *m, const struct nal_piece *piece, struct nal_class c,
    const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (begins_next(m, &c, p)) {
		bool lost = u->lost;

		/* what is missing was its end, unless the marker was there */
		u->damaged |= lost && !u->marker;
		access_unit_end(m);
		u->lost = lost && !(c.first || c.starts);
	}
	if (!u->open) {
		access_unit_begin(m, p, now_us);
		u->lost &= !(c.first || c.starts);
	}
	u->damaged |= u->lost;
	u->lost = false;
	u->nal_bytes = 0;
	u->nal_filler = c.filler;
	u->nal_quiet = c.filler || c.skip || (c.set && !u->picture);
	u->in_nal = true;
	if (c.set || c.sei)
		note_small_nal(m, &c, piece);
	if (c.slice) {
		if (!u->picture)
			u->rtp_time = p->timestamp;
		note_slice(m, &c, now_us);
	}
	if (!u->nal_quiet) {
		access_unit_append(m,
		    (struct span){ (const uint8_t *)"\0\0\0\1", 4 });
		access_unit_append(m,
		    (struct span){ piece->head, piece->head_bytes });
	}
	if (!c.filler)
		u->account_bytes += piece->head_bytes;
}

/* Where a start code hides a NAL unit behind a parameter set (V380 sends SPS,
 * PPS and slice as one): its offset, or data.n. Slices are not searched. */
static size_t
hidden_nal(const struct nal_piece *piece)
{
	const uint8_t *d = piece->data.p;
	size_t i;

	for (i = 0; i + 3 < piece->data.n; i++)
		if (!d[i] && !d[i + 1] && d[i + 2] == 1)
			return i;
	return piece->data.n;
}

/* What stands before it goes into *front_out, *piece is then what follows.
 * False where nothing is hidden. */
static bool
cut_hidden(struct nal_piece *piece, struct nal_piece *front_out)
{
	size_t at = hidden_nal(piece), skip = at + 3;

	if (skip + piece->head_bytes >= piece->data.n)
		return false;
	*front_out = *piece;
	front_out->end = true;
	front_out->data.n = at && !piece->data.p[at - 1] ? at - 1 : at;
	front_out->size = (uint32_t)front_out->data.n;
	memcpy(piece->head, piece->data.p + skip, piece->head_bytes);
	skip += piece->head_bytes;
	piece->data.p += skip;
	piece->data.n -= skip;
	piece->size = (uint32_t)piece->data.n;
	return true;
}

static void
take_piece(struct media *m, const struct nal_piece *piece, struct nal_class c,
    const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (piece->start) {
		start_piece(m, piece, c, p, now_us);
	} else if (!u->in_nal || u->lost) {
		/* a fragment without its start: useless until the next one */
		u->in_nal = false;
		u->damaged = true;
		u->lost = true;
		return;
	}
	u->last_us = now_us;
	u->nal_bytes += piece->size;
	if (u->nal_bytes > LIMIT_NAL_BYTES)
		access_unit_refuse(m, SAMPLE_TOO_LARGE);
	if (!u->nal_filler)
		u->account_bytes += piece->size;
	if (!u->nal_quiet)
		access_unit_append(m, piece->data);
	if (!piece->end)
		return;
	u->in_nal = false;
	if (p->marker && u->picture) {
		u->marker = true;
		u->markers = true;
	}
}

/* A packet may hide thousands of units in one: they are cut off one by one, and
 * take no more stack than one does. */
void
access_unit_piece(struct media *m, const struct nal_piece *piece,
    const struct rtp_packet *p, int64_t now_us)
{
	struct nal_piece rest = *piece, front;
	struct nal_class c = { 0 };

	while (rest.start) {
		c = classify(m, &rest);
		if (c.slice || c.filler || rest.data.n != rest.size ||
		    !cut_hidden(&rest, &front))
			break;
		take_piece(m, &front, c, p, now_us);
	}
	take_piece(m, &rest, c, p, now_us);
}

void
access_unit_tick(struct media *m, int64_t now_us)
{
	struct access_unit *u = &m->unit;
	bool whole = !u->in_nal && (u->marker || !u->markers);

	if (u->open && u->picture &&
	    now_us - u->last_us >= (whole ? FLUSH_US : FLUSH_UNMARKED_US))
		access_unit_end(m);
}
