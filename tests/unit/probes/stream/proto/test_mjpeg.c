/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG over RTP (RFC 2435) and MPEG-4 (RFC 6416): the odd forms. Plain ones
 * are compared with an encoder's in golden/. */
#include "media_rig.h"

#include <stdio.h>

static uint32_t offset;

/* One packet of a frame; q, type, tables as given. */
static void
jpeg(struct rig *rig, bool marker, uint32_t ts, uint8_t type, uint8_t q,
    const uint8_t *extra, size_t extra_bytes, size_t scan)
{
	uint8_t b[2048] = { 0, (uint8_t)(offset >> 16), (uint8_t)(offset >> 8),
		(uint8_t)offset, type, q, 40, 22 };

	if (extra_bytes)
		memcpy(b + 8, extra, extra_bytes);
	memset(b + 8 + extra_bytes, 0x5a, scan);
	rig_packet(rig, marker, ts, b, 8 + extra_bytes + scan);
	offset += (uint32_t)scan;
}

static void
begin(struct rig *rig)
{
	rig_init(rig, CODEC_MJPEG, NULL, false);
	rig->greedy = true;
	media_want(&rig->media, 1, 0);
	offset = 0;
}

/* Offset of a marker segment's body in a JPEG; 0 = none. */
static size_t
find(const struct media_unit *u, uint8_t mark)
{
	size_t i = 2;

	assert_memory_equal(u->bytes, "\xff\xd8", 2);
	assert_memory_equal(u->bytes + u->length - 2, "\xff\xd9", 2);
	while (i + 4 < u->length) {
		size_t n = (size_t)u->bytes[i + 2] << 8 | u->bytes[i + 3];

		assert_int_equal(u->bytes[i], 0xff);
		if (u->bytes[i + 1] == mark)
			return i + 4;
		if (u->bytes[i + 1] == 0xda)
			return 0;
		i += 2 + n;
	}
	return 0;
}

static void
q_tables(void **state)
{
	static const struct {
		uint8_t q;
		uint8_t first; /* luma DC of the scaled standard table */
	} rows[] = { { 50, 16 }, { 25, 32 }, { 75, 8 }, { 99, 1 }, { 1, 255 } };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;
		size_t at;

		begin(&rig);
		jpeg(&rig, false, 0, 1, rows[i].q, NULL, 0, 500);
		jpeg(&rig, true, 0, 1, rows[i].q, NULL, 0, 300);
		rig_flush(&rig);
		assert_int_equal(rig.unit_count, 1);
		at = find(&rig.units[0], 0xdb);
		assert_int_equal(rig.units[0].bytes[at + 1], rows[i].first);
		at = find(&rig.units[0], 0xc0);
		assert_memory_equal(rig.units[0].bytes + at,
		    "\x08\0\xb0\1\x40\3", 6);
		assert_int_equal(rig.units[0].bytes[at + 7], 0x22);
		assert_int_equal(rig_account(&rig).width, 320);
		rig_fini(&rig);
	}
}

static void
q255_and_cached(void **state)
{
	uint8_t inline_tables[4 + 128] = { 0, 0, 0, 128 };
	uint8_t none[4] = { 0 };
	struct rig rig;
	unsigned i;
	size_t at;

	(void)state;
	for (i = 0; i < 128; i++)
		inline_tables[4 + i] = (uint8_t)(i + 3);
	begin(&rig);
	/* q 255 without tables, before any came: can't be shown */
	jpeg(&rig, true, 0, 0, 255, none, 4, 100);
	offset = 0;
	jpeg(&rig, true, 3000, 0, 255, inline_tables, sizeof(inline_tables),
	    100);
	offset = 0;
	/* q 200: tables once, then by number */
	inline_tables[4] = 77;
	jpeg(&rig, true, 6000, 0, 200, inline_tables, sizeof(inline_tables),
	    100);
	offset = 0;
	jpeg(&rig, true, 9000, 0, 200, none, 4, 100);
	offset = 0;
	jpeg(&rig, true, 12000, 0, 201, none, 4, 100); /* never came */
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 3);
	assert_int_equal(rig.refused, 2);
	assert_int_equal(rig.why, SAMPLE_UNDECODABLE);
	at = find(&rig.units[0], 0xdb);
	assert_int_equal(rig.units[0].bytes[at + 1], 3);
	at = find(&rig.units[2], 0xdb);
	assert_int_equal(rig.units[2].bytes[at + 1], 77);
	at = find(&rig.units[0], 0xc0);
	assert_int_equal(rig.units[0].bytes[at + 7], 0x21); /* 4:2:2 */
	assert_int_equal(rig_account(&rig).units, 5);
	rig_fini(&rig);
}

/* Tables are kept although no sample was due when they came. */
static void
cached_while_nothing_is_wanted(void **state)
{
	uint8_t tables[4 + 64] = { 0, 0, 0, 64, 9 };
	uint8_t none[4] = { 0 };
	struct rig rig;

	(void)state;
	begin(&rig);
	media_want(&rig.media, 0, 0);
	jpeg(&rig, true, 0, 1, 130, tables, sizeof(tables), 100);
	rig_flush(&rig);
	media_want(&rig.media, 4, 0);
	offset = 0;
	jpeg(&rig, true, 3000, 1, 130, none, 4, 100);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	assert_int_equal(rig.units[0].bytes[find(&rig.units[0], 0xdb) + 1], 9);
	rig_fini(&rig);
}

