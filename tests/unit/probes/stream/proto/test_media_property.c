/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: what the media part says is what the generator, the slow
 * reference, knows; and however the bytes are cut, it says the same, though
 * cut packets take another way through the code (heads instead of copies). */
#include "media_rig.h"

#include <stdio.h>

#define ROUNDS 150
#define FRAMES 60

static uint64_t seed;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

struct stream {
	uint8_t *p;
	size_t n, size;
	struct rig head; /* only its header state is used */
	/* what the reference knows */
	uint32_t units, keys, lost, duplicates;
	uint64_t bytes;
};

static void
put(struct stream *s, const void *p, size_t n)
{
	if (s->n + n > s->size) {
		s->size = (s->n + n) * 2;
		s->p = realloc(s->p, s->size);
		assert_non_null(s->p);
	}
	memcpy(s->p + s->n, p, n);
	s->n += n;
}

static void
put_packet(struct stream *s, bool marker, uint32_t ts, const uint8_t *payload,
    size_t n, bool faults)
{
	uint8_t b[16] = { '$', 0, (uint8_t)((n + 12) >> 8), (uint8_t)(n + 12) };
	unsigned times = 1;

	rig_header(&s->head, b + 4, marker, ts);
	s->head.sequence++;
	if (faults && !rnd(40)) {
		s->lost++;
		return;
	}
	if (faults && !rnd(60))
		times = 2;
	s->duplicates += times - 1;
	while (times--) {
		put(s, b, 16);
		put(s, payload, n);
	}
}

static void
put_nal(struct stream *s, bool last, uint32_t ts, const uint8_t *nal, size_t n,
    bool faults)
{
	size_t mtu = 100 + rnd(1300), at;
	uint8_t b[1500];

	if (n <= mtu) {
		put_packet(s, last, ts, nal, n, faults);
		return;
	}
	for (at = 1; at < n; at += mtu) {
		size_t take = n - at < mtu ? n - at : mtu;

		b[0] = (uint8_t)((nal[0] & 0xe0) | 28);
		b[1] = (uint8_t)((nal[0] & 31) | (at == 1 ? 0x80 : 0) |
				 (at + take == n ? 0x40 : 0));
		memcpy(b + 2, nal + at, take);
		put_packet(s, last && at + take == n, ts, b, take + 2, faults);
	}
}

static void
put_frame(struct stream *s, uint32_t ts, bool key, bool faults)
{
	static const uint8_t sps[] = { 0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x80,
		0xbf, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00,
		0x00, 0x03, 0x00, 0xc8, 0x3c, 0x58, 0xba, 0x80 };
	static const uint8_t pps[] = { 0x68, 0xce, 0x3c, 0x80 };
	uint8_t nal[9000];
	unsigned slices = 1 + rnd(3), i, k;

	if (key) {
		put_nal(s, false, ts, sps, sizeof(sps), faults);
		put_nal(s, false, ts, pps, sizeof(pps), faults);
		s->bytes += sizeof(sps) + sizeof(pps);
	}
	for (i = 0; i < slices; i++) {
		size_t n = 30 + rnd(key ? 8000 : 3000);

		for (k = 0; k < n; k++)
			nal[k] = (uint8_t)(1 + rnd(255));
		nal[0] = key ? 0x65 : 0x41;
		nal[1] = i ? (key ? 0x47 : 0x46) : (key ? 0xb8 : 0x9a);
		put_nal(s, i + 1 == slices, ts, nal, n, faults);
		s->bytes += n;
	}
	s->units++;
	s->keys += key;
}

static void
make(struct stream *s, bool faults)
{
	static const uint8_t sr[32] = { '$', 1, 0, 28, 0x80, 200, 0, 6, 0, 0,
		0x12, 0x34, 0xe8, 0, 0, 0 };
	int i;

	memset(s, 0, sizeof(*s));
	s->head.ssrc = 0x1234;
	s->head.payload_type = RIG_PT;
	s->head.sequence = (uint16_t)rnd(65536);
	for (i = 0; i < FRAMES; i++) {
		put_frame(s, (uint32_t)i * 6000, i % 10 == 0, faults);
		if (!rnd(10))
			put(s, sr, sizeof(sr));
	}
}

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	struct rig *rig = arg;

	media_interleaved(&rig->media, channel, packet, now_us);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct rig *rig = arg;

	return media_head(&rig->media, channel, head, length, now_us);
}

static enum interleaved_text
on_text(void *arg, struct span text, size_t *used_out)
{
	(void)arg;
	(void)text;
	(void)used_out;
	return INTERLEAVED_TEXT_BAD;
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

/* cut: 0 = all at once, else random pieces up to it. */
static struct account
play(struct rig *rig, const struct stream *s, uint32_t cut, bool greedy)
{
	struct interleaved il;
	struct account a;
	size_t at = 0;

	rig_init(rig, CODEC_H264, NULL, false);
	rig->greedy = greedy;
	media_want(&rig->media, greedy ? 1 : 0, 0);
	interleaved_init(&il);
	interleaved_add_channel(&il, 0);
	interleaved_add_channel(&il, 1);
	while (at < s->n) {
		size_t n = cut ? 1 + rnd(cut) : s->n;

		if (n > s->n - at)
			n = s->n - at;
		assert_int_equal(interleaved_feed(&il, &calls, rig,
				     (struct span){ s->p + at, n },
				     rig->now_us),
		    INTERLEAVED_OK);
		at += n;
	}
	interleaved_fini(&il);
	rig_flush(rig);
	a = rig_account(rig);
	return a;
}

static void
same_units(const struct rig *a, const struct rig *b)
{
	unsigned i;

	assert_int_equal(a->unit_count, b->unit_count);
	for (i = 0; i < a->unit_count; i++) {
		assert_int_equal(a->units[i].length, b->units[i].length);
		assert_memory_equal(a->units[i].bytes, b->units[i].bytes,
		    a->units[i].length);
		assert_int_equal(a->units[i].damaged, b->units[i].damaged);
	}
}

static void
round_of(bool faults)
{
	static const uint32_t cuts[] = { 1, 70, 2000, 30000 };
	static struct rig whole, cut;
	struct stream s;
	struct account a, b;
	unsigned i;

	make(&s, faults);
	a = play(&whole, &s, 0, true);
	if (!faults) {
		assert_int_equal(a.units, s.units);
		assert_int_equal(a.keyframes, s.keys);
		assert_int_equal(a.bytes, s.bytes);
		assert_int_equal(a.damaged, 0);
		assert_int_equal(whole.unit_count, s.keys);
	} else {
		assert_true(a.lost <= s.lost);
		assert_true(a.lost + 40 >= s.lost);
		assert_int_equal(a.duplicates, s.duplicates);
	}
	for (i = 0; i < 4; i++) {
		b = play(&cut, &s, cuts[i], i != 2);
		assert_memory_equal(&a, &b, sizeof(a));
		if (i != 2)
			same_units(&whole, &cut);
		rig_fini(&cut);
	}
	rig_fini(&whole);
	free(s.p);
}

static void
random_streams(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		seed = i * 7919u + 1;
		round_of(i & 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
