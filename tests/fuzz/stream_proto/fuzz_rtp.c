/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera's media as a script: packets that are RTP and follow one another,
 * so that what lies behind (fragments, aggregates, units, samples) is reached,
 * and in between whatever a script can do wrong. The first byte chooses codec
 * and way; then each operation is a byte, its length a byte, its bytes. */
#include "common/wire.h"
#include "probes/stream/proto/interleaved.h"
#include "probes/stream/proto/media.h"
#include "tests/fuzz/fuzz.h"

#define PACKET 2048

struct camera {
	struct media media;
	struct interleaved framing;
	struct reader script;
	uint32_t timestamp, ssrc;
	uint16_t sequence;
	uint8_t codec; /* place in codecs */
	bool udp;
	uint8_t step; /* of the connection's bytes; 0 = whole */
	int64_t now_us;
	uint64_t asked, answered;
	uint32_t jpeg_offset;
};

static const enum codec codecs[] = { CODEC_H264, CODEC_H265, CODEC_MJPEG,
	CODEC_MPEG4 };

static void
on_unit(void *arg, struct media *m, struct media_unit *unit)
{
	struct camera *c = arg;

	assert((unit->length != 0) == (unit->result == SAMPLE_OK));
	assert(unit->length <= LIMIT_AU_BYTES);
	assert(unit->codec == codecs[c->codec]);
	assert(unit->at_us <= c->now_us);
	/* Each ask is answered once at most. */
	assert(unit->ticket == c->asked && c->answered != c->asked);
	c->answered = c->asked;
	if (unit->result != SAMPLE_OK) {
		media_want(m, ++c->asked, 0);
		return;
	}
	if (unit->codec == CODEC_H264 || unit->codec == CODEC_H265)
		assert(unit->length > 4 && unit->bytes[0] == 0 &&
		       unit->bytes[1] == 0);
	if (unit->codec == CODEC_MJPEG)
		assert(unit->bytes[0] == 0xff && unit->bytes[1] == 0xd8);
	free(unit->bytes);
	if (unit->damaged)
		media_want(m, ++c->asked, 0);
}

static const struct media_calls media_calls = { on_unit };

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	struct camera *c = arg;

	media_interleaved(&c->media, channel, packet, now_us);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct camera *c = arg;

	return media_head(&c->media, channel, head, length, now_us);
}

static enum interleaved_text
on_text(void *arg, struct span text, size_t *used_out)
{
	(void)arg;
	*used_out = text.n;
	return text.p[0] == 'R' ? INTERLEAVED_TEXT_DONE : INTERLEAVED_TEXT_BAD;
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

static void
begin(struct camera *c)
{
	const struct media_format f = { codecs[c->codec], 96, 90000, NULL };

	interleaved_fini(&c->framing);
	interleaved_init(&c->framing);
	interleaved_add_channel(&c->framing, 0);
	interleaved_add_channel(&c->framing, 1);
	assert(media_restart(&c->media, &f, 1, c->udp, c->now_us));
	media_set_channels(&c->media, (struct media_channels){ 0, 1, true });
}

/* Bytes of the connection, in steps. */
static void
arrive(struct camera *c, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t take = c->step > 0 && c->step < n ? c->step : n;
		uint8_t *exact = fuzz_exact(p, take);

		if (interleaved_feed(&c->framing, &calls, c,
			(struct span){ exact, take },
			c->now_us) == INTERLEAVED_LOST) {
			media_end(&c->media, c->now_us);
			begin(c);
		}
		free(exact);
		p += take;
		n -= take;
	}
}

static void
transmit(struct camera *c, unsigned channel, const uint8_t *p, size_t n)
{
	uint8_t frame[4 + PACKET] = { '$', (uint8_t)channel, (uint8_t)(n >> 8),
		(uint8_t)n };
	uint8_t *exact;

	if (c->udp) {
		exact = fuzz_exact(p, n);
		media_udp(&c->media, channel == 1, (struct span){ exact, n },
		    c->now_us);
		free(exact);
		return;
	}
	memcpy(frame + 4, p, n);
	arrive(c, frame, 4 + n);
}

/* The codec's own head of a payload: fragments and aggregates as their rules
 * have them. */
static void
payload_head(struct camera *c, struct writer *w, unsigned kind, uint8_t type)
{
	switch (codecs[c->codec]) {
	case CODEC_H264: {
		static const uint8_t fu[] = { 0x80, 0, 0x40 };

		if (kind < 3) {
			writer_u8(w, 28 | (type & 0x60)); /* FU-A */
			writer_u8(w, fu[kind] | (type & 0x1f));
		} else {
			writer_u8(w, kind == 3 ? 24 | 0x60 : type);
		}
		break;
	}
	case CODEC_H265: {
		static const uint8_t fu[] = { 0x80, 0, 0x40 };

		writer_u8(w, kind < 3	 ? 49 << 1
			     : kind == 3 ? 48 << 1
					 : (type & 0x3f) << 1);
		writer_u8(w, 1);
		if (kind < 3)
			writer_u8(w, fu[kind] | (type & 0x3f));
		break;
	}
	case CODEC_MJPEG:
		if (kind == 0)
			c->jpeg_offset = 0;
		writer_u8(w, 0);
		writer_u8(w, (uint8_t)(c->jpeg_offset >> 16));
		writer_be16(w, (uint16_t)c->jpeg_offset);
		writer_u8(w, type & 0x41);		   /* type */
		writer_u8(w, kind < 4 ? 60 : type | 0x80); /* Q */
		writer_u8(w, 10);
		writer_u8(w, 8);
		break;
	default:
		if (kind == 0) { /* a video object plane */
			writer_be32(w, 0x000001b6);
			writer_u8(w, type);
		}
		break;
	}
}

