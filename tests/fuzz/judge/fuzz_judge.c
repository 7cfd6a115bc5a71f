/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed's observations as a hostile camera (or probe) may shape them: whatever
 * the wire lets through, in any order, over any time. The verdict stays one
 * that holds together; no feed is up that never showed a picture while media
 * flowed, nor one that we are blind for. Of the input each operation is a byte,
 * its arguments, and patches of what would be a sound observation. Pictures are
 * slow: libFuzzer: -max_len=300 */
#include "common/wire.h"
#include "monitor/judge/judge.h"
#include "tests/fuzz/fuzz.h"

#define S INT64_C(1000000)

struct play {
	struct judge_feed *feed;
	struct reader script;
	int64_t now_us, accounted_us;
	bool flowing, seen; /* ever, in this life of the judge */
	bool blind;
	uint32_t seed;
};

static const struct feed_ref ref = { 3, 1 };
static uint8_t wire[1 << 17];

/* Patches: how many, then place and value of each. */
static void
patch(struct reader *r, void *p, size_t size)
{
	uint8_t count = reader_u8(r), *bytes = p;

	for (unsigned i = 0; i < count % 16u && !r->bad; i++) {
		uint16_t at = reader_le16(r);
		uint8_t v = reader_u8(r);

		bytes[at % size] = v;
		if (count & 0x80) /* a whole number of it */
			for (size_t k = at % size; k % 8 != 0 && k < size; k++)
				bytes[k] = v;
	}
}

static void
on_link(struct play *p)
{
	struct link_report m = { .ref = ref,
		.at_us = p->now_us,
		.phase = reader_u8(&p->script) % PHASE_COUNT,
		.reason = reader_u8(&p->script) % REASON_COUNT,
		.transport = 1,
		.last_media_us = p->now_us - reader_u8(&p->script) * S,
		.next_try_us = p->now_us + reader_u8(&p->script) * S,
		.detail = "said by a camera \"\\ \x01\xff" };
	struct writer w = writer_of(wire, sizeof(wire));

	if (reader_u8(&p->script) & 1)
		patch(&p->script, &m.next_try_us, sizeof(m.next_try_us));
	wire_put_link_report(&w, &m);
	if (w.bad ||
	    !wire_get_link_report((struct span){ wire, writer_length(&w) }, &m))
		return;
	p->flowing |= m.phase == PHASE_FLOWING;
	judge_on_link(p->feed, &m, p->now_us);
}

static void
on_account(struct play *p)
{
	static struct account m;
	struct writer w = writer_of(wire, sizeof(wire));
	uint8_t size = reader_u8(&p->script);

	m = (struct account){ .ref = ref,
		.from_us = p->accounted_us,
		.to_us = p->now_us,
		.last_au_us = p->now_us - 60000,
		.units = 150,
		.keyframes = 5,
		.bytes = 400000,
		.wire_bytes = 420000,
		.packets = 500,
		.max_gap_us = 90000,
		.inter_min_bytes = 500,
		.inter_mean_bytes = 2000u + 20u * size,
		.inter_sd_bytes = 300,
		.key_mean_bytes = 18000,
		.gop_us = 2000000,
		.rhythm_us = 2000000,
		.fps_milli = 15000,
		.clock_offset_us = INT64_MIN,
		.codec = CODEC_H264,
		.width = 640,
		.height = 360,
		.activity_first = p->accounted_us / ACCOUNT_BIN_US,
		.activity_count = 100 };
	for (unsigned i = 0; i < 100; i++)
		m.activity[i] = (uint16_t)(1200 + (i * size) % 300);
	for (unsigned i = 0; i < 5; i++) {
		m.print[i] = (p->seed + i) * 2654435761u;
		m.print_age_ms[i] = 9000 - 2000 * i;
	}
	patch(&p->script, &m, sizeof(m));
	m.ref = ref;
	wire_put_account(&w, &m);
	if (w.bad ||
	    !wire_get_account((struct span){ wire, writer_length(&w) }, &m))
		return;
	/* What the fleet refuses. */
	if (m.from_us < 0 || m.to_us > p->now_us + S || m.last_au_us < 0 ||
	    m.last_au_us > p->now_us + S)
		return;
	p->accounted_us = p->now_us;
	judge_on_account(p->feed, &m, p->now_us);
}

/* A scene of noise and slopes, other at each seed. */
static void
scene(struct measures *m, uint32_t seed, uint8_t kind)
{
	uint32_t v = 12345;

	memset(m, 0, sizeof(*m));
	m->width = 640;
	m->height = 360;
	m->mean_q8 = 110 << 8;
	m->sd_q8 = (uint16_t)((kind & 1 ? 1 : 40) << 8);
	m->p01 = 10, m->p10 = 40, m->p50 = 110, m->p90 = 190, m->p99 = 230;
	m->edge_q16 = 9000;
	m->sharp_q8 = 2000;
	m->noise_q8 = 300;
	m->saturation_q8 = 2000;
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		v = v * 1664525u + 1013904223u;
		m->thumb[i] = (uint16_t)(((i % THUMB_W) << 8) + (v >> 20) +
					 (kind & 2 ? seed % 64 : 0));
	}
	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		m->chroma_u[i] = m->chroma_v[i] = (uint8_t)(110 + i % 30);
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)(i * 7 + (seed * (i % 5)) % 9);
	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		m->block[i] = (i * 2654435761u + (i % 3 ? 0 : seed * 97)) | 3;
	for (unsigned i = 0; i < ZONES; i++)
		m->zone_sharp[i] = (uint16_t)(1500 + i * 5);
	m->picture_hash = seed;
}

