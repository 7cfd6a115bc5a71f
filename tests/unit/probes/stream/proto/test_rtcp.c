/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media_rig.h"

#include "probes/stream/proto/rtcp.h"

static const uint8_t sr[] = { 0x80, 200, 0, 6, 0, 0, 0x12, 0x34, 0xe8, 0xc0,
	0x10, 0x20, 0x80, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 2 };
static const uint8_t bye[] = { 0x81, 203, 0, 1, 0, 0, 0x12, 0x34 };

static struct span
two(uint8_t *out, const uint8_t *a, size_t an, const uint8_t *b, size_t bn)
{
	memcpy(out, a, an);
	memcpy(out + an, b, bn);
	return (struct span){ out, an + bn };
}

static void
compound(void **state)
{
	uint8_t b[64];
	struct span p = two(b, sr, sizeof(sr), bye, sizeof(bye));
	struct rtcp_news news;
	size_t n;

	(void)state;
	assert_true(rtcp_is(p));
	assert_true(rtcp_parse(p, true, 0x1234, &news));
	assert_true(news.sender_report);
	assert_true(news.bye);
	assert_int_equal(news.rtp_time, 0x01020304);
	assert_true(rtcp_parse(p, true, 0x9999, &news)); /* of another */
	assert_false(news.sender_report || news.bye);
	assert_true(rtcp_parse(p, false, 0, &news));
	assert_true(news.bye);
	for (n = 0; n < p.n; n++) { /* cut anywhere */
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, b, n);
		if (rtcp_parse((struct span){ exact, n }, false, 0, &news))
			assert_true(n >= 4);
		free(exact);
	}
}

static void
ntp(void **state)
{
	static const struct {
		uint64_t ntp;
		bool ok;
		int64_t us;
	} rows[] = {
		{ 0, false, 0 },
		{ (uint64_t)2208988799u << 32, false, 0 },
		{ (uint64_t)2208988800u << 32, true, 0 },
		{ (uint64_t)2208988801u << 32 | 0x80000000u, true, 1500000 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t us = -1;

		assert_int_equal(rtcp_ntp_unix_us(rows[i].ntp, &us),
		    rows[i].ok);
		if (rows[i].ok)
			assert_true(us == rows[i].us);
	}
}

static void
media_reads_and_reports(void **state)
{
	static const uint8_t nal[] = { 0x41, 0x9a, 1 };
	static const uint8_t bad_ntp[28] = { 0x80, 200, 0, 6, 0, 0, 0x12,
		0x34 };
	struct rig rig;
	struct account a;
	uint8_t out[MEDIA_REPORT_BYTES], b[64];
	struct span packet;

	(void)state;
	rig_init(&rig, CODEC_H264, NULL, false);
	assert_int_equal(media_report(&rig.media, 7, rig.now_us, out), 0);
	rig.sequence = 65535;
	rig_packet(&rig, true, 0, nal, sizeof(nal));
	rig_packet(&rig, true, 3000, nal, sizeof(nal));
	rig.sequence += 2;
	rig_packet(&rig, true, 6000, nal, sizeof(nal));
	media_interleaved(&rig.media, 1,
	    (struct span){ bad_ntp, sizeof(bad_ntp) }, rig.now_us);
	media_account(&rig.media, rig.now_us, 0, &a);
	assert_true(a.clock_offset_us == INT64_MIN);
	media_interleaved(&rig.media, 1, (struct span){ sr, sizeof(sr) },
	    rig.now_us);
	media_account(&rig.media, rig.now_us, 1000, &a);
	assert_true(a.clock_offset_us ==
		    (int64_t)(0xe8c01020u - 2208988800u) * 1000000 + 500000 -
			rig.now_us - 1000);
	rig.now_us += 500000;
	assert_int_equal(media_report(&rig.media, 7, rig.now_us, out), 56);
	assert_memory_equal(out, "\x81\xc9\0\7\0\0\0\7\0\0\x12\x34", 12);
	assert_int_equal(out[12], 2 * 256 / 5);
	assert_int_equal(out[15], 2);
	assert_memory_equal(out + 16, "\0\1\0\3", 4); /* wrapped once */
	assert_memory_equal(out + 24, "\x10\x20\x80\0", 4);
	assert_memory_equal(out + 28, "\0\0\x80\0", 4); /* half a second */
	assert_memory_equal(out + 42, "cw-00000007", 11);
	assert_int_equal(rig.media.bye, 0);
	packet = two(b, sr, sizeof(sr), bye, sizeof(bye));
	media_interleaved(&rig.media, 1, packet, rig.now_us);
	assert_int_equal(rig.media.bye, 1);
	rig_fini(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compound),
		cmocka_unit_test(ntp),
		cmocka_unit_test(media_reads_and_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