/* In an aggregate each unit stands behind its length. */
static void
payload(struct camera *c, struct writer *w, unsigned kind, struct span bytes)
{
	bool aggregate = kind == 3 && c->codec < 2;

	while (bytes.n > 0) {
		size_t n = bytes.n;

		if (aggregate) {
			n = bytes.p[0] % 32u + 1;
			n = n > bytes.n ? bytes.n : n;
			writer_be16(w, (uint16_t)n);
		}
		writer_bytes(w, bytes.p, n);
		bytes.p += n;
		bytes.n -= n;
		c->jpeg_offset += (uint32_t)n;
	}
}

static void
rtp(struct camera *c, uint8_t op, unsigned kind)
{
	uint8_t packet[PACKET], length = reader_u8(&c->script);
	uint8_t type = reader_u8(&c->script);
	struct writer w = writer_of(packet, sizeof(packet));
	size_t n = (op & 0x80 ? 4u : 1u) * length;
	struct span bytes = fuzz_span(&c->script, n);

	if (op & 0x20)
		c->timestamp += 6000;
	writer_u8(&w, 0x80);
	writer_u8(&w, 96 | (op & 0x10 ? 0x80 : 0));
	writer_be16(&w, ++c->sequence);
	writer_be32(&w, c->timestamp);
	writer_be32(&w, c->ssrc);
	payload_head(c, &w, kind, type);
	payload(c, &w, kind, bytes);
	assert(!w.bad);
	transmit(c, 0, packet, writer_length(&w));
}

static void
sender_report(struct camera *c)
{
	uint8_t packet[64];
	struct writer w = writer_of(packet, sizeof(packet));

	writer_be32(&w, 0x80c80006);
	writer_be32(&w, c->ssrc);
	writer_be32(&w, reader_le32(&c->script));
	writer_be32(&w, reader_le32(&c->script));
	writer_be32(&w, c->timestamp);
	writer_be32(&w, 10);
	writer_be32(&w, 10000);
	transmit(c, 1, packet, writer_length(&w));
}

static void
account(struct camera *c)
{
	static uint8_t bytes[4096];
	struct writer w = writer_of(bytes, sizeof(bytes));
	uint8_t report[MEDIA_REPORT_BYTES];
	struct account a, back;

	media_account(&c->media, c->now_us, 0, &a);
	wire_put_account(&w, &a);
	assert(
	    !w.bad &&
	    wire_get_account((struct span){ bytes, writer_length(&w) }, &back));
	assert(a.keyframes <= a.units && a.damaged <= a.units);
	assert(media_report(&c->media, 7, c->now_us, report) <= sizeof(report));
}

static void
raw(struct camera *c, bool whole)
{
	size_t n = reader_u8(&c->script);
	struct span bytes = fuzz_span(&c->script, n);

	if (whole || c->udp)
		transmit(c, n & 1, bytes.p, bytes.n);
	else
		arrive(c, bytes.p, bytes.n);
}

static void
act(struct camera *c, uint8_t op)
{
	unsigned kind = op & 0xf;

	if (kind < 7) {
		rtp(c, op, kind);
		return;
	}
	switch (kind) {
	case 7:
		c->sequence += (uint16_t)(int8_t)reader_u8(&c->script);
		break;
	case 8:
		c->now_us += (int64_t)reader_u8(&c->script) * 20000;
		media_tick(&c->media, c->now_us);
		break;
	case 9:
		sender_report(c);
		break;
	case 10:
		raw(c, op & 0x10);
		break;
	case 11:
		c->timestamp += reader_le32(&c->script);
		break;
	case 12:
		c->ssrc ^= reader_u8(&c->script);
		break;
	case 13:
		media_end(&c->media, c->now_us);
		begin(c);
		break;
	case 14:
		media_want(&c->media, ++c->asked, op & 0x10 ? c->now_us : 0);
		break;
	case 15:
		account(c);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct camera c;
	uint8_t how;

	memset(&c, 0, sizeof(c));
	c.script = reader_of(data, size);
	how = reader_u8(&c.script);
	c.codec = how & 3;
	c.udp = how & 4;
	c.step = how >> 3;
	c.now_us = 1000000;
	c.ssrc = 0x1234;
	media_init(&c.media, &media_calls, &c);
	interleaved_init(&c.framing);
	begin(&c);
	media_want(&c.media, ++c.asked, 0);
	while (!c.script.bad && reader_left(&c.script) > 0) {
		act(&c, reader_u8(&c.script));
		c.now_us += 5000;
	}
	media_end(&c.media, c.now_us);
	account(&c);
	media_fini(&c.media);
	interleaved_fini(&c.framing);
	return 0;
}