static void
on_sample(struct play *p)
{
	static struct sample m;
	struct writer w = writer_of(wire, sizeof(wire));
	uint8_t kind = reader_u8(&p->script);

	if (!(kind & 4)) /* else the very picture again */
		p->seed++;
	m = (struct sample){ .ref = ref,
		.ticket = p->seed + 1,
		.at_us = p->now_us - 20000,
		.result = kind & 8 ? reader_u8(&p->script) % SAMPLE_RESULT_COUNT
				   : SAMPLE_OK,
		.codec = CODEC_H264,
		.au_bytes = 18000 };
	scene(&m.measures, p->seed, kind);
	patch(&p->script, &m.measures, sizeof(m.measures));
	if (kind & 16)
		m.at_us = (int64_t)reader_le32(&p->script) * 1000;
	wire_put_sample(&w, &m);
	if (w.bad ||
	    !wire_get_sample((struct span){ wire, writer_length(&w) }, &m))
		return;
	if (m.at_us > p->now_us + S)
		return;
	p->seen |= m.result == SAMPLE_OK || m.result == SAMPLE_DAMAGED;
	judge_on_sample(p->feed, &m, p->now_us);
}

static void
check(struct play *p, const struct verdict *v)
{
	size_t n = strnlen(v->evidence, sizeof(v->evidence));

	assert(v->state == cause_state(v->cause));
	assert(
	    v->state == STATE_UP ? v->causes == 0 : v->causes >> v->cause & 1);
	assert(v->confidence <= 100);
	assert(v->since_us <= v->at_us && v->at_us <= p->now_us);
	assert(n < sizeof(v->evidence));
	assert(n == 0 || (v->evidence[0] == '{' && v->evidence[n - 1] == '}'));
	for (size_t i = 0; i < n; i++)
		assert((unsigned char)v->evidence[i] >= ' ');
	if (v->state == STATE_UP)
		assert(p->flowing && p->seen && !p->blind);
	if (p->blind)
		assert(v->state == STATE_UNKNOWN);
}

static void
weigh(struct play *p)
{
	struct verdict v;

	if (judge_step(p->feed, p->now_us, &v))
		check(p, &v);
	check(p, judge_verdict(p->feed));
	assert(judge_deadline(p->feed) > p->now_us);
	judge_sample_due(p->feed);
	judge_suspects(p->feed);
}

static void
begin(struct play *p, const struct judge_config *config)
{
	p->feed = judge_feed_new(config, p->now_us);
	assert(p->feed != NULL);
	p->flowing = p->seen = p->blind = false;
}

/* The monitor starts again, perhaps with other bytes than it saved. */
static void
restart(struct play *p, const struct judge_config *config)
{
	static uint8_t saved[JUDGE_SAVE_BYTES];
	uint8_t how = reader_u8(&p->script), *exact;
	size_t n = how & 1 ? judge_save_unseen(p->feed, saved, sizeof(saved))
			   : judge_save(p->feed, saved, sizeof(saved));

	assert(n <= sizeof(saved));
	judge_feed_free(&p->feed);
	begin(p, config);
	if (how & 2 && n > 0)
		patch(&p->script, saved, n);
	if (how & 4)
		n = n * reader_u8(&p->script) / 255;
	exact = fuzz_exact(saved, n);
	judge_restore(p->feed, exact, n);
	free(exact);
}

static void
on_other(struct play *p, uint8_t op)
{
	static const enum cause blinds[] = { CAUSE_NONE, CAUSE_PROBE_LOST,
		CAUSE_NETWORK_LOST, CAUSE_OVER_CAPACITY };
	struct annotation a = { ANNOTATION_PTZ_MOVING + op % 3,
		p->now_us - 5 * S, p->now_us + 60 * S };
	struct twin t = { .feed = 9,
		.coded = op & 32,
		.like = 980,
		.matches = op,
		.apart_ms = 40,
		.name = "Gate \"3\"" };
	struct judge_stream stream;

	switch (op % 5) {
	case 0:
		p->blind = op / 5 % 4 != 0;
		judge_on_blind(p->feed, blinds[op / 5 % 4], p->now_us);
		break;
	case 1:
		judge_on_annotation(p->feed, &a, p->now_us);
		break;
	case 2:
		judge_on_twin(p->feed, op & 64 ? NULL : &t, p->now_us);
		break;
	case 3:
		if (op & 64)
			judge_reference_clear(p->feed);
		else
			judge_reference_set(p->feed, p->now_us);
		break;
	case 4:
		judge_stream(p->feed, &stream);
		judge_moved_us(p->feed);
		judge_sample_asked(p->feed, p->now_us);
		break;
	}
}

/* Some minutes of a sound life, so that what needs a past is reached. */
static void
live(struct play *p)
{
	for (unsigned i = 0; i < 12; i++) {
		p->now_us += 10 * S;
		on_account(p);
		on_sample(p);
		weigh(p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judge_config config;
	struct play p = { .script = reader_of(data, size),
		.now_us = 1000 * S,
		.accounted_us = 990 * S };

	judge_config_defaults(&config);
	config.adaptive = reader_u8(&p.script) & 1;
	begin(&p, &config);
	while (!p.script.bad && reader_left(&p.script) > 0) {
		uint8_t op = reader_u8(&p.script);

		p.now_us += (int64_t)reader_u8(&p.script) *
			    (op & 0x80 ? 10 * S : S / 10);
		switch (op % 8) {
		case 0:
		case 1:
			on_link(&p);
			break;
		case 2:
			on_account(&p);
			break;
		case 3:
		case 4:
			on_sample(&p);
			break;
		case 5:
			on_other(&p, reader_u8(&p.script));
			break;
		case 6:
			restart(&p, &config);
			break;
		case 7:
			live(&p);
			break;
		}
		weigh(&p);
	}
	judge_feed_free(&p.feed);
	return 0;
}