static void
restart_interval(void **state)
{
	static const uint8_t dri[4] = { 0, 20, 0xff, 0xff };
	struct rig rig;
	size_t at;

	(void)state;
	begin(&rig);
	jpeg(&rig, true, 0, 65, 50, dri, 4, 100);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 1);
	at = find(&rig.units[0], 0xdd);
	assert_int_equal(rig.units[0].bytes[at + 1], 20);
	rig_fini(&rig);
}

static void
offset_gap(void **state)
{
	struct rig rig;
	struct account a;

	(void)state;
	begin(&rig);
	jpeg(&rig, false, 0, 1, 50, NULL, 0, 100);
	offset += 50;
	jpeg(&rig, true, 0, 1, 50, NULL, 0, 100);
	offset = 0;
	jpeg(&rig, false, 3000, 1, 50, NULL, 0, 100);
	rig.sequence++;
	jpeg(&rig, true, 3000, 1, 50, NULL, 0, 100);
	offset = 0;
	jpeg(&rig, true, 6000, 1, 50, NULL, 0, 100);
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.units, 3);
	assert_int_equal(a.damaged, 2);
	assert_int_equal(rig.unit_count, 1);
	assert_int_equal(rig.refused, 0); /* a hole: the next may have none */
	rig_fini(&rig);
}

/* ONVIF: width and height 0, the frame header in extension 0xFFD8. */
static void
onvif_big(void **state)
{
	static const uint8_t sof[] = { 0xff, 0xc0, 0, 17, 8, 0x0b, 0xb8, 0x0f,
		0xa0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff };
	struct rig rig;
	struct account a;
	uint8_t b[300];
	size_t at;

	(void)state;
	begin(&rig);
	memset(b, 0, sizeof(b));
	rig_header(&rig, b, true, 0);
	b[0] |= 0x10;
	memcpy(b + 12, "\xff\xd8\0\5", 4);
	memcpy(b + 16, sof, sizeof(sof));
	b[36 + 4] = 1;
	b[36 + 5] = 80;
	rig_raw(&rig, b, sizeof(b));
	rig_flush(&rig);
	a = rig_account(&rig);
	assert_int_equal(a.width, 4000);
	assert_int_equal(a.height, 3000);
	assert_int_equal(rig.unit_count, 1);
	at = find(&rig.units[0], 0xc0);
	assert_memory_equal(rig.units[0].bytes + at, sof + 4, 15);
	at = find(&rig.units[0], 0xda);
	assert_int_equal(rig.units[0].bytes[at + 1], 1); /* its own ids */
	rig_fini(&rig);
	/* tables neither there nor here */
	begin(&rig);
	b[36 + 5] = 255;
	rig_raw(&rig, b, sizeof(b));
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 0);
	assert_int_equal(rig.why, SAMPLE_UNDECODABLE);
	rig_fini(&rig);
}

/* Widths of zero without the extension, short packets, lying tables. */
static void
jpeg_nonsense(void **state)
{
	static const uint8_t lying[] = { 0, 0, 0xff, 0xff, 1 };
	static const uint8_t odd[] = { 0, 0, 0, 3, 1, 2, 3 };
	struct rig rig;
	uint8_t b[10] = { 0, 0, 0, 0, 1, 50, 0, 0, 1, 2 };
	size_t i;

	(void)state;
	begin(&rig);
	for (i = 0; i <= sizeof(b); i++)
		rig_packet(&rig, true, (uint32_t)i * 3000, b, i);
	offset = 0;
	jpeg(&rig, true, 90000, 1, 255, lying, sizeof(lying), 0);
	offset = 0;
	jpeg(&rig, true, 93000, 1, 255, odd, sizeof(odd), 0);
	rig_flush(&rig);
	assert_int_equal(rig.unit_count, 0);
	rig_fini(&rig);
}

static const uint8_t vol[] = { 0, 0, 1, 0xb0, 1, 0, 0, 1, 0x20, 1, 2, 3 };
static const uint8_t i_vop[] = { 0, 0, 1, 0xb6, 0x10, 5, 6, 7 };
static const uint8_t p_vop[] = { 0, 0, 1, 0xb6, 0x50, 5, 6, 7 };

static void
mpeg4_forms(void **state)
{
	static const char *const fmtp[] = { "config=000001B00100000120010203",
		NULL };
	static const uint8_t more[] = { 9, 9, 9 };
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct rig rig;
		struct account a;

		rig_init(&rig, CODEC_MPEG4, fmtp[i], false);
		media_want(&rig.media, 1, 0);
		if (i)
			rig_packet(&rig, false, 0, vol, sizeof(vol));
		rig_packet(&rig, false, 0, i_vop, sizeof(i_vop));
		rig_packet(&rig, true, 0, more, sizeof(more));
		rig_packet(&rig, false, 3000, p_vop, sizeof(p_vop));
		rig_packet(&rig, true, 3000, more, sizeof(more));
		rig_packet(&rig, true, 6000, p_vop, sizeof(p_vop));
		rig_flush(&rig);
		a = rig_account(&rig);
		assert_int_equal(a.units, 3);
		assert_int_equal(a.keyframes, 1);
		assert_int_equal(rig.unit_count, 1);
		assert_int_equal(rig.units[0].length,
		    sizeof(vol) + sizeof(i_vop) + sizeof(more));
		assert_memory_equal(rig.units[0].bytes, vol, sizeof(vol));
		rig_fini(&rig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(q_tables),
		cmocka_unit_test(q255_and_cached),
		cmocka_unit_test(cached_while_nothing_is_wanted),
		cmocka_unit_test(restart_interval),
		cmocka_unit_test(offset_gap),
		cmocka_unit_test(onvif_big),
		cmocka_unit_test(jpeg_nonsense),
		cmocka_unit_test(mpeg4_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
