/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quirks of real cameras in H.264 and H.265 (RTSP.md 8), one test each. */
#include "media_rig.h"

#include "common/bits.h"
#include "probes/stream/proto/depacketise.h"

static const uint8_t sps[] = { 0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x80, 0xbf,
	0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00,
	0xc8, 0x3c, 0x58, 0xba, 0x80 };
static const uint8_t pps[] = { 0x68, 0xce, 0x3c, 0x80 };
/* first_mb 0; slice_type ue(7)=00111 -> I: 1 00111.. */
static const uint8_t idr[] = { 0x65, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8 };
static const uint8_t idr2[] = { 0x65, 0x47, 9, 9, 9 }; /* first_mb 1 */
/* first_mb 0; slice_type ue(5)=00110 -> P: 1 00110.. */
static const uint8_t inter[] = { 0x41, 0x9a, 1, 2, 3, 4 };
static const uint8_t intra[] = { 0x41, 0xb8, 1, 2, 3, 4 }; /* I, not IDR */
/* first_mb 1: 010, P: 00110 */
static const uint8_t inter2[] = { 0x41, 0x46, 7, 7 };
/* SEI recovery point, count 0: type 6, size 1, 1.. */
static const uint8_t recovery[] = { 0x06, 0x06, 0x01, 0xc4, 0x80 };

#define ONE(rig, marker, ts, nal) rig_packet(rig, marker, ts, nal, sizeof(nal))

/* What is read of a slice's first bytes at a glance is what bit by bit
 * reading finds, whatever they are and however many there are. */
static void
slice_at_a_glance(void **state)
{
	uint8_t nal[5] = { 0x41, 0, 0, 0x35, 0x9a };

	(void)state;
	for (uint32_t v = 0; v < 1u << 16; v++) {
		nal[1] = (uint8_t)(v >> 8);
		nal[2] = (uint8_t)v;
		for (size_t n = 2; n <= sizeof(nal); n++) {
			struct bits b = bits_of(nal + 1, n - 1);
			uint32_t first_mb = bits_ue(&b);
			uint32_t type = bits_ue(&b);
			struct nal_class c =
			    h264_classify((struct span){ nal, n });

			assert_int_equal(c.first, first_mb == 0 && nal[1] >> 7);
			assert_int_equal(c.intra,
			    !b.bad && (type % 5 == 2 || type % 5 == 4));
		}
	}
}

static void
sets(struct rig *rig, uint32_t ts)
{
	ONE(rig, false, ts, sps);
	ONE(rig, false, ts, pps);
}

/* Fragment `nal` into FU-A packets of at most n payload bytes. */
static void
fu_a(struct rig *rig, uint32_t ts, const uint8_t *nal, size_t size, size_t n)
{
	size_t at;

	for (at = 1; at < size; at += n) {
		size_t take = size - at < n ? size - at : n;
		uint8_t b[256] = { (uint8_t)((nal[0] & 0xe0) | 28),
			(uint8_t)((nal[0] & 31) | (at == 1 ? 0x80 : 0) |
				  (at + take == size ? 0x40 : 0)) };

		memcpy(b + 2, nal + at, take);
		rig_packet(rig, at + take == size, ts, b, take + 2);
	}
}

static void
expect_annexb(const struct media_unit *u, const uint8_t *slice, size_t n)
{
	static const uint8_t start[4] = { 0, 0, 0, 1 };
	const uint8_t *p = u->bytes;

	assert_int_equal(u->length, 12 + sizeof(sps) + sizeof(pps) + n);
	assert_memory_equal(p, start, 4);
	assert_memory_equal(p + 4, sps, sizeof(sps));
	p += 4 + sizeof(sps);
	assert_memory_equal(p, start, 4);
	assert_memory_equal(p + 4, pps, sizeof(pps));
	p += 4 + sizeof(pps);
	assert_memory_equal(p, start, 4);
	assert_memory_equal(p + 4, slice, n);
}

static void
marker_never(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 7, 0);
	sets(&rig, 3000);
	ONE(&rig, false, 3000, idr);
	for (i = 2; i < 6; i++)
		ONE(&rig, false, (uint32_t)i * 3000, inter);
	assert_int_equal(rig.unit_count, 1);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	assert_int_equal(rig.units[0].ticket, 7);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 5);
	assert_int_equal(a.keyframes, 1);
	assert_int_equal(a.width, 640);
	assert_int_equal(a.height, 360);
	rig_fini(&rig);
}

/* On parameter sets, SEI and every slice; two slices a picture. */
static void
marker_every(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 7, 0);
	for (i = 1; i < 4; i++) {
		uint32_t ts = (uint32_t)i * 6000;

		ONE(&rig, true, ts, sps);
		ONE(&rig, true, ts, pps);
		ONE(&rig, true, ts, idr);
		ONE(&rig, true, ts, idr2);
		ONE(&rig, true, ts + 3000, inter);
		ONE(&rig, true, ts + 3000, inter2);
	}
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 6);
	assert_int_equal(a.keyframes, 3);
	assert_int_equal(a.damaged, 0);
	assert_int_equal(a.fps_milli, 30000);
	assert_int_equal(rig.unit_count, 1);
	assert_int_equal(rig.units[0].length,
	    16 + sizeof(sps) + sizeof(pps) + sizeof(idr) + sizeof(idr2));
	rig_fini(&rig);
}

/* Each slice has a timestamp of its own. */
static void
ts_mid_au(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (i = 1; i < 5; i++) {
		ONE(&rig, false, (uint32_t)i * 3000, inter);
		ONE(&rig, true, (uint32_t)i * 3000 + 40, inter2);
	}
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 4);
	assert_int_equal(a.damaged, 0);
	assert_int_equal(a.fps_milli, 30000);
	rig_fini(&rig);
}

/* Timestamps that stand still: the marker and first_mb tell; the rate comes
 * from arrival. */
static void
ts_const(void **state)
{
	static const bool markers[] = { true, false };
	unsigned k;
	int i;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct rig rig;
		struct account a;

		rig_init(&rig, CODEC_H264, NULL, false);
		for (i = 0; i < 31; i++) {
			ONE(&rig, false, 5, inter);
			ONE(&rig, markers[k], 5, inter2);
			rig.now_us += 100000;
		}
		rig_flush(&rig);
		a = rig_account(&rig);
		/* unmarked, two look like the fields of one picture */
		assert_in_range(a.units, markers[k] ? 31 : 15,
		    markers[k] ? 31 : 16);
		assert_in_range(a.fps_milli, markers[k] ? 9900 : 4900,
		    markers[k] ? 10400 : 5400);
		rig_fini(&rig);
	}
}

static void
ts_wrap_jump_back(void **state)
{
	struct rig rig;
	struct account a;
	uint32_t ts = 0xffffffff - 10000;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (i = 0; i < 15; i++, ts += 6000, rig.now_us += 66666)
		ONE(&rig, true, ts, inter);
	ts += 90000 * 3600u;
	for (i = 0; i < 15; i++, ts += 6000, rig.now_us += 66666)
		ONE(&rig, true, ts, inter);
	ts -= 90000 * 5u;
	for (i = 0; i < 15; i++, ts += 6000, rig.now_us += 66666)
		ONE(&rig, true, ts, inter);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 45);
	assert_int_equal(a.discontinuities, 2);
	assert_int_equal(a.fps_milli, 15000);
	rig_fini(&rig);
}

/* A silence is learned when it comes again, in one account or the next; one
 * outage must not make the next one wait three times as long. */
static void
gaps(void **state)
{
	static const struct {
		int64_t gap_s;	   /* within an account of ten pictures */
		int64_t learned_s; /* at its end */
	} lines[] = { { 1, 1 }, { 40, 1 }, { 1, 1 }, { 12, 1 }, { 12, 12 },
		{ 12, 12 } };
	struct rig rig;
	uint32_t time = 0;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
		for (int i = 0; i < 10; i++) {
			int64_t step = i == 5 ? lines[k].gap_s : 1;

			rig.now_us += step * 1000000;
			time += (uint32_t)step * 90000;
			ONE(&rig, true, time, idr);
		}
		rig_account(&rig);
		assert_int_equal(rig.media.gap_us / 1000000,
		    lines[k].learned_s);
	}
	rig_fini(&rig);
}

/* What came again and again, but was known to be an outage each time, teaches
 * nothing, neither of packets nor of keyframes; nor does a connection that
 * ended. */
static void
outages(void **state)
{
	struct rig rig;
	struct account a;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (uint32_t i = 0, time = 0; i < 40; i++) {
		int64_t step = i % 5 == 0 ? 9 : 1;

		rig.now_us += step * 1000000;
		time += (uint32_t)step * 90000;
		rig.media.outage = step != 1;
		ONE(&rig, true, time, idr);
		media_tick(&rig.media, rig.now_us + 600000);
		rig.media.outage = false;
		if (i % 10 == 9) {
			a = rig_account(&rig);
			assert_int_equal(rig.media.gap_us, 1000000);
			assert_int_equal(a.gop_us, 1000000);
			assert_int_equal(a.max_gap_us / 1000000, 9);
		}
	}
	rig.now_us += 9000000;
	ONE(&rig, true, 90000u * 90, idr);
	rig_account(&rig);
	media_end(&rig.media, rig.now_us);
	rig.now_us += 9000000;
	ONE(&rig, true, 90000u * 99, idr);
	rig_account(&rig);
	assert_true(rig.media.gap_us <= 1000000);
	rig_fini(&rig);
}

/* One frame in 50 s is slow, not jumping. */
static void
vfr(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (i = 0; i < 5; i++, rig.now_us += 50000000) {
		ONE(&rig, true, (uint32_t)i * 4500000, idr);
		media_tick(&rig.media, rig.now_us + 600000);
	}
	a = rig_account(&rig);
	assert_int_equal(a.units, 5);
	assert_int_equal(a.discontinuities, 0);
	assert_int_equal(a.fps_milli, 20);
	assert_int_equal(a.gop_us, 50000000);
	assert_int_equal(a.max_gap_us, 50000000);
	assert_int_equal(rig.media.gap_us, 50000000);
	rig_fini(&rig);
}

static void
fua_plain_and_quirks(void **state)
{
	struct rig rig;
	struct account a;
	uint8_t se[] = { 0x7c, 0xc5, 0xb8, 1, 2, 3 };
	uint8_t empty[] = { 0x7c, 0x05 };
	uint8_t first[] = { 0x7c, 0x85, 0xb8, 1 };
	uint8_t middle[] = { 0x7c, 0x01, 2, 3 }; /* another type (Tiandy) */
	uint8_t last[] = { 0x7c, 0x45, 4 };
	static const uint8_t whole[] = { 0x65, 0xb8, 1, 2, 3, 4 };

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	rig.greedy = true;
	media_want(&rig.media, 1, 0);
	sets(&rig, 0);
	fu_a(&rig, 0, idr, sizeof(idr), 3);
	/* S and E in one (CostarHD) */
	rig_packet(&rig, true, 3000, se, sizeof(se));
	rig_packet(&rig, false, 6000, first, sizeof(first));
	rig_packet(&rig, false, 6000, empty, sizeof(empty));
	rig_packet(&rig, false, 6000, middle, sizeof(middle));
	rig_packet(&rig, true, 6000, last, sizeof(last));
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 3);
	assert_int_equal(a.keyframes, 3);
	assert_int_equal(a.damaged, 0);
	assert_int_equal(a.bytes,
	    sizeof(sps) + sizeof(pps) + sizeof(idr) + 5 + sizeof(whole));
	assert_int_equal(rig.unit_count, 3);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	expect_annexb(&rig.units[2], whole, sizeof(whole));
	rig_fini(&rig);
}

/* V380: start codes inside; SPS, PPS and slice come as one NAL unit. */
static void
annexb_in_fu(void **state)
{
	struct rig rig;
	uint8_t joined[128];
	size_t n = 0;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
	memcpy(joined, sps, sizeof(sps));
	n += sizeof(sps);
	memcpy(joined + n, "\0\0\0\1", 4);
	memcpy(joined + n + 4, pps, sizeof(pps));
	n += 4 + sizeof(pps);
	memcpy(joined + n, "\0\0\1", 3);
	memcpy(joined + n + 3, idr, sizeof(idr));
	n += 3 + sizeof(idr);
	fu_a(&rig, 0, joined, n, 45);
	ONE(&rig, true, 3000, inter);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	assert_int_equal(rig_account(&rig).keyframes, 1);
	rig_fini(&rig);
}

/* As many as a packet can hide: a small stack must do. */
static void
annexb_without_end(void **state)
{
	static uint8_t joined[65000];
	struct rig rig;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
	joined[0] = 6;
	for (size_t i = 1; i + 4 <= sizeof(joined); i += 4)
		memcpy(joined + i, "\0\0\1\6", 4);
	rig_packet(&rig, true, 0, joined, sizeof(joined));
	sets(&rig, 3000);
	fu_a(&rig, 3000, idr, sizeof(idr), 3);
	ONE(&rig, true, 6000, inter);
	rig_flush(&rig);
	assert_int_equal(rig_account(&rig).keyframes, 1);
	rig_fini(&rig);
}

static void
fua_loss(void **state)
{
	struct rig rig;
	struct account a;
	uint8_t big[200] = { 0x65, 0xb8 };
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
	for (i = 0; i < 4; i++) {
		uint32_t ts = (uint32_t)i * 3000;

		sets(&rig, ts);
		if (i < 3) { /* the end of each is missing */
			fu_a(&rig, ts, big, 100, 50);
			rig.sequence++;
		} else {
			fu_a(&rig, ts, big, sizeof(big), 50);
		}
	}
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 4);
	assert_int_equal(a.lost, 3);
	/* lost behind their marker: nobody's, the pictures are whole */
	assert_int_equal(a.damaged, 0);
	rig_fini(&rig);
}

/* A packet from within each keyframe is lost: damaged ones are passed over
 * twice, then one is given and says so. */
static void
damage_in_keyframes(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
	for (i = 0; i < 4; i++) {
		uint32_t ts = (uint32_t)i * 3000;
		static const uint8_t s[] = { 0x7c, 0x85, 0xb8, 1 };
		static const uint8_t e[] = { 0x7c, 0x45, 4 };

		sets(&rig, ts);
		rig_packet(&rig, false, ts, s, sizeof(s));
		rig.sequence++;
		rig_packet(&rig, true, ts, e, sizeof(e));
	}
	ONE(&rig, true, 30000, inter);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 5);
	assert_int_equal(a.lost, 4);
	assert_int_equal(a.damaged, 4);
	assert_int_equal(rig.unit_count, 1);
	assert_true(rig.units[0].damaged);
	rig_fini(&rig);
}

/* A start that never comes, and an end that never comes. */
static void
fua_without_start_or_end(void **state)
{
	struct rig rig;
	struct account a;
	static const uint8_t middle[] = { 0x7c, 0x05, 1, 2 };
	static const uint8_t s[] = { 0x7c, 0x85, 0xb8, 1 };

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	rig_packet(&rig, false, 0, middle, sizeof(middle));
	rig_packet(&rig, true, 0, middle, sizeof(middle));
	assert_int_equal(rig_account(&rig).units, 0);
	rig_packet(&rig, false, 3000, s, sizeof(s));
	rig_packet(&rig, true, 3000, middle, sizeof(middle));
	ONE(&rig, true, 6000, inter);
	ONE(&rig, true, 9000, inter);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 3);
	assert_int_equal(a.keyframes, 1);
	assert_int_equal(a.damaged, 0);
	rig_fini(&rig);
}

static void
stap_a(void **state)
{
	struct rig rig;
	struct account a;
	uint8_t b[128] = { 24 };
	size_t n = 1;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
#define ADD(nal)                                                               \
	(b[n] = 0, b[n + 1] = sizeof(nal),                                     \
	    memcpy(b + n + 2, nal, sizeof(nal)), n += 2 + sizeof(nal))
	ADD(sps);
	ADD(pps);
	ADD(idr);
	rig_packet(&rig, true, 0, b, n + 5); /* zero padding behind */
	n = 1;
	ADD(inter);
	b[n] = 0x10; /* a size beyond the packet */
	rig_packet(&rig, true, 3000, b, n + 8);
	rig_packet(&rig, true, 6000, b, 1);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 2);
	assert_int_equal(a.damaged, 1);
	assert_int_equal(rig.unit_count, 1);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	rig_fini(&rig);
}

static void
unsupported_packetisations(void **state)
{
	static const uint8_t types[] = { 25, 26, 27, 29 };
	struct rig rig;
	uint8_t b[20] = { 0 };
	unsigned i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (i = 0; i < sizeof(types); i++) {
		b[0] = types[i];
		rig_packet(&rig, true, i * 3000, b, sizeof(b));
	}
	rig_flush(&rig);
	assert_int_equal(rig.media.unsupported, 4);
	assert_int_equal(rig_account(&rig).units, 0);
	rig_fini(&rig);
}

static void
filler_counts_for_nothing(void **state)
{
	struct rig rig;
	uint8_t filler[500] = { 0x0c };

	(void)state;
	memset(filler + 1, 0xff, sizeof(filler) - 1);
	rig_init(&rig, CODEC_H264, NULL, false);
	ONE(&rig, false, 0, inter);
	rig_packet(&rig, false, 0, filler, sizeof(filler));
	fu_a(&rig, 0, filler, 400, 200);
	rig_flush(&rig);
	assert_int_equal(rig_account(&rig).bytes, sizeof(inter));
	rig_fini(&rig);
}

/* Recovery points stand for keyframes; plain I pictures only where nothing
 * better came for long. */
static void
keyframes_without_idr(void **state)
{
	struct rig rig;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	media_want(&rig.media, 1, 0);
	sets(&rig, 0);
	ONE(&rig, false, 0, recovery);
	ONE(&rig, true, 0, intra);
	ONE(&rig, true, 3000, intra);
	ONE(&rig, true, 6000, inter);
	rig_flush(&rig);
	assert_int_equal(rig_account(&rig).keyframes, 1);
	assert_int_equal(rig.unit_count, 1);
	for (i = 0; i < 40; i++) {
		rig.now_us += 1000000;
		ONE(&rig, true, 9000u + (uint32_t)i * 90000, intra);
	}
	rig_flush(&rig);
	assert_in_range(rig_account(&rig).keyframes, 1, 12);
	rig_fini(&rig);
}

/* A unit that began before the ask is not the one asked for. */
static void
asked_in_the_middle(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	sets(&rig, 0);
	ONE(&rig, false, 0, idr);
	media_want(&rig.media, 3, 0);
	ONE(&rig, true, 0, idr2);
	ONE(&rig, true, 3000, inter);
	rig.now_us += 1000;
	media_want(&rig.media, 4, rig.now_us + 500);
	sets(&rig, 6000);
	ONE(&rig, true, 6000, idr);
	rig.now_us += 1000;
	sets(&rig, 9000);
	ONE(&rig, false, 9000, idr);
	media_want(&rig.media, 5, 0); /* replaces it midway */
	ONE(&rig, true, 9000, idr2);
	sets(&rig, 12000);
	ONE(&rig, true, 12000, idr);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	assert_int_equal(rig.units[0].ticket, 5);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	assert_int_equal(rig.media.want, 0);
	media_want(&rig.media, 6, 0);
	media_want(&rig.media, 0, 0);
	ONE(&rig, true, 15000, idr);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	rig_fini(&rig);
}

/* An access unit without end stays within LIMIT_AU_BYTES, and whoever asked
 * hears of it. */
static void
au_bomb(void **state)
{
	struct rig rig;
	static uint8_t b[60000] = { 0x7c, 0x85, 0xb8 };
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	rig.greedy = true;
	media_want(&rig.media, 1, 0);
	for (i = 0; i < 400; i++) {
		rig_packet(&rig, false, 0, b, sizeof(b));
		b[1] = 0x05;
		assert_true(rig.media.unit.size <= 2 * LIMIT_AU_BYTES);
	}
	assert_null(rig.media.unit.bytes);
	b[1] = 0x85;
	ONE(&rig, false, 3000, idr);
	assert_int_equal(rig.refused, 1);
	assert_int_equal(rig.why, SAMPLE_TOO_LARGE);
	for (i = 0; i < 3000; i++) /* slices without end */
		ONE(&rig, false, 3000, inter2);
	sets(&rig, 6000);
	assert_int_equal(rig.refused, 2);
	assert_int_equal(rig.why, SAMPLE_TOO_LARGE);
	ONE(&rig, true, 6000, idr);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	rig_fini(&rig);
}

/* A keyframe of n bytes, in fragments that lack their end where it is not to
 * end. */
static void
long_key(struct rig *rig, uint32_t ts, size_t n, bool end)
{
	static uint8_t b[60000];

	for (size_t at = 0; at < n; at += sizeof(b)) {
		bool last = end && at + sizeof(b) >= n;

		memset(b, 7, sizeof(b));
		b[0] = 0x7c;
		b[1] = (uint8_t)(5 | (at == 0 ? 0x80 : 0) | (last ? 0x40 : 0));
		b[2] = 0xb8;
		rig_packet(rig, last, ts, b, sizeof(b));
	}
}

/* However many keyframes never end, there is room for a small one, and for a
 * large one when they are gone. */
static void
room_for_all(void **state)
{
	static struct rig rigs[65];
	struct access_unit_room room = { 0, 16u << 20 };
	struct rig *last = &rigs[64];

	(void)state;
	for (unsigned i = 0; i < 65; i++) {
		rig_init(&rigs[i], CODEC_H264, NULL, false);
		rigs[i].media.unit.room = &room;
		media_want(&rigs[i].media, 1, 0);
		sets(&rigs[i], 0);
	}
	for (unsigned i = 0; i < 64; i++) {
		long_key(&rigs[i], 0, 900000, false);
		assert_true(room.used <= room.most);
	}
	assert_true(room.used > room.most / 2);
	ONE(last, true, 0, idr);
	rig_flush(last);
	assert_int_equal(last->unit_count, 1);
	media_want(&last->media, 2, 0);
	long_key(last, 6000, 900000, true);
	rig_flush(last);
	assert_int_equal(last->refused, 1);
	assert_int_equal(last->why, SAMPLE_BUSY);
	for (unsigned i = 0; i < 64; i++)
		rig_fini(&rigs[i]);
	assert_int_equal(room.used, 0);
	media_want(&last->media, 3, 0);
	long_key(last, 9000, 900000, true);
	rig_flush(last);
	assert_int_equal(last->unit_count, 2);
	assert_int_equal(room.used, 0); /* it is ours now */
	rig_fini(last);
}

/* sprop is a hint: in-band sets win, garbage is skipped. */
static void
sprop(void **state)
{
	static const char *const fmtps[] = {
		"packetization-mode=1;sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMA"
		"BAAAAwDIPFi6gA==,aM48gA==",
		"sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMABAAAAwDIPFi6gA==,"
		"aM48gA==,",
		/* with start codes inside, and a trailing blank */
		"sprop-parameter-sets=AAAAAWdCwB7aAoC/5cBEAAADAAQAAAMAyDxYuoAA"
		"AAABaM48gA== ;profile-level-id=000000",
		"sprop-parameter-sets=,,%%%,Z0LAHtoCgL/lwEQAAAMABAAAAwDIPFi6gA"
		"==,aM48gA==,AAAA",
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(fmtps) / sizeof(fmtps[0]); i++) {
		struct rig rig;

		rig_init(&rig, CODEC_H264, fmtps[i], false);
		assert_int_equal(rig.media.sets.width, 640);
		media_want(&rig.media, 1, 0);
		ONE(&rig, true, 0, idr);
		rig_flush(&rig);
		assert_int_equal(rig.unit_count, 1);
		expect_annexb(&rig.units[0], idr, sizeof(idr));
		rig_fini(&rig);
	}
}

static void
rtp_layer(void **state)
{
	struct rig rig;
	struct account a;
	uint8_t b[64];

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	/* extension 0xABAC, one CSRC, padding */
	rig_header(&rig, b, true, 0);
	b[0] = 0xb1;
	memset(b + 12, 1, 4);
	memcpy(b + 16, "\xab\xac\0\1\0\0\0\0", 8);
	memcpy(b + 24, inter, sizeof(inter));
	memset(b + 24 + sizeof(inter), 3, 3);
	rig_raw(&rig, b, 24 + sizeof(inter) + 3);
	rig.sequence++;
	/* lies: padding beyond, extension beyond, version 1, short */
	rig_header(&rig, b, true, 3000);
	b[0] = 0xa0;
	b[20] = 200;
	rig_raw(&rig, b, 21);
	b[0] = 0x90;
	memcpy(b + 12, "\xab\xac\xff\xff", 4);
	rig_raw(&rig, b, 30);
	b[0] = 0x40;
	rig_raw(&rig, b, 30);
	rig_raw(&rig, b, 5);
	rig_raw(&rig, b, 0);
	assert_int_equal(rig.media.foreign, 5);
	/* a foreign payload type that repeats the number (Geovision) */
	rig.payload_type = 50;
	ONE(&rig, true, 3000, inter);
	rig.sequence--;
	rig.payload_type = RIG_PT;
	ONE(&rig, true, 3000, inter);
	rig.sequence--;
	ONE(&rig, true, 3000, inter); /* duplicate */
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 2);
	assert_int_equal(a.bytes, 2 * sizeof(inter));
	assert_int_equal(a.duplicates, 1);
	assert_int_equal(a.lost, 0);
	assert_int_equal(a.replay_mark, 1);
	rig_fini(&rig);
}

static void
seq_jump_and_wrap(void **state)
{
	struct rig rig;
	struct account a;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	rig.sequence = 65530;
	for (i = 0; i < 10; i++)
		ONE(&rig, true, (uint32_t)i * 3000, inter);
	rig.sequence = (uint16_t)(rig.sequence + 20000);
	for (; i < 20; i++)
		ONE(&rig, true, (uint32_t)i * 3000, inter);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.lost, 0);
	assert_int_equal(a.units, 19); /* one packet proved the jump */
	rig_fini(&rig);
}

/* Another source's packets in between are dropped; when ours has ceased, the
 * other one is followed. */
static void
ssrc_mix_and_change(void **state)
{
	struct rig rig;
	struct account a;
	uint16_t other = 9000, ours;
	int i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	for (i = 0; i < 30; i++) {
		ONE(&rig, true, (uint32_t)i * 6000, inter);
		ours = rig.sequence;
		rig.ssrc = 0xdead;
		rig.sequence = other++;
		ONE(&rig, true, 77, idr);
		rig.ssrc = 0x1234;
		rig.sequence = ours;
		rig.now_us += 66666;
	}
	a = rig_account(&rig);
	assert_int_equal(a.keyframes, 0);
	assert_int_equal(rig.media.foreign, 30);
	rig.ssrc = 0xbeef;
	rig.sequence = 40000;
	for (i = 0; i < 45; i++) {
		ONE(&rig, true, 900000 + (uint32_t)i * 6000, idr);
		rig.now_us += 66666;
	}
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_in_range(a.units, 27, 32);
	assert_int_equal(a.lost, 0);
	assert_int_equal(a.discontinuities, 0);
	rig_fini(&rig);
}

static void
channels(void **state)
{
	static const uint8_t sr[28] = { 0x80, 200, 0, 6, 0, 0, 0x12, 0x34, 0xe0,
		0, 0, 0 };
	static const struct {
		int16_t rtp, rtcp;
		bool only;
		unsigned used;
		unsigned units;
	} rows[] = {
		{ 0, 1, true, 0, 1 }, { 10, 11, true, 10, 1 },
		{ 0, 1, true, 4, 1 },	/* chan_shift: another than answered */
		{ 1, 0, true, 0, 1 },	/* chan_swapped */
		{ -1, -1, true, 6, 1 }, /* chan_missing */
		{ 0, 1, false, 2, 0 },	/* another track of ours */
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;
		uint8_t b[12 + sizeof(inter)];

		rig_init(&rig, CODEC_H264, NULL, false);
		media_set_channels(&rig.media,
		    (struct media_channels){ rows[i].rtp, rows[i].rtcp,
			rows[i].only });
		media_interleaved(&rig.media, rows[i].used,
		    (struct span){ sr, sizeof(sr) }, rig.now_us);
		rig_header(&rig, b, true, 0);
		memcpy(b + 12, inter, sizeof(inter));
		media_interleaved(&rig.media, rows[i].used,
		    (struct span){ b, sizeof(b) }, rig.now_us);
		rig_flush(&rig);
		assert_int_equal(rig_account(&rig).units, rows[i].units);
		if (rows[i].units)
			assert_true(rig.media.sr_offset_us != INT64_MIN);
		rig_fini(&rig);
	}
}

static void
reorder_and_loss_udp(void **state)
{
	static const uint8_t order[] = { 0, 1, 3, 2, 4, 7, 6, 5, 8, 8, 9, 11,
		12, 10, 13, 14 };
	struct rig rig;
	struct account a;
	unsigned i;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, true);
	for (i = 0; i < sizeof(order); i++) {
		rig.sequence = (uint16_t)(65530 + order[i]);
		rig.now_us += 10000;
		ONE(&rig, true, order[i] * 6000u, inter);
	}
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 15);
	assert_int_equal(a.lost, 0);
	assert_int_equal(a.duplicates, 1);
	assert_int_equal(a.discontinuities, 0);
	rig.sequence = (uint16_t)(65530 + 17); /* 15, 16 never come */
	ONE(&rig, true, 17 * 6000u, inter);
	assert_int_equal(rig_account(&rig).packets, 0);
	rig.now_us += 150000;
	media_tick(&rig.media, rig.now_us);
	a = rig_account(&rig);
	assert_int_equal(a.packets, 1);
	assert_int_equal(a.lost, 2);
	rig_fini(&rig);
}

static void
restart_keeps_what_was_learned(void **state)
{
	struct media_format f = { CODEC_H264, RIG_PT, 90000, NULL };
	struct rig rig;
	struct account a;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	sets(&rig, 0);
	ONE(&rig, true, 0, idr);
	media_want(&rig.media, 9, 0);
	media_end(&rig.media, rig.now_us);
	assert_true(media_restart(&rig.media, &f, 1, false, rig.now_us));
	media_set_channels(&rig.media, (struct media_channels){ 0, 1, true });
	rig.sequence = 5;
	rig.ssrc = 99;
	ONE(&rig, true, 4000000000u, idr);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 2);
	assert_int_equal(a.reconnects, 1);
	assert_int_equal(a.discontinuities, 0);
	assert_int_equal(rig.unit_count, 1);
	expect_annexb(&rig.units[0], idr, sizeof(idr));
	rig_fini(&rig);
}

/* A camera that tells its sets in the description alone is set to another size
 * between two connections. One that sends others with its pictures (f=
 * sprop_wrong) is believed those, whatever the next description says. */
static void
restart_with_another_description(void **state)
{
	static const char small[] = "sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMAB"
				    "AAAAwDIPFi6gA==,aM48gA==";
	static const char large[] = "sprop-parameter-sets=Z0IAHvQCgC3I,aM44gA=="
				    ";packetization-mode=1";
	struct media_format f = { CODEC_H264, RIG_PT, 90000, large };
	struct rig rig;

	(void)state;
	rig_init(&rig, CODEC_H264, small, false);
	ONE(&rig, true, 0, idr);
	assert_int_equal(rig_account(&rig).width, 640);
	media_end(&rig.media, rig.now_us);
	assert_true(media_restart(&rig.media, &f, 1, false, rig.now_us));
	assert_int_equal(rig_account(&rig).width, 1280);
	f.fmtp = "packetization-mode=1"; /* tells none: takes none away */
	assert_true(media_restart(&rig.media, &f, 1, false, rig.now_us));
	assert_int_equal(rig_account(&rig).width, 1280);
	media_set_channels(&rig.media, (struct media_channels){ 0, 1, true });
	sets(&rig, 3000);
	ONE(&rig, true, 3000, idr);
	assert_int_equal(rig_account(&rig).width, 640);
	f.fmtp = large;
	assert_true(media_restart(&rig.media, &f, 1, false, rig.now_us));
	assert_int_equal(rig_account(&rig).width, 640);
	rig_fini(&rig);
}

/* ---- H.265 ---- */

static const uint8_t h5_vps[] = { 0x40, 0x01, 0x0c, 0x01, 0xff };
static const uint8_t h5_pps[] = { 0x44, 0x01, 0xc1, 0x72 };
static const uint8_t h5_idr[] = { 0x26, 0x01, 0xaf, 1, 2, 3, 4, 5 };
static const uint8_t h5_idr2[] = { 0x26, 0x01, 0x2f, 9, 9 };
static const uint8_t h5_trail[] = { 0x02, 0x01, 0xd0, 1, 2 };
static const uint8_t h5_trail_n[] = { 0x00, 0x01, 0xd0, 1, 2 };
static const uint8_t h5_layer[] = { 0x03, 0x09, 0xd0, 1, 2 };

static void
hevc_types(void **state)
{
	struct rig rig;
	struct account a;
	static const uint8_t paci[] = { 0x64, 0x01, 0, 0, 0, 0 };

	(void)state;
	rig_init(&rig, CODEC_H265, NULL, false);
	media_want(&rig.media, 1, 0);
	ONE(&rig, false, 0, h5_vps);
	ONE(&rig, false, 0, h5_pps);
	ONE(&rig, false, 0, h5_idr);
	ONE(&rig, true, 0, h5_idr2);
	ONE(&rig, true, 3000, h5_trail);
	ONE(&rig, false, 6000, h5_trail_n);
	ONE(&rig, true, 6000, h5_layer);
	rig_flush(&rig);
	ONE(&rig, true, 9000, paci);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 3);
	assert_int_equal(a.keyframes, 1);
	assert_int_equal(rig.media.unsupported, 1);
	assert_int_equal(rig.unit_count, 1);
	assert_int_equal(rig.units[0].length,
	    16 + sizeof(h5_vps) + sizeof(h5_pps) + sizeof(h5_idr) +
		sizeof(h5_idr2));
	rig_fini(&rig);
}

static void
hevc_donl_ap_fu(void **state)
{
	static const char *const fmtp[] = { NULL, "sprop-max-don-diff=2" };
	unsigned d;

	(void)state;
	for (d = 0; d < 2; d++) {
		struct rig rig;
		uint8_t b[64] = { 0x60, 0x01 };
		size_t n = 2;

		rig_init(&rig, CODEC_H265, fmtp[d], false);
		rig.greedy = true;
		media_want(&rig.media, 1, 0);
		/* AP of VPS, PPS, IDR */
		n += 2 * d;
		b[n] = 0, b[n + 1] = sizeof(h5_vps);
		memcpy(b + n + 2, h5_vps, sizeof(h5_vps));
		n += 2 + sizeof(h5_vps) + d;
		b[n] = 0, b[n + 1] = sizeof(h5_pps);
		memcpy(b + n + 2, h5_pps, sizeof(h5_pps));
		n += 2 + sizeof(h5_pps) + d;
		b[n] = 0, b[n + 1] = sizeof(h5_idr);
		memcpy(b + n + 2, h5_idr, sizeof(h5_idr));
		n += 2 + sizeof(h5_idr);
		rig_packet(&rig, true, 0, b, n);
		/* FU of the same IDR in two */
		memcpy(b, "\x62\x01\x93", 3);
		memset(b + 3, 0, 2);
		memcpy(b + 3 + 2 * d, h5_idr + 2, 3);
		rig_packet(&rig, false, 3000, b, 6 + 2 * d);
		memcpy(b, "\x62\x01\x53", 3);
		memcpy(b + 3, h5_idr + 5, 3);
		rig_packet(&rig, true, 3000, b, 6);
		/* single */
		memcpy(b, h5_idr, 2);
		memcpy(b + 2 + 2 * d, h5_idr + 2, sizeof(h5_idr) - 2);
		rig_packet(&rig, true, 6000, b, sizeof(h5_idr) + 2 * d);
		rig_flush(&rig);
		assert_int_equal(rig.unit_count, 3);
		for (n = 0; n < 3; n++) {
			assert_int_equal(rig.units[n].length,
			    12 + sizeof(h5_vps) + sizeof(h5_pps) +
				sizeof(h5_idr));
			assert_memory_equal(rig.units[n].bytes +
						rig.units[n].length -
						sizeof(h5_idr),
			    h5_idr, sizeof(h5_idr));
		}
		rig_fini(&rig);
	}
}

static void
hevc_fu_loss(void **state)
{
	struct rig rig;
	struct account a;
	static const uint8_t s[] = { 0x62, 0x01, 0x93, 0xaf, 1 };
	static const uint8_t mid[] = { 0x62, 0x01, 0x13, 2, 3 };
	static const uint8_t e[] = { 0x62, 0x01, 0x53, 4 };

	(void)state;
	rig_init(&rig, CODEC_H265, NULL, false);
	ONE(&rig, false, 0, s);
	rig.sequence++;
	ONE(&rig, false, 0, mid);
	ONE(&rig, true, 0, e);
	ONE(&rig, true, 3000, h5_trail);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 2);
	assert_int_equal(a.damaged, 1);
	assert_int_equal(a.lost, 1);
	rig_fini(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slice_at_a_glance),
		cmocka_unit_test(marker_never),
		cmocka_unit_test(marker_every),
		cmocka_unit_test(ts_mid_au),
		cmocka_unit_test(ts_const),
		cmocka_unit_test(ts_wrap_jump_back),
		cmocka_unit_test(vfr),
		cmocka_unit_test(gaps),
		cmocka_unit_test(outages),
		cmocka_unit_test(fua_plain_and_quirks),
		cmocka_unit_test(annexb_in_fu),
		cmocka_unit_test(annexb_without_end),
		cmocka_unit_test(fua_loss),
		cmocka_unit_test(damage_in_keyframes),
		cmocka_unit_test(fua_without_start_or_end),
		cmocka_unit_test(stap_a),
		cmocka_unit_test(unsupported_packetisations),
		cmocka_unit_test(filler_counts_for_nothing),
		cmocka_unit_test(keyframes_without_idr),
		cmocka_unit_test(asked_in_the_middle),
		cmocka_unit_test(au_bomb),
		cmocka_unit_test(room_for_all),
		cmocka_unit_test(sprop),
		cmocka_unit_test(rtp_layer),
		cmocka_unit_test(seq_jump_and_wrap),
		cmocka_unit_test(ssrc_mix_and_change),
		cmocka_unit_test(channels),
		cmocka_unit_test(reorder_and_loss_udp),
		cmocka_unit_test(restart_keeps_what_was_learned),
		cmocka_unit_test(restart_with_another_description),
		cmocka_unit_test(hevc_types),
		cmocka_unit_test(hevc_donl_ap_fu),
		cmocka_unit_test(hevc_fu_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
